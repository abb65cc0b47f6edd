/** Writes what the plans of all optimizers cost; `git diff` then shows what a change did. Run by `npm run snapshots`. */
import { writeFileSync } from 'node:fs';
import { asked } from './asked.ts';
import { planSnapshot, snapshotFile } from '../packages/thalweg/test/support/plan-snapshot.ts';

asked('npm run snapshots', 'writes what the plans of all optimizers cost; git diff then shows what a change did', {});
writeFileSync(snapshotFile, planSnapshot());
