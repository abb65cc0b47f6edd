/**
 * How often the protocol errs, measured by repeating it on stored runs: a repetition draws seeds, tunes and compares as `compare` does, with the same
 * functions, but looks every run up. An optimizer compared with itself, on disjoint seeds, must not be called different; two that differ should be. Knows
 * runs and the protocol; runs nothing.
 */
import { permutation, random } from '../data/random.ts';
import { lost } from '../lost.ts';
import type { Direction } from '../quantile.ts';
import type { Metric, Protocol, Trial } from '../schema.ts';
import { tune } from '../tune.ts';
import { compareWith, type Scores } from './compare.ts';

/** A run in five numbers: the learning rate, the seed, the validation metric and loss at the end, the test metric; null if it diverged. */
export type ControlRun = readonly [lr: number, seed: number, validation: number | null, loss: number | null, test: number | null];

/** The runs of one optimizer: every seed at each rate near the best; of a search the run that each seed chose. */
export interface ControlOptimizer {
  readonly id: string;
  /** The middle of the grid of learning rates. */
  readonly centre: number;
  readonly runs: readonly ControlRun[];
}

/** The runs on one problem. */
export interface ControlProblem {
  readonly id: string;
  readonly steps: number;
  readonly tuningMetric: Metric;
  readonly testMetric: Metric;
  readonly optimizers: readonly ControlOptimizer[];
}

/** How often two were called different. */
export interface ErrorRate {
  readonly problem: string;
  /** One for an optimizer compared with itself, where each "different" is an error; two for a pair, where each is a discovery. */
  readonly optimizers: readonly string[];
  /** Seeds of each repetition. */
  readonly seeds: number;
  readonly repetitions: number;
  readonly different: number;
  /** The mean difference of the test metric over the repetitions, and its standard deviation between them. */
  readonly mean: number;
  readonly deviation: number;
}

type Rules = Omit<Protocol, 'preset' | 'seeds'>;

/**
 * Repeats the protocol with `count` seeds: each optimizer against itself, and each pair of optimizers as a single comparison.
 *
 * @throws RangeError if a problem has fewer than 2·count + 2 seeds, the number that two copies with disjoint seeds need
 */
export async function errorRates(problem: ControlProblem, rules: Rules, count: number, repetitions: number): Promise<ErrorRate[]> {
  const { id } = problem;
  const optimizers = problem.optimizers.map(tabled);
  const pairs = optimizers.flatMap((a, i) => optimizers.slice(i).map((b) => [a, b] as const));
  return await Promise.all(
    pairs.map(async ([a, b]) => {
      const told = [];
      for (let i = 0; i < repetitions; i++) told.push(await repeat(a, b, problem, rules, count, i));
      const finite = told.flatMap(({ difference }) => (difference === null ? [] : [difference]));
      const mean = finite.reduce((sum, one) => sum + one, 0) / finite.length;
      const variance = finite.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (finite.length - 1);
      return {
        problem: id,
        optimizers: a === b ? [a.id] : [a.id, b.id],
        seeds: count,
        repetitions,
        different: told.filter((one) => one.different).length,
        mean,
        deviation: Math.sqrt(variance),
      };
    }),
  );
}

/** The p-values of repetitions in which each optimizer is compared with itself: they should be uniform on [0, 1]. */
export async function controlPValues(problem: ControlProblem, rules: Rules, count: number, repetitions: number): Promise<number[]> {
  const found = [];
  for (const one of problem.optimizers.map(tabled))
    for (let i = 0; i < repetitions; i++) found.push((await repeat(one, one, problem, rules, count, i)).pValue);
  return found.filter((pValue) => pValue !== null);
}

/** Seeds for a repetition: those of the presets, and ten. */
export const seedCounts: readonly number[] = [5, 7, 10, 15];

/** Seeds that two copies of an optimizer need for a repetition, without sharing one: each has one that scans besides. */
export function seedsFor(count: number): number {
  return 2 * count + 2;
}

/** How often the protocol errs on each problem, with each number of seeds for which there are enough: 200 repetitions each. */
export async function measureErrors(problems: readonly ControlProblem[], rules: Rules): Promise<ErrorRate[]> {
  const rates: ErrorRate[] = [];
  for (const problem of problems) {
    const drawn = Math.min(...problem.optimizers.map(({ runs }) => new Set(runs.map(([, seed]) => seed)).size));
    for (const count of seedCounts) if (seedsFor(count) <= drawn) rates.push(...(await errorRates(problem, rules, count, 200)));
  }
  return rates;
}

/** How often searches were called different, in per cent of 200 repetitions: two copies of one optimizer, and two optimizers, each with each number of seeds. */
export interface SearchErrors {
  readonly twice: readonly number[];
  readonly apart: readonly number[];
}

/** The same for searches, where a repetition needs only each seed's result: by optimizer, the test metrics of as many seeds; null if one diverged. */
export function searchErrors(results: Readonly<Record<string, readonly (number | null)[]>>, alpha: number, direction: Direction): SearchErrors {
  const ids = Object.keys(results);
  const drawn = Math.min(...Object.values(results).map(({ length }) => length));
  const rate = (a: string, b: string, count: number): number => {
    let different = 0;
    for (let i = 0; i < 200; i++) {
      const order = [...permutation(drawn, random(i, count, 3))];
      const own = order.slice(0, count);
      const scores = (id: string, seeds: readonly number[]): Scores => new Map(seeds.map((seed, at) => [at, results[id]?.[seed] ?? null]));
      const both = new Map([['a', scores(a, own)], ['b', scores(b, a === b ? order.slice(count, 2 * count) : own)]]);
      const verdict = compareWith('a', both, { alpha, direction })[0]?.verdict;
      if (verdict === 'worse' || verdict === 'better') different += 1;
    }
    return different / 2;
  };
  const counts = seedCounts.filter((count) => 2 * count <= drawn);
  const of = (pairs: readonly (readonly [string, string])[]): number[] => pairs.flatMap(([a, b]) => counts.map((count) => rate(a, b, count)));
  return { twice: of(ids.map((id) => [id, id])), apart: of(ids.flatMap((a, i) => ids.slice(i + 1).map((b) => [a, b] as const))) };
} // prettier-ignore

/** An optimizer with its runs by learning rate and seed. */
interface Tabled extends Pick<ControlOptimizer, 'id' | 'centre'> {
  readonly seeds: readonly number[];
  readonly trials: ReadonlyMap<number, ReadonlyMap<number, Trial>>;
  /** The last run of each seed. */
  readonly found: ReadonlyMap<number, Trial>;
}

function tabled({ id, centre, runs }: ControlOptimizer): Tabled {
  const trials = new Map<number, Map<number, Trial>>();
  for (const run of runs) {
    const [lr, seed] = run;
    trials.set(lr, (trials.get(lr) ?? new Map<number, Trial>()).set(seed, trialOf(run)));
  }
  const found = new Map(runs.map((run) => [run[1], trialOf(run)]));
  return { id, centre, trials, found, seeds: [...new Set(runs.map(([, seed]) => seed))] };
}

/** One repetition. Two optimizers share their seeds, as in a comparison; two copies of one do not. */
async function repeat(
  a: Tabled,
  b: Tabled,
  { tuningMetric, testMetric }: ControlProblem,
  rules: Rules,
  count: number,
  repetition: number,
): Promise<{ readonly different: boolean; readonly difference: number | null; readonly pValue: number | null }> {
  const { seeds } = a;
  if (seeds.length < seedsFor(count))
    throw new RangeError(
      `two copies with ${String(count)} seeds each need ${String(seedsFor(count))}, and there are ${String(seeds.length)}`,
    );
  const drawn = [...permutation(seeds.length, random(repetition, count, 0xaa))].map((i) => seeds[i]!);
  const own = drawn.slice(0, count + 1);
  const theirs = a === b ? drawn.slice(count + 1, seedsFor(count)) : own;
  const scores = new Map<string, Scores>([
    ['a', await resultsOf(a, own, rules, tuningMetric)],
    ['b', await resultsOf(b, theirs, rules, tuningMetric)],
  ]);
  const [comparison] = compareWith('a', scores, { alpha: rules.alpha, direction: testMetric });
  return {
    different: comparison?.verdict === 'better' || comparison?.verdict === 'worse',
    difference: comparison?.difference ?? null,
    pValue: comparison?.pValue ?? null,
  };
}

/** The test metrics of the seeds but the first, which scans, in their order; where each has searched for itself, what it found. */
async function resultsOf(
  { centre, trials, found }: Tabled,
  [scanSeed = 0, ...seeds]: readonly number[],
  rules: Rules,
  metric: Direction,
): Promise<Scores> {
  if (rules.trials !== undefined) return new Map(seeds.map((seed, i) => [i, found.get(seed)?.testMetric ?? null]));
  // Rates far from the best were not run for every seed: they count as the worst, which they are.
  const find = (lr: number, seed: number): Trial => trials.get(lr)?.get(seed) ?? trialOf([lr, seed, null, null, null]);
  const tuned = await tune(centre, { ...rules, preset: 'custom', scanSeed, seeds }, metric, (lr, seed) => Promise.resolve(find(lr, seed)));
  return new Map(tuned.result.trials.map(({ testMetric }, i) => [i, testMetric]));
}

function trialOf([lr, seed, validationMetric, validationLoss, testMetric]: ControlRun): Trial {
  const none = lost({ lr, seed });
  return testMetric === null ? none : { ...none, diverged: false, divergedAt: null, validationMetric, validationLoss, testMetric };
}
