/** Medians, ranks and paired tests, against values computed by hand or by SciPy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestIndex, extension, firstGrid, presets } from '../src/protocol.ts';
import { lower, median, quantile } from '../src/quantile.ts';
import { compareToBest, ranks } from '../src/statistics.ts';
import type { Summary } from '../src/schema.ts';

const scores = (...values: (number | null)[]): Map<number, number | null> => new Map(values.map((value, i) => [i, value]));

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

test("a paired t-test is SciPy's ttest_rel", () => {
  // scipy.stats.ttest_rel([5.1, 6.2, 4.8, 7.0], [4.0, 5.5, 4.1, 5.2]): p = 0.0255207, interval 0.249453 … 1.900547
  const [result] = compareToBest('a', new Map([['a', scores(4.0, 5.5, 4.1, 5.2)], ['b', scores(5.1, 6.2, 4.8, 7.0)]]), 0.05, lower);
  assert.ok(Math.abs(result!.difference! - 1.075) < 1e-12);
  assert.ok(Math.abs(result!.pValue! - 0.025520698002449577) < 1e-12, String(result!.pValue));
  assert.ok(Math.abs(result!.interval![0] - 0.2494531447551348) < 1e-9 && Math.abs(result!.interval![1] - 1.900546855244865) < 1e-9);
  assert.equal(result!.verdict, 'different');
}); // prettier-ignore

test("Holm's correction, and verdicts", () => {
  const all = new Map([
    ['a', scores(1.0, 1.1, 0.9, 1.05)],
    ['near', scores(1.02, 1.05, 0.95, 1.04)],
    ['far', scores(3.0, 3.2, 2.9, 3.1)],
    ['middle', scores(1.2, 1.35, 1.05, 1.3)],
    ['wild', scores(null, null, 1, 2)],
  ]);
  const results = new Map(compareToBest('a', all, 0.05, lower).map((one) => [one.worse, one]));
  assert.equal(results.get('near')?.verdict, 'no detectable difference');
  assert.equal(results.get('far')?.verdict, 'different');
  assert.equal(results.get('wild')?.verdict, 'too few finite seeds');
  const alone = compareToBest('a', new Map([['a', all.get('a')!], ['far', all.get('far')!]]), 0.05, lower)[0];
  assert.ok(Math.abs(results.get('far')!.pValue! - 3 * alone!.pValue!) < 1e-12, 'the smallest of three p-values is tripled');
  assert.ok(results.get('middle')!.pValue! <= results.get('near')!.pValue!);
}); // prettier-ignore

test('differences without variance', () => {
  assert.equal(compareToBest('a', new Map([['a', scores(1, 2, 3)], ['b', scores(1, 2, 3)]]), 0.05, lower)[0]?.verdict, 'no detectable difference');
  assert.equal(compareToBest('a', new Map([['a', scores(1, 2, 3)], ['b', scores(2, 3, 4)]]), 0.05, lower)[0]?.verdict, 'different');
}); // prettier-ignore

test('the grid grows towards its best edge until the budget ends, and downwards where all diverged', () => {
  assert.deepEqual(firstGrid(0.1, 3, 10), [0.01, 0.1, 1]);
  assert.equal(extension([3, 2, 1], 5, lower), 1);
  assert.equal(extension([1, 2, 3], 5, lower), -1);
  assert.equal(extension([2, 1, 3], 5, lower), 0);
  assert.equal(extension([3, 2, 1], 3, lower), 0);
  assert.equal(extension([null, null], 3, lower), -1);
  assert.equal(bestIndex([2, 1, 1, null], lower), 1);
  for (const { tuningSeeds, testSeeds } of Object.values(presets)) assert.deepEqual(tuningSeeds.filter((seed) => testSeeds.includes(seed)), []);
}); // prettier-ignore
