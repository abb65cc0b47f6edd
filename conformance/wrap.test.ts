/** The transforms: each has rows in the table, one for each option, and those that only watch leave training as it was. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import * as thalweg from 'thalweg';
import { disagreement, run } from './measure.ts';
import { methodOf, table, traceOf, transforms, type Case, type Chained } from './table.ts';

const rowsOf = (name: string): readonly Case[] =>
  table.cases.filter(({ before = [], after = [] }) => [...before, ...after].some(([transform]) => transform === name));

test('every transform of the library has a row', async () => {
  const folder = `${import.meta.dirname}/../packages/thalweg/src/transforms`;
  const modules = await Promise.all(readdirSync(folder).map((file) => import(`${folder}/${file}`) as Promise<object>));
  const exported = modules.flatMap((module) => Object.keys(module)).filter((name) => name in thalweg);
  assert.deepEqual(new Set(exported), new Set(Object.keys(transforms)));
  for (const name of exported) assert.ok(rowsOf(name).length > 0, name);
});

for (const [name, make] of Object.entries(transforms)) {
  if (make.definition === undefined) continue;
  for (const option of [...Object.keys(make.definition.hyper), ...Object.keys(make.definition.variants ?? {})]) {
    test(`a row notices when ${option} of ${name} is left at its default`, async () => {
      for (const row of rowsOf(name)) {
        const { before = [], after = [], tensors } = row;
        const takes = ([one, options]: Chained): boolean => one === name && typeof options === 'object' && option in options;
        if (tensors === 'wide' || ![...before, ...after].some(takes)) continue;
        const without = (chained: readonly Chained[]): Chained[] =>
          chained.map(([one, options]) => {
            if (one !== name || typeof options !== 'object') return [one, options];
            return [one, Object.fromEntries(Object.entries(options).filter(([key]) => key !== option))];
          });
        const method = methodOf({ ...row, before: without(before), after: without(after) });
        const off = disagreement(await run(row, 'reference', true, method), traceOf(row.id));
        if (off > 1e3 * table.tolerance) return;
      }
      assert.fail(`no row depends on ${option}`);
    });
  }
}

test('an average changes nothing about training, bit for bit', async () => {
  const row = table.cases.find(({ id }) => id === 'adam-optax');
  assert.ok(row !== undefined);
  const alone = await run(row, 'wasm', false);
  const averages = [thalweg.ema(), thalweg.ema({ debias: true }), thalweg.polyakAverage({ start: 3 }), thalweg.swa({ start: 5, every: 4 })];
  for (const average of averages) {
    assert.deepEqual(await run(row, 'wasm', false, thalweg.chain(methodOf(row), average)), alone, average.name);
  }
});
