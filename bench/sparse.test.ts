/** The benchmark of sparse rows works. Its figures are for the benchmark to tell, never for a test to judge. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('a smoke run of the benchmark of sparse rows fills every row', () => {
  const file = join(import.meta.dirname, 'sparse.ts');
  const text = execFileSync(process.execPath, ['--conditions=source', file, '--smoke'], { encoding: 'utf8' });
  assert.equal([...text.matchAll(/^\| (?:sgd|adagrad|adamw|clip, adamw) \|(?: \d+ \([^)]*\) \|){5}$/gm)].length, 4);
});
