/** The benchmark of handing gradients over works. Its figures are for the benchmark to tell; a test of the library counts the work instead. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('a smoke run of the benchmark of handing gradients over fills every row', () => {
  const file = join(import.meta.dirname, 'hand-over.ts');
  const text = execFileSync(process.execPath, ['--conditions=source', file, '--smoke'], { encoding: 'utf8' });
  assert.equal([...text.matchAll(/^\| \d+ (?:\| [\d.]+ ){3}\| -?\d+ \|$/gm)].length, 2);
});
