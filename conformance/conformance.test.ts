/** Every optimizer against its oracle, and float32 JavaScript against WebAssembly, over 320 steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as thalweg from 'thalweg';
import { compileScalars } from '../packages/thalweg/src/lower/scalars.ts';
import { Graph } from '../packages/thalweg/src/language/graph.ts';
import { disagreement, factories, read, run, table, traceOf } from './measure.ts';

test('every optimizer of the library has a row', () => {
  const covered = new Set(table.cases.map((row) => row.ours[0]));
  assert.deepEqual(
    [...factories.keys()].filter((name) => !covered.has(name)),
    [],
  );
  assert.ok(factories.size >= 9);
});

test('a looser tolerance has a reason', () => {
  for (const row of table.cases) assert.ok(row.tolerance === undefined || (row.reason ?? '').length > 20, row.id);
});

for (const row of table.cases) {
  test(`${row.id} agrees with ${row.oracle[0]} ${row.oracle[1]}`, async () => {
    const trace = traceOf(row.id);
    const reference = await run(row, 'reference', true);
    const tolerance = row.tolerance ?? table.tolerance;
    const measured = disagreement(reference, trace);
    assert.ok(measured <= tolerance, `float64 is off by ${String(measured)}, more than ${String(tolerance)}`);
    assert.deepEqual(await run(row, 'wasm', true), reference, 'wasm and reference differ');
    const single = await run(row, 'fround', false);
    const bound = row.float32 ?? table.float32;
    const measured32 = disagreement(single, trace);
    assert.ok(measured32 <= bound, `float32 is off by ${String(measured32)}, more than ${String(bound)}`);
    assert.deepEqual(await run(row, 'wasm', false), single, 'wasm and fround differ');
  });
}

test('1 − βᵗ is exact to 3 ulp for β to 0.99999 and t to 10⁷', () => {
  const { rows } = read('traces/bias.json') as { rows: [number, number, string][] };
  const graph = new Graph();
  const [b, t] = [graph.node('hyper', [], 'b'), graph.node('time')];
  const node = graph.node('compow', [b, t]);
  const scalars = compileScalars([b, t, node].map((one) => ({ node: one, level: 0, kind: 'host', fixed: false })));
  for (const [beta, step, exact] of rows) {
    const values = new Float64Array(3);
    values[scalars.place.get(b)!] = beta;
    values[scalars.place.get(t)!] = step;
    for (const run of scalars.steps(() => true)) run(values);
    const error = Math.abs(values[scalars.place.get(node)!]! - Number(exact)) / Number(exact);
    assert.ok(error < 3 * 2 ** -52, `β = ${String(beta)}, t = ${String(step)}: off by ${String(error)}`);
  }
});

const { values: optax } = read('traces/schedules.json') as { values: Record<string, number[]> };
const schedules: Readonly<Record<string, thalweg.Schedule>> = {
  constant: thalweg.constant(0.3),
  linear: thalweg.linear({ from: 0.5, to: 0.1, steps: 40 }),
  polynomial: thalweg.polynomial({ from: 0.5, to: 0.1, power: 3, steps: 40 }),
  exponential: thalweg.exponential({ from: 0.5, rate: 0.7, steps: 10 }),
  staircase: thalweg.exponential({ from: 0.5, rate: 0.7, steps: 10, staircase: true }),
  cosine: thalweg.cosine({ peak: 0.5, total: 40, end: 0.05 }),
  warmupCosine: thalweg.warmupCosine({ start: 0.1, peak: 0.5, warmup: 10, total: 50, end: 0.05 }),
  warmupStableDecay: thalweg.warmupStableDecay({ peak: 0.5, warmup: 10, stable: 30, decay: 10, end: 0.1 }),
  piecewise: thalweg.piecewise({ values: [0.8, 0.4, 0.1], boundaries: [10, 30] }),
  oneCycle: thalweg.oneCycle({ peak: 0.5, total: 50 }),
  cosineRestarts: thalweg.cosineRestarts({ peak: 0.5, period: 10, growth: 2, end: 0.1 }),
  join: thalweg.join([thalweg.linear({ from: 0, to: 0.5, steps: 10 }), thalweg.cosine({ peak: 0.5, total: 30 })], [15]),
};

test('every schedule that Optax has is tested against it', () => {
  assert.deepEqual(Object.keys(schedules).toSorted(), Object.keys(optax).toSorted());
});

for (const [name, schedule] of Object.entries(schedules)) {
  test(`the schedule ${name} at t equals Optax's at count t`, () => {
    optax[name]?.forEach((expected, t) => {
      const actual = schedule.at(t);
      assert.ok(
        Math.abs(actual - expected) <= 1e-12 * Math.max(expected, 1e-3),
        `t = ${String(t)}: ${String(actual)} is not ${String(expected)}`,
      );
    });
  });
}
