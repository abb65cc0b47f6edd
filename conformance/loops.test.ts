/**
 * What stands around the training loop, against its oracles: SAM and ASAM against the papers in numpy and Optax's SAM, the reduction on a
 * plateau against PyTorch's, and the learning-rate range test against numpy.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as thalweg from 'thalweg';
import { read } from './table.ts';
import { signed, weight } from './stream.ts';

describe('SAM', () => {
  const { steps, runs } = read('traces/sam.json') as { steps: number; runs: Record<string, Record<string, number[]>> };
  const sizes = { a: 1, b: 5, c: 12 } as const;
  const momentum = thalweg.sgd({ lr: 0.01, momentum: 0.9 });
  const adam = thalweg.adam({ lr: 0.01 });
  type Wrap = (...args: [opt: Parameters<typeof thalweg.sam>[0], gradient: thalweg.GradientFunction]) => thalweg.SamStep;
  const ours: Readonly<Record<string, readonly [thalweg.Method, Wrap]>> = {
    'sam, sgd': [momentum, (...args) => thalweg.sam(...args)],
    'sam, adam': [adam, (...args) => thalweg.sam(...args, { rho: 0.2 })],
    'asam, sgd': [thalweg.sgd({ lr: 0.001, momentum: 0.9 }), (...args) => thalweg.asam(...args)],
    'asam, adam': [adam, (...args) => thalweg.asam(...args, { rho: 1, eta: 0.1 })],
    'optax.contrib.sam': [momentum, (...args) => thalweg.sam(...args)],
  };

  /** The weights after each step of a run on the bowl of loops.py. */
  async function train(method: thalweg.Method, wrap: Wrap, dtype: 'float32' | 'float64', backend: thalweg.Backend): Promise<number[][]> {
    let element = 0;
    const parameters = Object.entries(sizes).map(([name, length]) => {
      const values = Float64Array.from({ length }, () => weight(element++));
      return [name, dtype === 'float64' ? values : Float32Array.from(values)] as const;
    });
    const opt = await method.init(Object.fromEntries(parameters), { backend });
    const flat = (): number[] => Object.values(opt.params).flatMap((w) => [...w]);
    let t = 1;
    const step = wrap(opt, () => {
      const w = flat();
      const g = w.map(
        (x, i) => (1 + (i % 4)) * (x - weight(100 + i)) + 0.25 * w[(i + 1) % w.length]! + 0.5 * x ** 3 + 0.1 * signed(5, t, i),
      );
      for (const values of Object.values(opt.grads)) values.set(g.splice(0, values.length));
      return t;
    });
    const weights: number[][] = [];
    for (; t <= steps; t++) {
      assert.equal(await step(), t);
      weights.push(flat());
    }
    return weights;
  }

  /** The largest difference from a run of the oracle, over max(|w|, Σ|Δw|). */
  function disagreement(weights: readonly (readonly number[])[], name: string): number {
    const travelled = weights[0]!.map((_, i) => Math.abs(weights[0]![i]! - weight(i)));
    let worst = 0;
    weights.forEach((now, s) => {
      if (s > 0) now.forEach((x, i) => (travelled[i]! += Math.abs(x - weights[s - 1]![i]!)));
      runs[name]?.[String(s + 1)]?.forEach((expected, i) => {
        worst = Math.max(worst, Math.abs(now[i]! - expected) / Math.max(Math.abs(expected), travelled[i]!));
      });
    });
    return worst;
  }

  test('every run of the oracle has one of ours', () => assert.deepEqual(Object.keys(ours).toSorted(), Object.keys(runs).toSorted()));
  for (const [name, [method, wrap]] of Object.entries(ours)) {
    test(`${name} agrees in float64 and float32`, async () => {
      const wide = await train(method, wrap, 'float64', 'wasm');
      const off = disagreement(wide, name);
      assert.ok(off <= 1e-12, `float64 is off by ${off}`);
      assert.deepEqual(await train(method, wrap, 'float64', 'reference'), wide);
      const off32 = disagreement(await train(method, wrap, 'float32', 'wasm'), name);
      assert.ok(off32 <= 1e-5, `float32 is off by ${off32}`);
    });
  }
  test('the runs of the oracle differ from each other, so that a wrong one is noticed', async () => {
    for (const [name, [method, wrap]] of Object.entries(ours)) {
      const weights = await train(method, wrap, 'float64', 'wasm');
      const same = Object.keys(ours).filter((other) => disagreement(weights, other) <= 1e-6);
      assert.deepEqual(same, name === 'sam, sgd' || name === 'optax.contrib.sam' ? ['sam, sgd', 'optax.contrib.sam'] : [name]);
    }
  });
});

describe('reduceOnPlateau', () => {
  interface Row {
    readonly options: Readonly<Record<string, number | string>>;
    readonly metrics: readonly (number | null | 'inf')[];
    readonly rates: readonly number[];
  }
  const { rows } = read('traces/plateau.json') as { rows: readonly Row[] };
  const names: Readonly<Record<string, string>> = { threshold_mode: 'thresholdMode', min_lr: 'minLr' };
  for (const { options, metrics, rates } of rows) {
    test(`the rates of PyTorch with ${JSON.stringify(options)}`, async () => {
      const ours: thalweg.PlateauOptions = Object.fromEntries(Object.entries(options).map(([key, value]) => [names[key] ?? key, value]));
      const opt = await thalweg.sgd({ lr: 0.1 }).init({ w: Float64Array.of(0) });
      let plateau = thalweg.reduceOnPlateau(opt, ours);
      metrics.forEach((metric, i) => {
        const before = opt.hyper.lr;
        const lowered = plateau.step(metric === null ? NaN : metric === 'inf' ? Infinity : metric);
        assert.equal(opt.hyper.lr, rates[i], `value ${i}`);
        assert.equal(lowered, before !== opt.hyper.lr);
        const state = JSON.parse(JSON.stringify(plateau.state)) as thalweg.PlateauState;
        if (i % 3 === 0) plateau = thalweg.reduceOnPlateau(opt, { ...ours, state });
      });
      assert.ok(new Set(rates).size > 1);
    });
  }
});

describe('learningRateRange', () => {
  interface Row {
    readonly options: { readonly smoothing: number; readonly steps: number; readonly from: number; readonly to: number };
    readonly losses: readonly number[];
    readonly smoothed: readonly number[];
    readonly rates: readonly number[];
    readonly suggested: number;
    readonly lowest: number;
  }
  const { rows } = read('traces/range.json') as { rows: readonly Row[] };
  const near = (actual: number, expected: number): void => {
    assert.ok(Math.abs(actual / expected - 1) < 1e-12, `${actual} is not ${expected}`);
  };
  for (const { options, losses, smoothed, rates, suggested, lowest } of rows) {
    test(`the curve and the rates of numpy with ${JSON.stringify(options)}`, async () => {
      const make = () => thalweg.sgd().init({ w: Float64Array.of(0) });
      const found = await thalweg.learningRateRange({ make, train: (_, t) => losses[t - 1]!, ...options });
      assert.equal(found.curve.length, losses.length);
      found.curve.forEach((point, i) => {
        near(point.lr, rates[i]!);
        near(point.smoothed, smoothed[i]!);
        assert.equal(point.loss, losses[i]);
      });
      near(found.suggested ?? NaN, suggested);
      near(found.lowest ?? NaN, lowest);
    });
  }
});
