/**
 * Proof that the table can fail: each known mistake, written into the right equations, must be caught by a row. The mistakes, in the files of
 * rows/, are those seen in published libraries and those that a wrong reading of a paper makes; in a chain they stand in the part that they are of.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offBy } from './measure.ts';
import { mistaken } from './rewrite.ts';
import { methodOf, sheets, table } from './table.ts';

test('every optimizer and transform has a mistake that its rows must notice', () => {
  assert.deepEqual(Object.keys(sheets).filter((name) => sheets[name]?.mistakes.length === 0), [], 'write one into conformance/rows/'); // prettier-ignore
});

const mutants = Object.entries(sheets).flatMap(([name, { mistakes }]) => mistakes.map((mistake) => [name, ...mistake] as const));

for (const [name, mistake, right, wrong] of mutants) {
  test(`${name}: ${mistake} is caught`, async () => {
    const tried: string[] = [];
    for (const row of table.cases.filter((row) => methodOf(row).parts.some((part) => part.name === name))) {
      if (row.tensors === 'wide') continue; // The small rows suffice, and are fast.
      const method = mistaken(methodOf(row), name, right, wrong);
      if (method === undefined) continue;
      tried.push(row.id);
      const off = await offBy(row, method);
      if (off > 10 * (row.tolerance ?? table.tolerance)) return;
    }
    assert.ok(tried.length > 0, `no row has ${right}, whole and as the parser reads it: write the mutant anew`);
    assert.fail(`no row notices: ${tried.join(', ')}`);
  });
}
