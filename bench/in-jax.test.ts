/** The benchmark in jax-js works. Its figures are for the benchmark to tell. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('a smoke run of the benchmark in jax-js fills every row', () => {
  const file = join(import.meta.dirname, 'in-jax.ts');
  const text = execFileSync(process.execPath, ['--conditions=source', file, '--smoke'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  assert.equal([...text.matchAll(/^\| (?:cpu|wasm) \| 60 \| \d+ (?:\| [\d.e-]+ ){5}\|$/gm)].length, 4);
});
