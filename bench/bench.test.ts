/** The benchmark works. Its figures are for the benchmark to tell, never for a test to judge. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Row } from './run.ts';

test('a smoke run of the formats of states gives each a row', () => {
  const output = execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'state.ts'), '--smoke'], {
    encoding: 'utf8',
  });
  assert.equal(output.trim().split('\n').length, 5);
});

test('a smoke run gives every contender a row', () => {
  const output = execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'run.ts'), '--smoke', '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { rows } = JSON.parse(output) as { rows: Row[] };
  assert.ok(rows.some((row) => row.contender === 'Thalweg wasm') && rows.some((row) => row.contender === 'plain JavaScript'));
  for (const row of rows) assert.ok(row.nanoseconds.every((one) => Number.isFinite(one) && one > 0));
});
