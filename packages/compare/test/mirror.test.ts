/**
 * A metric that is better high gives the mirrored comparison of its negative that is better low: the same rates, ranks, tests and words,
 * every value negated. Whole comparisons of random models are held against their mirror images, and so is what reports make of them.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { defineProblem } from '../src/check-problem.ts';
import { compare } from '../src/compare.ts';
import { random } from '../src/data/random.ts';
import type { Problem } from '../src/problem.ts';
import { presets } from '../src/protocol.ts';
import { findContestants, type Entry } from '../src/registry.ts';
import { renderHtml } from '../src/report/html.ts';
import { pens } from '../src/report/pens.ts';
import { sensitivity } from '../src/report/sensitivity.ts';
import { band, curveRange, scoreRange } from '../src/report/series.ts';
import { standings } from '../src/report/standings.ts';
import { strips } from '../src/report/strip.ts';
import { renderTable } from '../src/report/terminal.ts';
import { advice, conclusion, difference, divergence, rate, verdict } from '../src/report/text.ts';
import { checked } from '../src/run/checked.ts';
import { Store } from '../src/store/store.ts';
import { runTrial } from '../src/run/trial.ts';
import { summarize } from '../src/statistics/summary.ts';
import type { Comparison, ProblemResult, Trial } from '../src/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'thalweg-mirror-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

/** A bowl whose metrics are noisy, at times worse than any number, and negated where more is better. */
function problemOf(salt: number, noise: number, lowerIsBetter: { readonly tuning: boolean; readonly test: boolean }): Problem {
  const signed = (value: number, isLower: boolean): number => (isLower ? value : -value);
  const metric = (name: string, isLower: boolean) => ({ name, lowerIsBetter: isLower, unit: '' });
  return defineProblem({
    id: 'mirror',
    title: 'Mirror',
    description: 'A bowl.',
    steps: { quick: 20, standard: 20, thorough: 20 },
    batchSize: null,
    tuningMetric: metric('tuning', lowerIsBetter.tuning),
    testMetric: metric('test', lowerIsBetter.test),
    target: signed(1, lowerIsBetter.tuning),
    load: () => ({
      start: (seed) => ({ w: Float64Array.of(1 + random(salt, seed)(), -2) }),
      gradient: ({ w }, { w: g }) => {
        g.set(w.map((x, i) => 2 * (i === 0 ? 1 : 30) * x));
        return w[0]! ** 2 + 30 * w[1]! ** 2;
      },
      evaluate: ({ w }, split) => {
        const next = random(salt, Math.round(1e4 * w[0]!), Math.round(1e4 * w[1]!), split === 'test' ? 1 : 2);
        const isLower = split === 'test' ? lowerIsBetter.test : lowerIsBetter.tuning;
        const value = Math.log10(w[0]! ** 2 + 30 * w[1]! ** 2 + 1e-9) + noise * (next() - 0.5);
        return next() < 0.05 * noise && w[1] !== -2 ? NaN : signed(value, isLower);
      },
    }),
  });
}

async function compared(problem: Problem): Promise<ProblemResult> {
  const entry: Entry = { reference: 'mirror', problem, contestants: [] };
  const model = checked('mirror', problem, await problem.load());
  const runner = {
    run: async (request: Parameters<typeof runTrial>[3]) => {
      const [contestant] = await findContestants(entry, [request.contestant]);
      const result = await runTrial(problem, model, contestant!, request);
      return { result: { ...result, seconds: { gradient: 1, optimizer: 1 } }, files: { modules: [], data: [] } };
    },
  };
  const store = new Store(join(folder, `${String(Math.random())}.sqlite`));
  const plan = { entries: [entry], contestants: ['sgd', 'adam', 'lion'], schedules: ['constant' as const], protocol: { ...presets.quick, gridPoints: 3, rates: 4, seeds: [101, 102, 103], preset: 'custom' as const }, steps: 20, workers: 1 };
  const result = await compare(plan, runner, store, () => undefined);
  return result.problems[0] ?? assert.fail();
} // prettier-ignore

const negated = (value: number | null): number | null => (value === null ? null : 0 - value);

/** The result as it must be where the metrics named are negated. Seconds are measured and differ. */
function mirrored(problem: ProblemResult, tuning: boolean, test: boolean): ProblemResult {
  const [a, b] = [tuning ? negated : same, test ? negated : same];
  return {
    ...problem,
    tuningMetric: { ...problem.tuningMetric, lowerIsBetter: problem.tuningMetric.lowerIsBetter !== tuning },
    testMetric: { ...problem.testMetric, lowerIsBetter: problem.testMetric.lowerIsBetter !== test },
    target: { ...problem.target, value: a(problem.target.value)! },
    ...(problem.budget === undefined
      ? {}
      : {
          budget: {
            ...problem.budget,
            curves: problem.budget.curves.map((curve) => ({
              ...curve,
              middle: curve.middle.map(b),
              low: (test ? curve.high : curve.low).map(b),
              high: (test ? curve.low : curve.high).map(b),
            })),
          },
        }),
    optimizers: problem.optimizers.map((one) => ({
      ...one,
      sweep: one.sweep.map((point) => ({ ...point, scores: point.scores.map(a), score: a(point.score) })),
      summary: {
        ...one.summary,
        median: b(one.summary.median),
        low: b(test ? one.summary.high : one.summary.low),
        high: b(test ? one.summary.low : one.summary.high),
      },
      trials: one.trials.map((trial) => ({
        ...trial,
        validationMetric: a(trial.validationMetric),
        testMetric: b(trial.testMetric),
        validation: { ...trial.validation, values: trial.validation.values.map(a) },
      })),
    })),
  };
}

function same(value: number | null): number | null {
  return value;
}

/** Without what is measured in seconds, and the sentence about the target's origin. */
function lasting(problem: ProblemResult): unknown {
  // Between two values of a quantile there is rounding, which a mirror turns round.
  const rounded = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : Number(value.toPrecision(8))));
  const budget = problem.budget && { ...problem.budget, curves: problem.budget.curves.map((one) => ({ ...one, middle: rounded(one.middle), low: rounded(one.low), high: rounded(one.high) })) };
  return JSON.parse(JSON.stringify({ ...problem, budget }, (key, value: unknown) => (['seconds', 'secondsToTarget', 'origin'].includes(key) ? undefined : value)));
} // prettier-ignore

/** What reports say, but for the metric's values. */
function told(problem: ProblemResult): unknown {
  return problem.optimizers.map((one) => [
    one.label,
    one.rank,
    rate(one),
    verdict(problem, one),
    difference(problem, one),
    divergence(one),
  ]);
}

function pageOf(problem: ProblemResult): Comparison {
  const protocol = { ...presets.quick, preset: 'custom' as const };
  const machine = { node: 'v26', thalweg: '0', os: 'linux', cpu: 'one', cores: 1, workers: 1 };
  return { format: 'thalweg-comparison', version: 2, createdAt: '2026-01-01T00:00:00.000Z', machine, protocol, problems: [problem] };
}

test('negating a metric and its direction mirrors the whole comparison', async () => {
  let [edges, diverged, reached] = [0, 0, 0];
  // In tenths: most doubles between 0 and 3 are next to 0, where nothing diverges.
  const noises = fc.integer({ min: 0, max: 30 }).map((tenths) => tenths / 10);
  await fc.assert(
    fc.asyncProperty(fc.nat(), noises, fc.boolean(), fc.boolean(), async (salt, noise, tuning, testing) => {
      const plain = await compared(problemOf(salt, noise, { tuning: true, test: true }));
      const other = await compared(problemOf(salt, noise, { tuning: !tuning, test: !testing }));
      const expected = mirrored(plain, tuning, testing);
      assert.deepEqual(lasting(other), lasting(expected));
      edges += plain.optimizers.filter((one) => one.sweep.some((point) => point.extension)).length;
      diverged += plain.optimizers.reduce((sum, one) => sum + one.summary.diverged, 0);
      reached += plain.optimizers.reduce((sum, one) => sum + one.summary.reached, 0);
      // What is said and drawn of it.
      assert.deepEqual([told(other), advice(other), conclusion(other)], [told(plain), advice(plain), conclusion(plain)]);
      assert.deepEqual(
        standings(other).map(({ step, places }) => [step, places.map(({ id, rank, diverged: lost }) => [id, rank, lost])]),
        standings(plain).map(({ step, places }) => [step, places.map(({ id, rank, diverged: lost }) => [id, rank, lost])]),
      );
      for (const [i, one] of plain.optimizers.entries()) {
        const [points, turned] = [plain, other].map((of) => band(of.optimizers[i]!.trials, 'validation', of.tuningMetric)) as [ReturnType<typeof band>, ReturnType<typeof band>];
        const sign = tuning ? negated : same;
        assert.deepEqual(turned, points.map(({ step, middle, low, high, finite }) => ({ step, middle: sign(middle), low: sign(tuning ? high : low), high: sign(tuning ? low : high), finite: sign(finite) })));
        const all = pens(plain.optimizers.map(({ id }) => id));
        const places = (of: ProblemResult): unknown => [...strips(of)(of.optimizers[i]!, all.of(one.id).name).text.matchAll(/ (?:cx|d)="([^"]*)"/g)].map(([, at]) => at);
        assert.deepEqual(places(other), places(plain));
      }
      for (const rangeOf of [scoreRange, (of: ProblemResult) => curveRange(of, 'validation', of.optimizers.map((one) => band(one.trials, 'validation', of.tuningMetric)))]) {
        const [range, turned] = [rangeOf(plain), rangeOf(other)];
        const [low, high] = range.domain;
        // Where nothing is finite there is an axis from 0 to 1 for either.
        if (range.type === 'linear' && (low !== 0 || high !== 1)) assert.deepEqual(turned.domain, tuning ? [-high, -low] : [low, high]);
      }
    }),
    { numRuns: Number(process.env['THALWEG_FUZZ'] ?? 0) || 25 },
  );
  assert.ok(edges > 0 && diverged > 0 && reached > 0, `nothing was mirrored: ${String([edges, diverged, reached])}`);
}); // prettier-ignore

test('medians and spreads with diverged runs, of any values, are mirrored', () => {
  const values = fc.array(fc.option(fc.double({ min: -1e3, max: 1e3, noNaN: true })), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(values, (metrics) => {
      const of = (metric: (value: number | null) => number | null, lowerIsBetter: boolean) =>
        summarize(
          metrics.map((value) => ({ testMetric: metric(value), diverged: value === null, reached: null }) as Trial),
          { lowerIsBetter },
        );
      const [plain, turned] = [of(same, true), of(negated, false)];
      assert.deepEqual(turned, { ...plain, median: negated(plain.median), low: negated(plain.high), high: negated(plain.low) });
    }),
  );
});

test('reports name the direction, and mark what is beyond an axis at its bad end', async () => {
  const plain = await compared(problemOf(3, 1, { tuning: true, test: true }));
  const turned = mirrored(plain, true, true);
  for (const [problem, better, sign, arrow] of [[plain, 'lower', '≤ 1', 0], [turned, 'higher', '≥ −1', 180]] as const) {
    const page = renderHtml(pageOf(problem));
    assert.match(page, new RegExp(`; ${better} is better`));
    assert.ok(page.includes(`tuning ${sign}`) && renderTable(pageOf(problem), 100, false).includes(`tuning ${sign}`));
    const { options } = sensitivity(problem, pens(problem.optimizers.map(({ id }) => id)), 300);
    const triangles = (options.marks ?? []).filter((mark) => typeof mark === 'object' && mark !== null && Reflect.get(mark, 'rotate') === arrow);
    assert.ok(triangles.length > 0);
  }
}); // prettier-ignore
