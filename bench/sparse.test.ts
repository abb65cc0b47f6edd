/** The benchmarks of sparse rows work. Their figures are for the benchmarks to tell, never for a test to judge. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('a smoke run of the benchmark of sparse rows fills every row', () => {
  const file = join(import.meta.dirname, 'sparse.ts');
  const text = execFileSync(process.execPath, ['--conditions=source', file, '--smoke'], { encoding: 'utf8' });
  assert.equal([...text.matchAll(/^\| (?:sgd|adagrad|adamw|clip, adamw) \|(?: [\d.,]+ \([^)]*\) \|){5}$/gm)].length, 4);
});

test('a smoke run of the benchmark of problems by rows fills every row', () => {
  const file = join(import.meta.dirname, 'rows.ts');
  const text = execFileSync(process.execPath, ['--conditions=source', file, '--smoke'], { encoding: 'utf8' });
  assert.equal([...text.matchAll(/^\| (?:glosses|co-occurrences) \| [^|]+ \|(?: [\d.,]+ \([^)]*\) \|){4}$/gm)].length, 12);
});
