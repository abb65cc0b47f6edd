/** docs/environments.md is what `npm run environments -- --write` last wrote: it has every row that is run, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rows } from '../scripts/environments/rows.ts';

test('the page of environments has every row, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, 'environments.md'), 'utf8');
  const first = [...text.matchAll(/^\| (.*?) +\|/gm)].map(([, name]) => name);
  assert.deepEqual(
    first.slice(2),
    rows.map(({ name }) => name),
    'npm run environments -- --write',
  );
});
