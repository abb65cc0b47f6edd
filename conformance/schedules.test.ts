/** Schedules against Optax's (the paper's, where Optax has none) at count = t, and bias corrections against 60 decimal digits. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import * as thalweg from 'thalweg';
import { Graph } from '../packages/thalweg/src/language/graph.ts';
import { compileScalars } from '../packages/thalweg/src/targets/loops/scalars.ts';
import { read } from './table.ts';

const { counts, optax, torch, paper } = read('traces/schedules.json') as {
  readonly counts: readonly number[];
  readonly optax: Readonly<Record<string, readonly number[]>>;
  readonly torch: Readonly<Record<string, readonly number[]>>;
  readonly paper: Readonly<Record<string, readonly number[]>>;
};
const up = thalweg.linear({ from: 0, to: 0.5, steps: 10 });

/** By the names that schedules.py uses; what stands before a comma or space is the function. */
const schedules: Readonly<Record<string, thalweg.Schedule>> = {
  constant: thalweg.constant(0.3),
  linear: thalweg.linear({ from: 0.5, to: 0.1, steps: 40 }),
  'linear upwards': thalweg.linear({ from: 0, to: 0.5, steps: 7 }),
  polynomial: thalweg.polynomial({ from: 0.5, to: 0.1, power: 3, steps: 40 }),
  'polynomial, root': thalweg.polynomial({ from: 0.5, power: 0.5, steps: 40 }),
  exponential: thalweg.exponential({ from: 0.5, rate: 0.7, steps: 10 }),
  'exponential, staircase': thalweg.exponential({ from: 0.5, rate: 0.7, steps: 10, staircase: true }),
  cosine: thalweg.cosine({ peak: 0.5, total: 40, end: 0.05 }),
  warmupCosine: thalweg.warmupCosine({ start: 0.1, peak: 0.5, warmup: 10, total: 50, end: 0.05 }),
  'warmupCosine, one step': thalweg.warmupCosine({ peak: 0.5, warmup: 1, total: 50 }),
  warmupStableDecay: thalweg.warmupStableDecay({ peak: 0.5, warmup: 10, stable: 30, decay: 10, end: 0.1 }),
  piecewise: thalweg.piecewise({ values: [0.8, 0.4, 0.1], boundaries: [10, 30] }),
  oneCycle: thalweg.oneCycle({ peak: 0.5, total: 50 }),
  'oneCycle, shaped': thalweg.oneCycle({ peak: 0.5, total: 40, rise: 0.25, divide: 10, finalDivide: 100 }),
  cosineRestarts: thalweg.cosineRestarts({ peak: 0.5, period: 10, growth: 2, end: 0.1 }),
  'cosineRestarts, equal': thalweg.cosineRestarts({ peak: 0.5, period: 10, end: 0.1 }),
  inverseSqrt: thalweg.inverseSqrt({ peak: 0.5, warmup: 20 }),
  fromZero: thalweg.fromZero(thalweg.cosine({ peak: 0.5, total: 40, end: 0.05 })),
  join: thalweg.join([up, thalweg.cosine({ peak: 0.5, total: 30 })], [15]),
  'join of three': thalweg.join([up, thalweg.constant(0.2), thalweg.exponential({ from: 0.5, rate: 0.7, steps: 10 })], [10, 25]),
};

test('every schedule of the library is held against an oracle', async () => {
  const folder = `${import.meta.dirname}/../packages/thalweg/src/define/schedules`;
  const modules = await Promise.all(readdirSync(folder).map((file) => import(`${folder}/${file}`) as Promise<object>));
  const exported = modules
    .flatMap((module) => Object.keys(module))
    .filter((name) => name in thalweg && !/^(schedule|Schedule)$/.test(name));
  assert.ok(exported.length >= 12);
  assert.deepEqual(new Set(Object.keys(schedules).map((name) => name.split(/[, ]/)[0])), new Set(exported));
  assert.deepEqual(Object.keys(schedules).toSorted(), [...Object.keys(optax), ...Object.keys(paper)].toSorted());
});

for (const [name, schedule] of Object.entries(schedules)) {
  test(`the schedule ${name} at t equals the oracle's at count t`, () => {
    const values = optax[name] ?? paper[name] ?? [];
    assert.equal(values.length, counts.length);
    const peak = Math.max(...values);
    counts.forEach((t, i) => {
      const [actual, expected] = [schedule.at(t), values[i] ?? NaN];
      const error = Math.abs(actual - expected);
      // exponential at t = 10⁴ is 10⁻¹⁵⁵: relative there, and relative to the peak where a half cosine comes down to zero.
      const scale = name.includes('xponential') ? expected : peak;
      assert.ok(error <= 1e-12 * scale, `t = ${t}: ${actual} is not ${expected}`);
    });
  });
}

/** PyTorch's schedulers, whose first step has the value at 0. */
const { fromZero } = thalweg;
const ofTorch: Readonly<Record<string, thalweg.Schedule>> = {
  CosineAnnealingLR: fromZero(thalweg.cosine({ peak: 0.5, total: 40, end: 0.05 })),
  CosineAnnealingWarmRestarts: fromZero(thalweg.cosineRestarts({ peak: 0.5, period: 10, growth: 2, end: 0.1 })),
  ExponentialLR: fromZero(thalweg.exponential({ from: 0.5, rate: 0.7, steps: 1 })),
  StepLR: fromZero(thalweg.exponential({ from: 0.5, rate: 0.7, steps: 10, staircase: true })),
  MultiStepLR: fromZero(thalweg.piecewise({ values: [0.5, 0.25, 0.125], boundaries: [10, 30] })),
  LinearLR: fromZero(thalweg.linear({ from: 0.1, to: 0.5, steps: 10 })),
  PolynomialLR: fromZero(thalweg.polynomial({ from: 0.5, power: 2, steps: 40 })),
  // PyTorch counts the first step among its 41, and turns at 0.3·41 − 1.
  OneCycleLR: fromZero(thalweg.oneCycle({ peak: 0.5, total: 40, rise: (0.3 * 41 - 1) / 40 })),
};
test('every scheduler of the trace has one of ours', () =>
  assert.deepEqual(Object.keys(ofTorch).toSorted(), Object.keys(torch).toSorted()));

for (const [name, schedule] of Object.entries(ofTorch)) {
  test(`fromZero gives the rates of PyTorch's ${name}`, () => {
    const rates = torch[name] ?? [];
    assert.equal(rates.length, 40);
    rates.forEach((expected, i) => {
      assert.ok(Math.abs(schedule.at(i + 1) - expected) <= 1e-12, `step ${i + 1}: ${schedule.at(i + 1)} is not ${expected}`);
    });
  });
}

test('1 − βᵗ is exact to 3 ulp for β to 0.99999 and t to 10⁷', () => {
  const { rows } = read('traces/bias.json') as { readonly rows: readonly (readonly [beta: number, t: number, exact: string])[] };
  assert.ok(rows.length >= 54);
  const graph = new Graph();
  const [b, t] = [graph.node('hyper', [], 'b'), graph.node('time')];
  const node = graph.node('compow', [b, t]);
  const scalars = compileScalars([b, t, node].map((one) => ({ node: one, level: 0, kind: 'host', fixed: false })));
  for (const [beta, step, exact] of rows) {
    const values = new Float64Array(3);
    values[scalars.place.get(b)!] = beta;
    values[scalars.place.get(t)!] = step;
    scalars.step(() => true)(values);
    const error = Math.abs(values[scalars.place.get(node)!]! - Number(exact)) / Number(exact);
    assert.ok(error < 3 * 2 ** -52, `β = ${beta}, t = ${step}: off by ${error}`);
  }
});
