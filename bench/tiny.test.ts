/** The benchmark of tiny models works. Its figures are for the benchmark to tell. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

test('a smoke run of the benchmark of tiny models fills every row', () => {
  const text = execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'tiny.ts'), '--smoke'], {
    encoding: 'utf8',
  });
  assert.equal([...text.matchAll(/^\| (?:adamw|sgd) \| float(?:32|64) \| (?:1|16) \| \d+ \| \d+ \| [\d.]+ \|$/gm)].length, 8);
});

test('the README says what the kept table says', () => {
  const [, ours, hand] =
    /^\| adamw +\| float32 +\| +1 \| +(\d+) \| +(\d+) \|/m.exec(readFileSync(join(import.meta.dirname, 'tiny.md'), 'utf8')) ?? [];
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  assert.ok(ours !== undefined && hand !== undefined);
  assert.match(readme, new RegExp(`one float32 parameter takes ${ours} ns, a hand-written loop ${hand} ns`));
});
