/** Budget curves against all subsets, counted one by one; and what is said of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareMeasured, lower, median } from '../src/quantile.ts';
import { budgetText } from '../src/report/text.ts';
import { budgetOf, chances, type Choice } from '../src/statistics/budget.ts';
import { reportFixture } from './report-fixture.ts';

/** All subsets of k of these. */
function subsets<T>(all: readonly T[], k: number): T[][] {
  if (k === 0) return [[]];
  return all.flatMap((one, i) => subsets(all.slice(i + 1), k - 1).map((rest) => [one, ...rest]));
}
const choice = (value: number | null, result: number | null): Choice => ({ chosenBy: { value, loss: null }, result });

test('the best of k that are drawn without replacement is the i-th best with C(n−1−i, k−1)/C(n, k)', () => {
  for (let n = 1; n <= 6; n++)
    for (let k = 1; k <= n; k++) {
      const all = subsets(Array.from({ length: n }, (_, i) => i), k); // prettier-ignore
      chances(n, k).forEach((chance, i) => {
        const share = all.filter(([first]) => first === i).length / all.length;
        assert.ok(Math.abs(chance - share) < 1e-12, `${String([n, k, i])}: ${String(chance)} is not ${String(share)}`);
      });
    }
});

test('a curve is the median over seeds and subsets of what the best on validation data gives on test data', () => {
  const value = fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null, freq: 5 });
  const own = fc.array(fc.tuple(fc.integer({ min: 0, max: 1e6 }), value), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(own, { minLength: 1, maxLength: 3 }), fc.boolean(), (seeds, lowerIsBetter) => {
      const direction = { lowerIsBetter };
      // Apart, so that nothing is chosen by chance.
      const tries = seeds.map((all, s) => all.map(([chosenBy, result], i) => choice(chosenBy + (10 * s + i) * 1e-3, result)));
      const budget = budgetOf(new Map([['a', tries]]), lower, direction);
      assert.equal(budget?.tries, 4);
      for (let k = 1; k <= 4; k++) {
        const results = tries.flatMap((all) =>
          subsets(all, k).map((some) => some.toSorted((a, b) => compareMeasured(a.chosenBy, b.chosenBy, lower))[0]!.result),
        );
        const expected = median(results, direction);
        const found: number | null = budget.curves[0]!.middle[k - 1] ?? null;
        if (expected === null || found === null) assert.equal(found, expected);
        else assert.ok(Math.abs(found - expected) < 1e-9, `${String(k)}: ${String(found)} is not ${String(expected)}`);
      }
    }),
    { numRuns: 200 },
  );
});

test('with all tries it is the result, its interval holds it, and equals share the lead', () => {
  const seeds = (shift: number): Choice[][] =>
    Array.from({ length: 7 }, (_, s) => Array.from({ length: 5 }, (_, i) => choice(i + shift, i + shift + s / 10)));
  const budget = budgetOf(new Map([['a', seeds(0)], ['b', seeds(0)], ['c', seeds(3)]]), lower, lower); // prettier-ignore
  const [a, b, c] = budget!.curves;
  assert.deepEqual(a!.middle.at(-1), 0.3);
  assert.ok(a!.low.at(-1)! < 0.3 && a!.high.at(-1)! > 0.3);
  assert.ok(a!.middle.every((value, k) => k === 0 || value! <= a!.middle[k - 1]!));
  assert.deepEqual([a, b].map((one) => one!.ahead.at(-1)), [0.5, 0.5]); // prettier-ignore
  assert.equal(c!.ahead.at(-1), 0);
  assert.equal(budgetOf(new Map([['a', []]]), lower, lower), undefined);
});

test('what is said: who is ahead from how many tries on, and how surely', () => {
  const [problem] = reportFixture().problems;
  const text = (ahead: readonly (readonly number[])[]): string => {
    const curves = ahead.map((own, i) => ({ id: problem!.optimizers[i]!.id, middle: own, low: own, high: own, ahead: own }));
    return budgetText({ ...problem!, budget: { tries: ahead[0]!.length, curves } });
  };
  const [first, second] = problem!.optimizers.map(({ label }) => label);
  assert.equal(
    text([[0.2, 0.4, 0.6, 0.93], [0.8, 0.6, 0.4, 0.07]]),
    `With 3 or more tuning trials ${first!} is ahead (in 93 % of resamplings of the seeds at 4 trials); with fewer trials, ${second!}.`,
  ); // prettier-ignore
  assert.equal(
    text([[1, 1], [0, 0]]),
    `With any number of tuning trials ${first!} is ahead (in 100 % of resamplings of the seeds at 2 trials).`,
  ); // prettier-ignore
  assert.equal(
    text([[0.9, 0.5], [0.1, 0.5]]),
    `With 2 tuning trials no optimizer is ahead in more than half of all resamplings of the seeds; with fewer trials, ${first!}.`,
  ); // prettier-ignore
  assert.equal(budgetText(problem!), '');
});
