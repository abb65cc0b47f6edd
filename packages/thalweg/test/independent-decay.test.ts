/** `decay: 'independent'`: what the factor of a schedule is, for every schedule, also where it starts at 0, and what has no factor. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import * as thalweg from 'thalweg';
import type { HyperValue, Schedule } from 'thalweg';

const { adamw, constant, cosine, cosineRestarts, exponential, fromZero, groups, inverseSqrt, join, linear, oneCycle, OptionError } =
  thalweg;
const { piecewise, polynomial, schedule, warmupCosine, warmupStableDecay } = thalweg;

/** What is left of a weight of 1 after each step without gradients. */
async function shrinking(lr: HyperValue, steps: number): Promise<number[]> {
  const opt = await adamw({ lr, decay: 'independent', weightDecay: 0.01 }).init({ w: Float64Array.of(1) });
  const left = Array.from({ length: steps }, () => {
    opt.step({ w: Float64Array.of(0) });
    return opt.params.w[0] ?? NaN;
  });
  opt.dispose();
  return left;
}

/** What should be left: each step takes 0.01·value/peak off. */
function expected(lr: Schedule, peak: number, steps: number): number[] {
  let left = 1;
  return Array.from({ length: steps }, (_, i) => (left *= 1 - (0.01 * lr.at(i + 1)) / peak));
}

function near(actual: readonly number[], right: readonly number[]): void {
  actual.forEach((value, i) => assert.ok(Math.abs(value - right[i]!) < 1e-14, `step ${i + 1}: ${String(value)}, not ${String(right[i])}`));
}

describe('the factor is the value over the peak', () => {
  const p = 0.03;
  const all: readonly (readonly [name: string, schedule: Schedule, peak?: number])[] = [
    ['constant', constant(p)],
    ['cosine', cosine({ peak: p, total: 20 })],
    ['cosine rising from 0', cosine({ peak: 0, end: p, total: 20 })],
    ['cosineRestarts', cosineRestarts({ peak: p, period: 7, growth: 2 })],
    ['exponential', exponential({ from: p, rate: 0.9 })],
    ['inverseSqrt', inverseSqrt({ peak: p, warmup: 10 })],
    ['linear from 0', linear({ from: 0, to: p, steps: 10 })],
    ['linear from 0, a step later', fromZero(linear({ from: 0, to: p, steps: 10 }))],
    ['linear to 0', linear({ from: p, to: 0, steps: 10 })],
    ['oneCycle', oneCycle({ peak: p, total: 20 })],
    ['piecewise from 0', piecewise({ values: [0, p, p / 2], boundaries: [3, 9] })],
    ['polynomial', polynomial({ from: p, power: 2, steps: 10 })],
    ['warmupCosine, a step later', fromZero(warmupCosine({ peak: p, warmup: 5, total: 20 }))],
    ['warmupStableDecay', warmupStableDecay({ peak: p, warmup: 5, stable: 5, decay: 5 })],
    ['join', join([linear({ from: 0, to: p, steps: 5 }), cosine({ peak: p, total: 10 })], [5])],
    ['an equation that falls', schedule('a / √t', { a: p })],
    ['an equation that rises from 0', schedule('a·min(1, (t − 1)/10)', { a: p })],
    ['an equation that warms up', schedule('a·min(1, t/100)', { a: p })],
    ['an equation with a late peak', schedule('a·exp(−((t − 70001)/1000)²)', { a: p })],
    ['an equation whose full rate is given', schedule('a·min(1, (t − 1)/10)', { a: p }, 2 * p), 2 * p],
  ];
  for (const [name, lr, peak = p] of all) {
    test(name, async () => {
      assert.ok(Math.abs(lr.base - peak) <= 1e-12 * peak, String(lr.base));
      near(await shrinking(lr, 25), expected(lr, peak, 25));
    });
  }

  test('of any equation made of lines, whatever it is at first', () => {
    const line = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 5000 }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (corners) => {
        // Tents of a height at a step, zero elsewhere: the peak is the largest height, wherever it stands.
        const tents = corners.map(([height, at]) => `${height.toFixed(17)}·max(0, 1 − max(t − ${at}, ${at} − t)/50)`);
        const lr = schedule(tents.reduce((sum, tent) => `max(${sum}, ${tent})`));
        const right = Math.max(...corners.map(([height, at]) => (at < 1 ? 0 : height)));
        assert.ok(Math.abs(lr.base - right) <= 1e-12, `${lr.equation}: ${String(lr.base)}, not ${String(right)}`);
      }),
    );
  });
});

describe('finite gradients give finite weights', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    test(`where the rate is 0 throughout, in ${dtype}`, async () => {
      for (const lr of [0, constant(0), linear({ from: 0, to: 0, steps: 5 }), cosine({ peak: 0, total: 5 }), schedule('0·t')]) {
        const w = thalweg.tensor([2], { dtype });
        const opt = await adamw({ lr, decay: 'independent' }).init({ w });
        opt.params.w.fill(1);
        for (let t = 0; t < 3; t++) opt.step({ w: opt.grads.w.fill(t) });
        assert.ok(opt.params.w.every(Number.isFinite));
        if (lr !== 0) assert.deepEqual([...opt.params.w], [1, 1]); // A schedule at 0 decays nothing either; a number counts as its own peak.
      }
    });
  }
});

describe('what has no factor is refused before anything changes', () => {
  const sentence = "lr is a function, whose peak is unknown, and decay: 'independent' divides by it; use a schedule";
  const isRefusal = (error: unknown): boolean => error instanceof OptionError && error.message.includes(sentence);

  test('a function assigned later', async () => {
    const opt = await adamw({ lr: 0.1, decay: 'independent' }).init({ w: Float64Array.of(1) });
    assert.throws(() => (opt.hyper.lr = (t: number): number => 1 / t), isRefusal);
    assert.equal(opt.hyper.lr, 0.1);
    opt.step({ w: Float64Array.of(0) });
    assert.equal(opt.params.w[0], 0.99);
  });

  test('a function assigned to a group, and not to the other that may have one', async () => {
    const method = groups([
      { match: 'a', use: adamw({ decay: 'independent' }), name: 'a' },
      { match: 'b', use: adamw(), name: 'b' },
    ]);
    const opt = await method.init({ a: Float64Array.of(1), b: Float64Array.of(1) });
    assert.throws(() => (opt.hyper['a.lr'] = (): number => 1), isRefusal);
    opt.hyper['b.lr'] = (): number => 0.5;
    opt.step({ a: Float64Array.of(0), b: Float64Array.of(0) });
    near([...opt.params.a, ...opt.params.b], [0.99, 0.995]);
  });

  test('a base that is no full rate', async () => {
    for (const base of [NaN, Infinity]) assert.throws(() => schedule('1/t', {}, base), /schedule: base must be a finite number/);
    const method = adamw({ lr: schedule('1/t', {}, 0), decay: 'independent' });
    await assert.rejects(
      method.init({ w: Float64Array.of(1) }),
      /lr is 1 at step 1 and 0 at its peak, by which decay: 'independent' divides/,
    );
  });

  test('scaled decay takes any function', async () => {
    const opt = await adamw().init({ w: Float64Array.of(1) });
    opt.hyper.lr = (t: number): number => t;
    opt.step({ w: Float64Array.of(0) });
    assert.equal(opt.params.w[0], 0.99);
  });
});
