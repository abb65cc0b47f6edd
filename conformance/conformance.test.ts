/** Every optimizer against its oracle, and float32 JavaScript against WebAssembly, over 320 steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disagreement, factories, methodOf, run, table, traceOf, type Case } from './measure.ts';

const rowsOf = (name: string): readonly Case[] => table.cases.filter((row) => row.ours[0] === name);

test('every optimizer of the library has a row, and every row an optimizer', () => {
  assert.deepEqual(new Set(factories.keys()), new Set(table.cases.map((row) => row.ours[0])));
  assert.ok(factories.size >= 9);
  const unknown: Case = { id: 'none', ours: ['none', {}], oracle: ['torch', 'None', {}] };
  assert.throws(() => methodOf(unknown), /no optimizer none/);
});

for (const [name, { definition }] of factories) {
  for (const option of [...Object.keys(definition.hyper), ...Object.keys(definition.variants ?? {})]) {
    test(`a row notices when ${option} of ${name} is left at its default`, async () => {
      for (const row of rowsOf(name).filter(({ ours: [, options], tensors }) => option in options && tensors !== 'wide')) {
        const rest = Object.fromEntries(Object.entries(row.ours[1]).filter(([key]) => key !== option));
        if (rest['nesterov'] === true && option === 'momentum') continue; // Refused: Nesterov needs momentum.
        const without = methodOf({ ...row, ours: [name, rest] });
        if (disagreement(await run(row, 'reference', true, without), traceOf(row.id)) > 1e3 * table.tolerance) return;
      }
      assert.fail(`no row depends on ${option}`);
    });
  }
}

test('every optimizer has a row with a scheduled hyperparameter, and one with gradients that are zero at first and for long', () => {
  for (const name of factories.keys()) {
    const scheduled = rowsOf(name).some(({ ours: [, options] }) => ['cosine', 'fade', 'halves', 'rise'].includes(String(options['lr'])));
    assert.ok(scheduled, `${name}: no schedule`);
    assert.ok(name === 'adamw' || rowsOf(name).some((row) => row.stream === 'gaps'), `${name}: no gaps`); // adam's moments are adamw's
  }
});

test('ids are unique, and a looser bound has a reason', () => {
  assert.equal(new Set(table.cases.map((row) => row.id)).size, table.cases.length);
  assert.ok(table.steps >= 300 && table.tolerance <= 1e-12);
  for (const { id, tolerance, float32, reason = '' } of table.cases) {
    const looser = (tolerance ?? 0) > table.tolerance || (float32 ?? 0) > table.float32;
    assert.ok(!looser || reason.length > 20, id);
  }
});

for (const row of table.cases) {
  test(`${row.id} agrees with ${row.oracle[0]} ${row.oracle[1]}`, async () => {
    const trace = traceOf(row.id);
    const { oracle, chain, around, stream, zeros, tensors, from } = row;
    const inputs = Object.entries({ oracle, chain, around, stream, zeros, tensors, from });
    const made = Object.fromEntries(inputs.filter(([, one]) => one !== undefined));
    assert.deepEqual(trace.made, made, 'the trace was made from another row: run make.py');
    assert.deepEqual(
      trace.steps.map((step) => step.t),
      table.recorded,
    );
    assert.ok(trace.elements.length >= 18 && trace.steps.every((step) => step.w.every(Number.isFinite)));

    const reference = await run(row, 'reference', true);
    const measured = disagreement(reference, trace);
    const tolerance = row.tolerance ?? table.tolerance;
    assert.ok(measured <= tolerance, `float64 is off by ${measured}, more than ${tolerance}`);
    assert.deepEqual(reference.arrays, new Set(['Float64Array']), 'dtype');
    assert.deepEqual(await run(row, 'wasm', true), reference, 'wasm and reference differ');

    const single = await run(row, 'fround', false);
    const measured32 = disagreement(single, trace);
    const bound = row.float32 ?? table.float32;
    assert.ok(measured32 <= bound, `float32 is off by ${measured32}, more than ${bound}`);
    assert.deepEqual(single.arrays, new Set(['Float32Array']), 'dtype');
    assert.deepEqual(await run(row, 'wasm', false), single, 'wasm and fround differ');
  });
}
