/**
 * The tests that concern one optimizer or transform, in a minute or two: `npm run check -- NAME`. Tests of the table as a whole run too; those of
 * other optimizers' rows, mistakes and examples are left to `npm run unit`.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import * as thalweg from 'thalweg';
import { asked } from './asked.ts';
import { sheets } from '../conformance/table.ts';

const root = join(import.meta.dirname, '..');
const { names } = asked(
  'npm run check',
  'runs the tests that concern one optimizer or transform, in a minute or two',
  {},
  { one: 'name', about: 'the name of an optimizer or transform, as in conformance/rows/NAME.json', among: Object.keys(sheets) },
);
const [name = '', ...more] = names;
const sheet = sheets[name];
if (sheet === undefined || more.length > 0) {
  console.error('Give the name of one optimizer or transform.\nnpm run check -- --help lists the names.');
  process.exit(2);
}

if (!Object.hasOwn(thalweg, name)) {
  console.error(`${name} is not exported by packages/thalweg/src/methods.ts`);
  process.exit(2);
}

const files = [
  'conformance/{conformance,columns,emitted,mutants,sources,finite,wrap}.test.ts',
  'docs/{docs,reference}.test.ts',
  'packages/guide/test/catalogue.test.ts',
  'packages/thalweg/test/{plans,watch}.test.ts',
].flatMap((pattern) => globSync(pattern, { cwd: root }));
const own = sheet.rows.map(({ id }) => id).join('|');
const others = [
  `/^(?!(?:${own}) )[\\w-]+ (?:agrees with|descends the) /`,
  `/^a row notices when \\w+ of (?!${name} )/`,
  `/^(?!${name}: )\\w+: .* is caught$/`,
  `/^(?!${name} )\\w+ keeps (?:tensors|weights) /`,
  `/^(?!${name}: )\\w+: any finite gradient /`,
  '/^the (?:example at|links of) /',
  '/^the files of NumPy meet every row$/',
];
const { status } = spawnSync(
  process.execPath,
  ['--conditions=source', '--test', '--test-reporter=dot', ...others.map((pattern) => `--test-skip-pattern=${pattern}`), ...files],
  { cwd: root, stdio: 'inherit' },
);
console.log(
  status === 0
    ? `\nThe tests that concern ${name} pass.`
    : `\nWhere a text, table or proof is old: npm run reference -- ${name}; where a trace is: python conformance/make.py ${name}`,
);
process.exit(status ?? 1);
