/**
 * Reads a comparison back from the text of `results.json`. The text is hostile until it has been checked: every member has its type, every
 * number is finite and none beyond 1e100, every list and text is no longer than can be shown, and what refers to something else finds it. Anything else is
 * refused with a message that says what is wrong and where. Knows the document; knows no file and no page.
 */
import * as v from 'valibot';
import type { Comparison, ProblemResult } from './schema.ts';

/** A text that is no comparison; the message says why, and where. */
export class ReadError extends Error {}

/** The longest text that is read, in characters. */
export const longest = 64e6;

/** The most values in all curves and paths of one problem: more could not be drawn in a browser without its standing still. */
export const mostValues = 400_000;

/** The most different steps at which the runs of one problem were measured, or diverged; the runner measures about a hundred times. */
export const mostSteps = 500;

/** The most optimizers of one problem: all of the library under each schedule are about 150. */
const mostOptimizers = 200;

/** The largest number: beyond it an axis could not be drawn. */
const largest = 1e100;

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
  v.check(([low, high]) => low < high, 'must rise from its first number to its second'),
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
  v.check(({ steps, values }) => steps.length === values.length, 'has not as many steps as values'),
  v.check(({ steps }) => steps.every((step, i) => i === 0 || step > steps[i - 1]!), 'has steps that do not rise'),
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

const trial = v.object({
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
  id: text(300),
  label: text(120),
  configuration: text(4000),
  hyperparameters: v.record(v.string(), v.union([finite, text(300), v.boolean()])),
  latex: text(8000),
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

const metric = v.object({ name: text(120), lowerIsBetter: v.boolean(), unit: text(20) });

const landscape = v.pipe(
  v.object({
    x: range,
    y: range,
    columns: v.pipe(whole, v.minValue(2, 'must be 2 or more'), v.maxValue(400, 'must be 400 or less')),
    rows: v.pipe(whole, v.minValue(2, 'must be 2 or more'), v.maxValue(400, 'must be 400 or less')),
    values: list(maybe, 160_000),
    minima: list(v.tuple([finite, finite]), 100),
  }),
  v.check(({ columns, rows, values }) => values.length === columns * rows, 'has not as many values as columns times rows'),
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
    'has not as many values as tries',
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
    id: text(300),
    title: text(300),
    description: text(4000),
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
  }),
  v.check(({ optimizers }) => new Set(optimizers.map(({ id }) => id)).size === optimizers.length, 'has two optimizers of one id'),
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
const comparison: v.GenericSchema<unknown, Comparison> = v.object({
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
    }),
  ),
  problems: list(problem, 40, 1),
});

/** Reads a comparison. Throws a ReadError. */
export function readComparison(json: string): Comparison {
  if (json.length > longest) throw new ReadError(`The file has ${String(json.length)} characters; ${String(longest)} can be read.`);
  const value = parse(json);
  checkKind(value);
  const result = v.safeParse(comparison, value, { abortEarly: true });
  if (!result.success) throw new ReadError(`The file is not as thalweg compare writes it. ${tell(result.issues[0])}.`);
  return result.output;
}

function parse(json: string): unknown {
  const trimmed = json.trim();
  if (trimmed === '') throw new ReadError('The file is empty.');
  if (trimmed.startsWith('<')) throw new ReadError('This is a web page. Open results.json, which thalweg compare writes beside it.');
  try {
    return JSON.parse(json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (trimmed.startsWith('SQLite format 3'))
      throw new ReadError('This is runs.sqlite, the finished runs. Open results.json, which lies beside it.');
    if (/^\{"(?:key|trial|inputs)":.*\}\n\{"(?:key|trial|inputs)":/s.test(trimmed.slice(0, 1e6))) {
      throw new ReadError('This is trials.jsonl, the finished runs. Open results.json, which lies beside it.');
    }
    const bare = /[[:,]\s*(-?(?:NaN|Infinity))\b/.exec(json);
    if (bare !== null) {
      throw new ReadError(
        `${bare[1] ?? ''} at ${place(json, bare.index + bare[0].length - (bare[1] ?? '').length)} is no JSON: a number that is not finite is written as null.`,
      );
    }
    if (!trimmed.endsWith('}')) throw new ReadError(`The file is cut off: it ends in the middle, at ${place(json, json.length)}.`);
    const position = /position (\d+)/.exec(error.message)?.[1];
    throw new ReadError(
      `The file is no JSON${position === undefined ? '' : `, from ${place(json, Number(position))} on`}: ${shortened(error.message, 160)}.`,
    );
  }
}

/** Says at once what is another format or version, before details are looked at. */
function checkKind(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ReadError('The file holds no JSON object.');
  const { format, version }: { format?: unknown; version?: unknown } = value;
  if (format !== 'thalweg-comparison') {
    throw new ReadError(`format must be "thalweg-comparison", not ${shown(format)}: this is no file that thalweg compare wrote.`);
  }
  if (version === 1)
    throw new ReadError(
      'The file is of an earlier version of Thalweg, whose protocol tuned each rate once for all seeds. Run the comparison again.',
    );
  if (version !== 2) throw new ReadError(`version must be 2, not ${shown(version)}: the file is of another version of Thalweg.`);
}

/** `problems[0].steps must be 1 or more`, or `… must be number, not "many"`. */
function tell(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${String(key)}]` : `.${shortened(String(key), 60)}`))
    .join('');
  const where = path.replace(/^\./, '') || 'The whole';
  if (issue.kind === 'validation') return `${where} ${issue.message}`;
  if (issue.input === undefined) return `${where} is missing`;
  return `${where} must be ${(issue.expected ?? 'another').replaceAll(' | ', ' or ')}, not ${shown(issue.input)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return shortened(JSON.stringify(value), 60);
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function place(json: string, position: number): string {
  const before = json.slice(0, position);
  const line = before.split('\n').length;
  return `line ${String(line)}, column ${String(position - before.lastIndexOf('\n'))}`;
}

/** The values in the curves and paths of a problem. */
export function countValues({ optimizers }: Pick<ProblemResult, 'optimizers'>): number {
  let count = 0;
  for (const { trials } of optimizers) {
    for (const { training, validation, path } of trials) count += training.values.length + validation.values.length + (path?.length ?? 0);
  }
  return count;
}

/** The different steps at which its runs were measured, or diverged. */
export function countSteps({ optimizers }: Pick<ProblemResult, 'optimizers'>): number {
  const steps = new Set<number>();
  for (const { trials } of optimizers) {
    for (const { training, validation, divergedAt } of trials) {
      for (const step of [...training.steps, ...validation.steps, divergedAt ?? 0]) steps.add(step);
    }
  }
  return steps.size;
}
