/** `npm run snapshots`: writes passes, arrays and instructions of every optimizer’s step into a file; `git diff` then shows the effect of a change. */
import { writeFileSync } from 'node:fs';
import { asked } from './asked.ts';
import { planSnapshot, snapshotFile } from '../packages/thalweg/test/support/plan-snapshot.ts';

asked(
  'npm run snapshots',
  'writes passes, arrays and instructions of every optimizer’s step into a snapshot; git diff then shows the effect of a change',
  {},
);
writeFileSync(snapshotFile, planSnapshot());
