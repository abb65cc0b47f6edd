/** The recipes of docs/compare.md: each of these problems is compared, and the report says which optimizer to use. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const out = mkdtempSync(join(tmpdir(), 'thalweg-recipes-'));
after(() => rmSync(out, { recursive: true }));
const root = join(import.meta.dirname, '..');
const recipes = {
  'ratings.ts': 'Ratings: embeddings of readers and books',
  'csv.ts': 'Penguins: predicting body mass',
  'jax-js.ts': 'Spirals: a small network in jax-js',
  'tfjs.ts': 'Spirals: a small network in TF.js',
};

test('every recipe is tried', () => {
  const besides = ['cub.ts', 'penguins.csv', 'spirals.ts'];
  assert.deepEqual(readdirSync(join(import.meta.dirname, 'compare')).toSorted(), [...Object.keys(recipes), ...besides].toSorted());
});

for (const [file, title] of Object.entries(recipes)) {
  test(`examples/compare/${file} is compared, with an optimizer from a file`, async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...process.execArgv.filter((flag) => flag.startsWith('--conditions')),
        ...[
          join(root, 'packages/compare/bin/thalweg.ts'),
          'compare',
          `examples/compare/${file}`,
          '--quick',
          '--steps',
          '40',
          '--seeds',
          '3',
        ],
        ...['--grid-points', '3', '--optimizers', 'adamw,examples/compare/cub.ts', '--out', join(out, file)],
      ],
      { cwd: root },
    );
    assert.match(stdout, new RegExp(`${title}\\n+Take (?:AdamW|cub) with lr`));
    assert.doesNotMatch(stdout, /failed/);
  });
}
