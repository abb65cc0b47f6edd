/** Medians, ranks, paired tests and the protocol's grid, against values computed by hand or by SciPy. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bestIndex, firstGrid, gridPoint, growth, presets, runsOf } from '../src/protocol.ts';
import { lower, median, quantile, type Measured } from '../src/quantile.ts';
import { compareWith, marginOf } from '../src/statistics/compare.ts';
import { signedRank, signFlip, tTest } from '../src/statistics/paired.ts';
import { firstPlaces } from '../src/statistics/stability.ts';
import { ranks } from '../src/statistics/summary.ts';
import type { PairedComparison, Summary, Trial } from '../src/schema.ts';
import { tune } from '../src/tune.ts';

const scores = (...values: (number | null)[]): Map<number, number | null> => new Map(values.map((value, i) => [i, value]));
const near = (a: number | null | undefined, b: number, bound = 1e-12): void => { assert.ok(a != null && Math.abs(a - b) <= bound, `${String(a)} for ${String(b)}`); }; // prettier-ignore

test('a diverged run is the worst in a median', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([3, null, 1]), 3);
  assert.equal(median([null, null, 1]), null);
  assert.equal(median([1, 2]), 1.5);
  assert.equal(median([1, null]), null);
  assert.equal(quantile([1, 2, 3, 4, null], 0.25), 2);
  assert.equal(median([]), null);
});

test('ranks: equals share one, fewer diverged runs break a tie, diverged come last and are not dropped', () => {
  const summary = (value: number | null, diverged = 0): Summary => ({
    median: value, low: value, high: value, spread: '', diverged, reached: 0, stepsToTarget: null, gradientsToTarget: null, secondsToTarget: null,
  }); // prettier-ignore
  assert.deepEqual(
    ranks([summary(2), summary(1), summary(null, 3), summary(2), summary(2, 1), summary(null, 2)], lower),
    [2, 1, 6, 2, 4, 5],
  );
});

describe('tests of paired differences', () => {
  test("Student's is SciPy's ttest_1samp", () => {
    // scipy.stats.ttest_rel([5.1, 6.2, 4.8, 7.0], [4.0, 5.5, 4.1, 5.2])
    const t = tTest([1.1, 0.7, 0.7, 1.8].map((x) => x));
    near(t.mean, 1.075);
    near(t.p, 0.025520698002449577);
    near(t.interval(0.05)[0], 0.2494531447551348, 1e-9);
    near(t.interval(0.05)[1], 1.900546855244865, 1e-9);
  });
  test('what would have been found: near the exact value, by a non-central t', () => {
    // In standard deviations of the differences, from scipy.stats.nct.
    for (const [n, alpha, exact] of [[5, 0.05, 1.68199728], [7, 0.05, 1.27256741], [10, 0.05, 0.99600225], [10, 0.0102, 1.32777446]] as const) {
      const values = Array.from({ length: n }, (_, i) => i);
      const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - (n - 1) / 2) ** 2, 0) / (n - 1));
      const ratio = tTest(values).detectable(alpha) / deviation / exact;
      assert.ok(ratio > 0.94 && ratio < 1.001, String(ratio));
    }
  }); // prettier-ignore
  test("sign flips are SciPy's permutation_test of the mean", () => {
    near(signFlip([1.1, 0.7, 0.7, 1.8]), 0.125);
    near(signFlip([0.3, -0.1, 0.5, 0.2, 0.4, -0.2, 0.7]), 0.109375);
    // Beyond 20 differences the assignments are drawn: near what all of them would give, 2 / 2²² here and not 0.
    const many = signFlip(Array.from({ length: 22 }, (_, i) => 1 + i / 100));
    assert.ok(many > 0 && many < 1e-4, String(many));
  });
  test('signed ranks are exact, with infinite differences as the largest', () => {
    // scipy.stats.wilcoxon, exact.
    near(signedRank([0.3, -0.1, 0.5, 0.2, 0.4, -0.25, 0.7]).p, 0.109375);
    // Counted over all 2⁷ and 2⁵ assignments of signs to the mean ranks of equals.
    near(signedRank([Infinity, Infinity, Infinity, Infinity, -0.1, -0.2, -0.3]).p, 0.1875);
    assert.equal(signedRank([Infinity, Infinity, Infinity, Infinity, -0.1, -0.2, -0.3]).sign, 1);
    near(signedRank([1, 2, 2, -3, 4]).p, 0.4375);
    assert.deepEqual(signedRank([0, 0]), { p: 1, sign: 0 });
  });
  test('p-values are at most 1, and their distribution under chance is no smaller than it may be', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 9 }), (values) => {
        for (const p of [signFlip(values), signedRank(values).p]) assert.ok(p > 0 && p <= 1);
        assert.equal(signFlip(values), signFlip(values.map((x) => -x)));
      }),
    );
  });
});

describe('comparisons with a reference', () => {
  const judged = { alpha: 0.05, direction: lower };
  const all = new Map([
    ['a', scores(1.0, 1.1, 0.9, 1.05)],
    ['near', scores(1.02, 1.05, 0.95, 1.04)],
    ['far', scores(3.0, 3.2, 2.9, 3.1)],
    ['better', scores(0.5, 0.62, 0.38, 0.56)],
    ['wild', scores(null, null, 1, 2)],
  ]);
  const results = new Map(compareWith('a', all, judged).map((one) => [one.other, one]));

  test('verdicts', () => {
    assert.deepEqual(
      [...results].map(([id, { verdict, test: by }]) => [id, verdict, by]),
      [
        ['near', 'no detectable difference', 't'],
        ['far', 'worse', 't'],
        ['better', 'better', 't'],
        ['wild', 'no detectable difference', 'ranks'],
      ],
    );
    assert.ok(results.get('better')!.difference! < 0, 'negative where the reference is worse');
  });
  test('p-values are corrected for all comparisons by Šidák', () => {
    const alone = compareWith('a', new Map([['a', all.get('a')!], ['near', all.get('near')!]]), judged)[0]!; // prettier-ignore
    near(results.get('near')!.pValue, 1 - (1 - alone.pValue!) ** 4);
    near(results.get('near')!.exact, 1 - (1 - alone.exact!) ** 4);
  });
  test('an interval leaves 0 out exactly where its p-value is below the level', () => {
    const runs = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1.3, noNaN: true })), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 6 }), (pairs, count) => {
        const others = Array.from({ length: count }, (_, i) => [`b${String(i)}`, scores(...pairs.map(([, b]) => b + i))] as const);
        for (const { pValue, interval, verdict } of compareWith('a', new Map([['a', scores(...pairs.map(([a]) => a))], ...others]), judged)) {
          if (pValue === null || interval === null || Math.abs(pValue - 0.05) < 1e-9) continue;
          assert.equal(pValue < 0.05, interval[0] > 0 || interval[1] < 0);
          assert.equal(pValue < 0.05, verdict === 'worse' || verdict === 'better');
        }
      }),
    );
  }); // prettier-ignore
  test('a run that diverged weighs as the worst, and does not vanish from the test', () => {
    // Seven seeds: it diverges with four and is better by a little with three.
    const [one] = compareWith('a', new Map([['a', scores(1, 1, 1, 1, 1, 1, 1)], ['b', scores(null, null, null, null, 0.9, 0.8, 0.7)]]), judged); // prettier-ignore
    assert.deepEqual([one!.verdict, one!.test, one!.difference], ['no detectable difference', 'ranks', null]);
    const [lost] = compareWith('a', new Map([['a', scores(1, 1, 1, 1, 1, 1, 1)], ['b', scores(null, null, null, null, null, null, null)]]), judged); // prettier-ignore
    assert.equal(lost!.verdict, 'worse');
    assert.equal(compareWith('a', new Map([['a', scores(null, null, null)], ['b', scores(null, null, null)]]), judged)[0]!.pValue, 1); // prettier-ignore
  });
  test('equal within a margin, by an equivalence test', () => {
    const close = new Map([['a', scores(5, 6, 7, 8, 6)], ['b', scores(5.01, 6.02, 6.99, 8.01, 6)]]); // prettier-ignore
    const of = (margin?: number): PairedComparison => compareWith('a', close, { ...judged, margin })[0]!;
    assert.deepEqual([of(0.5).verdict, of(0.5).equalWithin], ['equal', 0.5]);
    assert.deepEqual([of(0.001).verdict, of(0.001).equalWithin], ['no detectable difference', null]);
    assert.equal(of().equalWithin, null);
    // Two one-sided tests at the level: the 90 % interval lies within.
    const [low, high] = tTest([0.01, 0.02, -0.01, 0.01, 0]).interval(0.1);
    const edge = Math.max(-low, high);
    assert.deepEqual([of(edge * 1.001).verdict, of(edge * 0.999).verdict], ['equal', 'no detectable difference']);
    near(marginOf(9, 1500), 0.738918, 1e-6);
  });
  test('without noise there is nothing to test against', () => {
    const of = (a: Map<number, number | null>, b: Map<number, number | null>) => compareWith('a', new Map([['a', a], ['b', b]]), judged)[0]!; // prettier-ignore
    assert.equal(of(scores(1, 1, 1), scores(2, 2, 2)).verdict, 'no noise');
    assert.equal(of(scores(1, 1, 1), scores(1, 1, 1)).verdict, 'no noise');
    assert.equal(of(scores(1, 2, 3), scores(1, 2, 3)).verdict, 'equal');
    assert.equal(of(scores(1, 2, 3), scores(2, 3, 4)).verdict, 'worse');
    assert.equal(of(scores(1, 2), scores(2, 3)).verdict, 'too few seeds');
  });
});

test('who would be first with other seeds', () => {
  const shares = firstPlaces(new Map([['a', scores(1, 2, 3, 4)], ['b', scores(4, 3, 2, 1)], ['c', scores(9, 9, 9, 9)], ['d', scores(1, 2, 3, 4)]]), lower); // prettier-ignore
  near(
    [...shares.values()].reduce((sum, one) => sum + one, 0),
    1,
    1e-9,
  );
  assert.equal(shares.get('c'), 0);
  near(shares.get('a'), shares.get('d')!);
  near(2 * shares.get('a')!, shares.get('b')!, 0.1);
  near(firstPlaces(new Map([['a', scores(1)]]), lower).get('a'), 1, 1e-9);
  const up = firstPlaces(new Map([['a', scores(1, 2)], ['b', scores(3, 4)]]), { lowerIsBetter: false }); // prettier-ignore
  near(up.get('b'), 1, 1e-9);
});

describe('tuning', () => {
  const measured = (...values: (number | null)[]): Measured[] => values.map((value) => ({ value, loss: null }));
  test('the grid grows on the side of its best, and downwards where all diverged', () => {
    assert.deepEqual(firstGrid(0.1, 3, 10), [0.01, 0.1, 1]);
    assert.equal(growth(measured(3, 2, 1), lower), 1);
    assert.equal(growth(measured(1, 2, 3), lower), -1);
    assert.equal(growth(measured(2, 1, 3), lower), -1);
    assert.equal(growth(measured(null, null), lower), -1);
    assert.equal(bestIndex(measured(2, 1, 1, null), lower), 1);
    assert.equal(bestIndex([{ value: 1, loss: 3 }, { value: 1, loss: 2 }], lower), 1); // prettier-ignore
    assert.equal(bestIndex(measured(null, null), lower), undefined);
    for (const { scanSeed, seeds } of Object.values(presets)) assert.ok(!seeds.includes(scanSeed));
  });

  /** A problem where the best rate is `best`, a seed moves it, and rates above `most` diverge. */
  const problem = (best: number, most: number, noise = 0) => {
    const made: [number, number][] = [];
    const run = (lr: number, seed: number): Promise<Trial> => {
      made.push([lr, seed]);
      const off = Math.abs(Math.log10(lr / best) + noise * ((seed % 3) - 1));
      const value = lr > most ? null : off;
      return Promise.resolve({
        seed,
        lr,
        validationMetric: value,
        validationLoss: null,
        testMetric: value,
        diverged: value === null,
      } as Trial);
    };
    return { made, run };
  };
  test('everyone has the same number of runs, wherever the best rate lies, and whatever diverges', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: -6, max: 4, noNaN: true }), fc.double({ min: -8, max: 6, noNaN: true }), async (best, most) => {
        for (const preset of ['quick', 'standard', 'thorough'] as const) {
          const protocol = { preset, ...presets[preset] };
          const { made, run } = problem(10 ** best, 10 ** most);
          await tune(0.01, protocol, lower, run);
          assert.equal(made.length, runsOf(protocol));
          assert.equal(new Set(made.map(String)).size, made.length, 'no run is made twice');
        }
      }),
      { numRuns: 50 },
    );
  });
  test('each seed takes the rate that is best on its own validation data, and its result is of that run', async () => {
    const { run } = problem(0.1, 10, 0.5);
    const { result, tries } = await tune(0.1, { preset: 'quick', ...presets.quick }, lower, run);
    const { trials, bestLr, sweep, tuning } = result;
    assert.ok(tries.every((own, i) => own.length === 7 && own.filter(({ seed }) => seed === presets.quick.seeds[i]).length === 3));
    const rate = (seed: number): number => gridPoint(0.1, 1 - (seed % 3), Math.sqrt(10));
    assert.deepEqual(trials.map(({ seed, lr }) => [seed, lr]), presets.quick.seeds.map((seed) => [seed, rate(seed)])); // prettier-ignore
    assert.deepEqual([bestLr, tuning], [0.0316, 'inside']);
    assert.equal(sweep.find(({ lr }) => lr === 0.1)?.scores.length, 1 + presets.quick.seeds.length);
    assert.deepEqual(sweep.map(({ lr }) => lr), sweep.map(({ lr }) => lr).toSorted((a, b) => a - b)); // prettier-ignore
  });
  test('where the best lies beyond what is tried, that is said', async () => {
    const protocol = { preset: 'quick' as const, ...presets.quick };
    assert.equal((await tune(0.1, protocol, lower, problem(1e6, 1e9).run)).result.tuning, 'edge');
    assert.equal((await tune(0.1, protocol, lower, problem(1e-9, 1e9).run)).result.tuning, 'edge');
    assert.equal((await tune(0.1, protocol, lower, problem(1, 1e-12).run)).result.tuning, 'all-diverged');
  });
});
