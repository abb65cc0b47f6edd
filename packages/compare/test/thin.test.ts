/** Whatever `thalweg compare` writes as results.json is read back, by Replay, `best` and `diff`, however many runs it is of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lost } from '../src/lost.ts';
import { countSteps, countValues, mostSteps, mostValues } from '../src/limits.ts';
import { readComparison } from '../src/read.ts';
import type { Comparison } from '../src/schema.ts';
import { resultsText, thin } from '../src/thin.ts';
import { dense, withSeeds } from './support/many.ts';
import { reportFixture } from './report-fixture.ts';

const fixture = reportFixture();

/** All but curves, paths and when runs diverged. */
function rest(comparison: Comparison): unknown {
  return JSON.parse(JSON.stringify(comparison, (key, value: unknown) => (['training', 'validation', 'path', 'divergedAt'].includes(key) ? undefined : value)));
} // prettier-ignore

test('few runs are written whole', () => {
  const { text, thinned } = resultsText(fixture);
  assert.deepEqual([thinned, JSON.parse(text)], [0, JSON.parse(JSON.stringify(fixture))]);
});

test('18,000 runs, and a thousand seeds, are read back with all that was concluded', () => {
  const comparison: Comparison = { ...fixture, problems: fixture.problems.map((problem) => withSeeds(problem, 1000, dense)) };
  const { text, thinned } = resultsText(comparison);
  const read = readComparison(text);
  assert.equal(thinned, 3);
  assert.deepEqual(rest(read), rest(comparison));
  for (const [i, { optimizers, landscape }] of read.problems.entries()) {
    for (const [j, { trials }] of optimizers.entries())
      for (const [k, { training, validation }] of trials.entries()) {
        const whole = comparison.problems[i]!.optimizers[j]!.trials[k]!;
        for (const [thinner, all] of [[training, whole.training], [validation, whole.validation]] as const) {
          assert.deepEqual(thinner.values, thinner.steps.map((step) => all.values[all.steps.indexOf(step)]));
          assert.deepEqual([thinner.steps[0], thinner.steps.at(-1)], [all.steps[0], all.steps.at(-1)]);
        }
      }
    if (landscape === undefined) continue;
    const drawn = optimizers.map(({ trials }) => trials.filter(({ path }) => path !== undefined).length);
    assert.ok(drawn.every((count) => count === drawn[0] && count > 5), 'the paths of the first seeds');
  }
}); // prettier-ignore

test('runs that diverge at any step, each at another', () => {
  const [problem] = fixture.problems;
  const long = { ...withSeeds(problem!, 700, (trial, seed) => ({ ...trial, diverged: true, divergedAt: 1 + seed })), steps: 1000 };
  assert.ok(countSteps(long) > mostSteps);
  const read = readComparison(resultsText({ ...fixture, problems: [long] }).text);
  assert.ok(read.problems[0]!.optimizers.every(({ trials }) => trials.every(({ divergedAt }, seed) => divergedAt! >= 1 + seed)));
});

test('any number of seeds, problems and points', () => {
  fc.assert(
    fc.property(fc.constantFrom(...fixture.problems), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1000, max: mostValues }), (problem, seeds, most) => {
      const many = withSeeds(problem, seeds);
      // Four points a run is what its curves keep in any case.
      const least = Math.max(most, 8 * seeds * many.optimizers.length);
      const thinner = thin(many, least);
      assert.ok(countValues(thinner) <= Math.max(least, 0), `${String(countValues(thinner))} of ${String(least)}`);
      assert.equal(thinner === many, countValues(many) <= least);
    }),
    { numRuns: 40 },
  );
}); // prettier-ignore

test('a message of any length is kept short enough', () => {
  const trial = lost({ seed: 101, lr: 1 }, 'x'.repeat(1e6));
  const [problem] = fixture.problems;
  const comparison: Comparison = { ...fixture, problems: [withSeeds(problem!, 3, (_, seed) => ({ ...trial, seed: 101 + seed }))] };
  assert.match(readComparison(resultsText(comparison).text).problems[0]!.optimizers[0]!.trials[0]!.failure!, /^x{4000} …$/);
});
