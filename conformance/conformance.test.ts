/**
 * The table, row by row and column by column: agreement with the oracle in float64 and float32 over 320 steps, the same bits in JavaScript and
 * WebAssembly, the element type, no compilation in the first two steps, resumption bit for bit, refusal of bad hyperparameters, descent.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { acceptsWrongly, compiledInTwoSteps, descentOf, missed, resumes, type LandscapeName } from './columns.ts';
import { landscapes } from './landscapes.ts';
import { disagreement, offBy, run } from './measure.ts';
import { OptionError, type Method } from 'thalweg';
import { factories, methodOf, table, traceOf, transforms, type Case } from './table.ts';

const rowsOf = (name: string): readonly Case[] => table.cases.filter((row) => row.ours[0] === name);

/** The cells of the table that report.ts wrote, by line. */
const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const head = readme.find(([, first]) => first === 'test case') ?? [];

/** What stands in the table for a row. */
function written({ id }: Case, column: string): string {
  return readme.find(([, first]) => first === id)?.[head.indexOf(column)] ?? '';
}

const renewed = ({ ours: [name] }: Case): string => `the table of conformance/README.md is old: npm run reference -- ${name}`;

test('every optimizer of the library has a row, and every row an optimizer', () => {
  const named = new Set(table.cases.map((row) => row.ours[0]));
  assert.deepEqual([...factories.keys()].filter((name) => !named.has(name)), [], 'these need a file in conformance/rows/'); // prettier-ignore
  assert.deepEqual([...named].filter((name) => !factories.has(name)), []); // prettier-ignore
  assert.ok(factories.size >= 9);
  assert.throws(() => methodOf({ ours: ['none', {}] }), /no optimizer none/);
});

/** The method of a row; undefined where an option of it is refused, because without another one it has no effect. */
function methodUnlessIdle(row: Parameters<typeof methodOf>[0]): Method | undefined {
  try {
    return methodOf(row);
  } catch (error) {
    if (error instanceof OptionError && error.message.includes('has no effect')) return undefined;
    throw error;
  }
}

for (const [name, { definition }] of factories) {
  for (const option of [...Object.keys(definition.hyper), ...Object.keys(definition.variants ?? {})]) {
    test(`a row notices when ${option} of ${name} is left at its default`, async () => {
      for (const row of rowsOf(name).filter(({ ours: [, options], tensors }) => option in options && tensors !== 'wide')) {
        const rest = Object.fromEntries(Object.entries(row.ours[1]).filter(([key]) => key !== option));
        if (rest['nesterov'] === true && option === 'momentum') continue; // Refused: Nesterov needs momentum.
        const without = methodUnlessIdle({ ...row, ours: [name, rest] });
        if (without === undefined) continue;
        if ((await offBy(row, without)) > 1e3 * table.tolerance) return;
      }
      assert.fail(
        `no row of conformance/rows/${name}.json has another result without its ${option}: give ${option} another value than its default in one`,
      );
    });
  }
}

test('every optimizer has a row with a scheduled hyperparameter, and one with gradients that are zero at first and for long', () => {
  for (const name of factories.keys()) {
    const scheduled = rowsOf(name).some(({ ours: [, options] }) =>
      ['cosine', 'fade', 'halves', 'rise'].some((word) => word === options['lr']),
    );
    assert.ok(scheduled, `conformance/rows/${name}.json: no row has the lr "cosine", "fade", "halves" or "rise"`);
    assert.ok(
      rowsOf(name).some((row) => row.stream === 'gaps'),
      `conformance/rows/${name}.json: no row has "stream": "gaps"`,
    );
  }
});

test('every word that chooses a form is in a row', () => {
  for (const [name, { definition }] of factories) {
    for (const [option, words] of Object.entries<false | readonly string[]>(definition.variants ?? {})) {
      const given = new Set<unknown>(rowsOf(name).map(({ ours: [, options] }) => options[option]));
      const wanted = words === false ? [true] : words.slice(1);
      for (const word of wanted) assert.ok(given.has(word), `${name}: no row with ${option}: ${String(word)}`);
    }
  }
});

test('ids are unique, and a looser bound has a reason', () => {
  assert.equal(new Set(table.cases.map((row) => row.id)).size, table.cases.length);
  assert.ok(table.steps >= 300 && table.tolerance <= 1e-12);
  for (const { id, tolerance, float32, reason = '', descends } of table.cases) {
    const looser = (tolerance ?? 0) > table.tolerance || (float32 ?? 0) > table.float32;
    assert.ok(!looser || reason.length > 20, id);
    assert.ok(descends?.goal === undefined || (descends.because ?? '').length > 20, id);
  }
});

test('every optimizer and transform has a row within the tight bound in float64', () => {
  const tight = table.cases.filter(({ tolerance = table.tolerance }) => tolerance <= table.tolerance);
  const held = new Set(tight.flatMap((row) => methodOf(row).parts.map(({ name }) => name)));
  assert.deepEqual([...factories.keys(), ...Object.keys(transforms)].filter((name) => !held.has(name)), []); // prettier-ignore
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
    assert.equal(written(row, 'float64'), measured.toExponential(1), renewed(row));
    const tolerance = row.tolerance ?? table.tolerance;
    assert.ok(measured <= tolerance, `float64 is off by ${measured}, more than ${tolerance}`);
    assert.deepEqual(reference.arrays, new Set(['Float64Array']), 'dtype');
    assert.deepEqual(await run(row, 'wasm', true), reference, 'wasm and reference differ');

    const single = await run(row, 'fround', false);
    const measured32 = disagreement(single, trace);
    const bound = row.float32 ?? table.float32;
    assert.ok(
      measured32 <= bound,
      `float32 is off by ${measured32}, more than ${bound}; where rounding is why, such as by the sign of a mean near zero, the row says so: "float32" and "reason"`,
    );
    assert.deepEqual(single.arrays, new Set(['Float32Array']), 'dtype');
    assert.deepEqual(await run(row, 'wasm', false), single, 'wasm and fround differ');

    assert.equal(await compiledInTwoSteps(row), 0, 'a step compiled');
    const later = single.weights.get(20);
    assert.ok(await resumes(row, 'wasm', 'fround', later), 'a run saved on wasm does not go on as it was on fround');
    assert.ok(await resumes(row, 'fround', 'wasm', later), 'a run saved on fround does not go on as it was on wasm');
    assert.deepEqual(acceptsWrongly(row), []);
  });
}

// Rows with the same equations differ in numbers alone; the first of them descends for all.
const programs = new Map<string, Case>();
for (const row of table.cases) {
  const { equations } = methodOf({ ...row, from: 0 });
  if (!programs.has(equations)) programs.set(equations, row);
}
for (const row of programs.values()) {
  for (const landscape of Object.keys(landscapes) as LandscapeName[]) {
    test(`${row.id} descends the ${landscape}`, async () => {
      assert.equal(await missed(row, landscape), undefined);
      const column = { parabola: 'parabola', rosenbrock: "Rosenbrock's valley" }[landscape];
      assert.ok(written(row, column).startsWith(`${String(descentOf(row).lr[landscape])}: `), renewed(row));
    });
  }
}
