/** The page of a training run names whatever can be chosen for one: a schedule, an option of `init` or a minimizer that is new is missed here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { initOptionNames } from '../packages/thalweg/src/train/init-options.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/training-run.md'), 'utf8');
const index = ['index', 'methods'].map((name) => readFileSync(join(root, `packages/thalweg/src/${name}.ts`), 'utf8')).join('');

/** The functions that the library exports of files in a folder. */
const exportsOf = (folder: string): string[] =>
  [...index.matchAll(/export \{([^}]*)\} from '\.\/([^']*)'/g)].flatMap(([, names = '', file = '']) =>
    file.startsWith(folder) ? names.split(',').flatMap((name) => (/^ ?[a-z]/.test(name) ? [name.trim()] : [])) : [],
  );

for (const [what, names, least] of [
  ['schedule', exportsOf('define/schedules/'), 14],
  ['minimizer and line search', exportsOf('minimize/descent/'), 5],
  ['option of init', initOptionNames, 10],
] as const) {
  test(`every ${what} is named`, () => {
    assert.ok(names.length >= least);
    assert.deepEqual(
      names.filter((name) => !page.includes(`\`${name}\``)),
      [],
    );
  });
}
