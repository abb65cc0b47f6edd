/** Files of C that `thalweg/emit` writes do what the rows of the table say. That their texts are those that were proven, `emitted.test.ts` tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilerOfC } from './emitted-c.ts';
import { beyondBounds, fileOf, runEmitted } from './emitted.ts';
import { table, type Case } from './table.ts';

const inCI = (process.env['CI'] ?? '') !== '';
const compiler = compilerOfC();
const skip = compiler === undefined && !inCI ? 'there is no C compiler' : false;

test('the files of C meet every row but those that draw noise', { skip }, () => {
  assert.ok(compiler !== undefined, 'CI needs gcc');
  const off = runEmitted(table.cases, 'c', compiler);
  assert.deepEqual(beyondBounds(table.cases, off), []);
  const refused = table.cases.flatMap((row) => {
    const made = fileOf(row, 'c');
    return 'refused' in made ? [made.refused] : [];
  });
  assert.deepEqual(refused.filter((reason) => !reason.includes('draws noise')), []); // prettier-ignore
  assert.equal(Object.keys(off).length, table.cases.length - refused.length);
});

test('a file of C that computes something else is noticed', { skip }, () => {
  assert.ok(compiler !== undefined, 'CI needs gcc');
  const row = table.cases.find(({ id }) => id === 'muon') ?? assert.fail();
  const other: Case = { ...row, ours: ['muon', { ...row.ours[1], steps: 4 }] };
  assert.match(beyondBounds([row], runEmitted([other], 'c', compiler))[0] ?? '', /^muon: .*bound/);
});
