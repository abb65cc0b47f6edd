/**
 * The schema of a comparison that can be shown: every field has its type, every number is finite and at most 1e100, lists and texts are short enough to be
 * shown, and references exist. Knows the document; knows no file and no page.
 */
import * as v from 'valibot';
import { countSteps, countValues, largest, lengths, mostCells, mostMinima, mostOptimizers, mostSteps, mostValues } from './limits.ts';
import type { Comparison } from './schema.ts';

const finite = v.pipe(
  v.number(),
  v.finite('must be finite'),
  v.check((value) => Math.abs(value) <= largest, `must lie within ±${String(largest)}`),
);
const maybe = v.nullable(finite);
const whole = v.pipe(
  finite,
  v.integer('must be a whole number'),
  v.minValue(0, 'must not be negative'),
  v.maxValue(1e12, 'must be 1e12 or less'),
);
const range = v.pipe(
  v.tuple([finite, finite]),
  v.check(([low, high]) => low < high, 'must have its first number below its second'),
);

/** A list that is measured before its items are looked at. */
function list<const Item extends v.GenericSchema>(item: Item, most: number, least = 0) {
  return v.pipe(
    v.array(v.unknown()),
    v.minLength(least, ({ received }) => `has ${received} items, fewer than ${String(least)}`),
    v.maxLength(most, ({ received }) => `has ${received} items, more than the ${String(most)} that can be shown`),
    v.array(item),
  );
}

function text(most: number) {
  return v.pipe(
    v.string(),
    v.maxLength(most, ({ received }) => `has ${received} characters, more than the ${String(most)} that can be shown`),
  );
}

const curve = v.pipe(
  v.object({ steps: list(whole, mostSteps), values: list(maybe, mostSteps) }),
  v.check(({ steps, values }) => steps.length === values.length, 'must have as many steps as values'),
  v.check(({ steps }) => steps.every((step, i) => i === 0 || step > steps[i - 1]!), 'must have increasing steps'),
);

const values = v.record(v.string(), finite);
const found = v.object({
  space: list(
    v.object({ name: text(120), scale: v.picklist(['linear', 'log', 'log of 1 − x']), from: finite, to: finite, source: text(1000) }),
    20,
    1,
  ),
  best: values,
  tries: list(v.object({ seed: finite, values, validationMetric: maybe, testMetric: maybe }), 20_000),
});

/** One run. */
export const trial = v.object({
  seed: finite,
  lr: finite,
  hyper: v.exactOptional(values),
  diverged: v.boolean(),
  failure: v.exactOptional(text(20_000)),
  divergedAt: v.nullable(whole),
  validationMetric: maybe,
  testMetric: maybe,
  validationLoss: maybe,
  testLoss: maybe,
  finalLoss: maybe,
  training: curve,
  validation: curve,
  reached: v.nullable(v.object({ steps: whole, gradients: whole, seconds: finite })),
  taken: v.exactOptional(whole),
  seconds: v.object({ gradient: finite, optimizer: finite }),
  path: v.exactOptional(list(v.tuple([maybe, maybe]), 2000)),
});

const summary = v.object({
  median: maybe,
  low: maybe,
  high: maybe,
  spread: text(120),
  diverged: whole,
  reached: whole,
  stepsToTarget: maybe,
  gradientsToTarget: maybe,
  secondsToTarget: maybe,
});

const optimizer = v.object({
  source: v.exactOptional(v.object({ file: text(4000), isDefault: v.boolean() })),
  id: text(lengths.id),
  label: text(lengths.label),
  configuration: text(lengths.code),
  hyperparameters: v.record(v.string(), v.union([finite, text(lengths.value), v.boolean()])),
  latex: text(lengths.latex),
  sweep: list(v.object({ lr: finite, extension: v.boolean(), scores: list(maybe, 2000), diverged: whole, score: maybe }), 20_000),
  bestLr: finite,
  tuning: v.picklist(['inside', 'edge', 'all-diverged']),
  trials: list(trial, 1000, 1),
  rank: v.pipe(whole, v.minValue(1, 'must be 1 or more')),
  first: v.pipe(finite, v.minValue(0, 'must not be negative'), v.maxValue(1.001, 'must be at most 1')),
  summary,
  search: v.exactOptional(found),
  fixed: v.exactOptional(v.literal(true)),
});

const metric = v.object({ name: text(lengths.metric), lowerIsBetter: v.boolean(), unit: text(lengths.unit) });

const landscape = v.pipe(
  v.object({
    x: range,
    y: range,
    columns: v.pipe(whole, v.minValue(2, 'must be 2 or more'), v.maxValue(mostCells, `must be ${String(mostCells)} or less`)),
    rows: v.pipe(whole, v.minValue(2, 'must be 2 or more'), v.maxValue(mostCells, `must be ${String(mostCells)} or less`)),
    values: list(maybe, mostCells ** 2),
    minima: list(v.tuple([finite, finite]), mostMinima),
  }),
  v.check(({ columns, rows, values }) => values.length === columns * rows, 'must have columns × rows values'),
);

const budget = v.pipe(
  v.object({
    tries: v.pipe(whole, v.minValue(1, 'must be 1 or more'), v.maxValue(1000, 'must be 1000 or less')),
    curves: list(
      v.object({ id: text(300), middle: list(maybe, 1000), low: list(maybe, 1000), high: list(maybe, 1000), ahead: list(finite, 1000) }),
      mostOptimizers,
    ),
  }),
  v.check(
    ({ tries, curves }) =>
      curves.every(({ middle, low, high, ahead }) => [middle, low, high, ahead].every(({ length }) => length === tries)),
    'must have as many values as tries',
  ),
);

const comparisons = list(
  v.object({
    reference: text(300),
    other: text(300),
    seeds: whole,
    test: v.picklist(['t', 'ranks', 'none']),
    difference: maybe,
    interval: v.nullable(v.tuple([finite, finite])),
    pValue: maybe,
    exact: maybe,
    detectable: maybe,
    equalWithin: maybe,
    verdict: v.picklist(['worse', 'better', 'equal', 'no detectable difference', 'too few seeds', 'no noise']),
  }),
  mostOptimizers,
);

const defaults = v.pipe(
  v.object({
    reference: text(300),
    optimizers: list(
      v.object({
        id: text(300),
        label: text(120),
        configuration: text(4000),
        lr: maybe,
        promises: v.boolean(),
        results: list(v.object({ seed: finite, validationMetric: maybe, testMetric: maybe }), 1000, 1),
        summary,
        rank: v.pipe(whole, v.minValue(1, 'must be 1 or more')),
      }),
      mostOptimizers,
      1,
    ),
    comparisons,
    againstTuned: comparisons,
  }),
  v.check(({ reference, optimizers, comparisons: among, againstTuned }) => {
    const ids = new Set(optimizers.map(({ id }) => id));
    return ids.size === optimizers.length && ids.has(reference) && [...among, ...againstTuned].every(({ other }) => ids.has(other));
  }, 'compares optimizers that it does not have'),
);

const problem = v.pipe(
  v.object({
    id: text(lengths.id),
    title: text(lengths.title),
    description: text(lengths.description),
    parameters: whole,
    steps: v.pipe(whole, v.minValue(1, 'must be 1 or more')),
    batchSize: v.nullable(whole),
    tuningMetric: metric,
    testMetric: metric,
    target: v.object({ value: finite, origin: text(1000) }),
    optimizers: list(optimizer, mostOptimizers, 1),
    reference: text(300),
    comparisons,
    budget: v.exactOptional(budget),
    defaults: v.exactOptional(defaults),
    landscape: v.exactOptional(landscape),
    own: v.exactOptional(v.literal(true)),
    mismatch: v.exactOptional(
      v.object({
        parameter: v.nullable(text(300)),
        parameters: v.exactOptional(list(text(300), 100, 1)),
        slope: finite,
        gradient: finite,
        factor: maybe,
      }),
    ),
  }),
  v.check(({ optimizers }) => new Set(optimizers.map(({ id }) => id)).size === optimizers.length, 'has two optimizers with one id'),
  v.check(({ optimizers, reference, comparisons, budget: curves }) => {
    const ids = new Set(optimizers.map(({ id }) => id));
    const named = [...comparisons.map(({ other }) => other), ...(curves?.curves ?? []).map(({ id }) => id)];
    return ids.has(reference) && comparisons.every((one) => one.reference === reference) && named.every((id) => ids.has(id));
  }, 'compares optimizers that it does not have'),
  v.check(
    (whole) => countValues(whole) <= mostValues,
    `has more than the ${String(mostValues)} values that can be shown in its curves and paths`,
  ),
  v.check(
    (whole) => countSteps(whole) <= mostSteps,
    `was measured at more than ${String(mostSteps)} different steps, which cannot be shown`,
  ),
);

const seeds = list(finite, 1000);
/** The whole. */
export const comparison: v.GenericSchema<unknown, Comparison> = v.object({
  format: v.literal('thalweg-comparison'),
  version: v.literal(2),
  createdAt: text(60),
  machine: v.object({ node: text(120), thalweg: text(120), os: text(300), cpu: text(300), cores: whole, workers: whole }),
  protocol: v.object({
    preset: v.picklist(['quick', 'standard', 'thorough', 'custom']),
    gridPoints: whole,
    rates: whole,
    gridRatio: finite,
    scanSeed: finite,
    seeds,
    ratesPerSeed: whole,
    alpha: finite,
    trials: v.exactOptional(v.pipe(whole, v.minValue(1, 'must be 1 or more'))),
  }),
  runs: v.exactOptional(
    v.object({
      made: whole,
      kept: whole,
      remade: list(v.object({ reason: text(4000), count: whole }), 1000),
      elsewhere: v.exactOptional(whole),
      madeElsewhere: v.exactOptional(whole),
      beside: v.exactOptional(whole),
      madeBeside: v.exactOptional(whole),
    }),
  ),
  problems: list(problem, 40, 1),
});
