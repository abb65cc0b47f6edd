/** Writes what the plans of all optimizers cost; `git diff` then shows what a change did. Run by `npm run snapshots`. */
import { writeFileSync } from 'node:fs';
import { planSnapshot, snapshotFile } from '../packages/thalweg/test/support/plan-snapshot.ts';

writeFileSync(snapshotFile, planSnapshot());
