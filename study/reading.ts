/** How the study evaluates results: medians, paired comparisons, the better schedule. Pure functions of stored results; knows no claim and no figure. */
import { compareWith, type PairedComparison } from '@thalweg/compare';
import type { KeptOptimizer, KeptProblem } from './kept.ts';

/** An optimizer's results by seed, null where it diverged. */
export type Scores = ReadonlyMap<number, number | null>;

/** The optimizer of an entrant, such as `adamw` of `adamw+cosine`. */
export const optimizerOf = (entrant: string): string => entrant.split('+')[0]!;

/** The entrant of that name. */
export function entrant(problem: Pick<KeptProblem, 'id' | 'optimizers'>, id: string): KeptOptimizer {
  const found = problem.optimizers.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`${id} has no results on ${problem.id}`);
  return found;
}

/** A value as a cost, of which lower is better; a diverged run is the worst. */
export function cost(value: number | null, { lowerIsBetter }: { readonly lowerIsBetter: boolean }): number {
  if (value === null) return Infinity;
  return lowerIsBetter ? value : -value;
}

/** The median cost of the test metric. */
export function medianOf(problem: KeptProblem, id: string): number {
  return middle(entrant(problem, id).trials.map(({ testMetric }) => cost(testMetric, problem.testMetric)));
}

/** The median of some numbers. */
export function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(half)]!, sorted[Math.ceil(half)]!];
  return low === high ? low : (low + high) / 2;
}

/** The test metric by seed. */
export function scoresOf({ trials }: Pick<KeptOptimizer, 'trials'>): Scores {
  return new Map(trials.map(({ seed, testMetric }) => [seed, testMetric]));
}

/** `other` compared with `reference`, corrected for all comparisons of the problem. */
export function compared(problem: KeptProblem, reference: string, other: string): PairedComparison {
  const all = new Map(problem.optimizers.map((one) => [one.id, scoresOf(one)]));
  const found = compareWith(reference, all, { alpha: 0.05, direction: problem.testMetric }).find((one) => one.other === other);
  if (found === undefined) throw new RangeError(`${reference} and ${other} are not both on ${problem.id}`);
  return found;
}

/** The entrant of an optimizer with the schedule whose median is better on validation data. */
export function betterSchedule(problem: KeptProblem, optimizer: string): string {
  const own = problem.optimizers.filter(({ id }) => optimizerOf(id) === optimizer);
  const validated = ({ trials }: KeptOptimizer): number =>
    middle(trials.map(({ validationMetric }) => cost(validationMetric, problem.tuningMetric)));
  return own.reduce((best, one) => (validated(one) < validated(best) ? one : best)).id;
}

/** The optimizers of a problem, each once. */
export function optimizersIn({ optimizers }: KeptProblem): string[] {
  return [...new Set(optimizers.map(({ id }) => optimizerOf(id)))];
}

/** The entrant with the lowest median test metric, of these or of all. */
export function best(problem: KeptProblem, ids: readonly string[] = problem.optimizers.map(({ id }) => id)): string {
  return ids.reduce((first, id) => (medianOf(problem, id) < medianOf(problem, first) ? id : first));
}

/** Ranks of the optimizers by median test metric, over the seeds given; 1 is best, ties share a rank. */
export function ranksOf(problem: KeptProblem, ids: readonly string[], seeds?: ReadonlySet<number>): Map<string, number> {
  const medians = ids.map((id) => {
    const trials = entrant(problem, id).trials.filter(({ seed }) => seeds?.has(seed) ?? true);
    return middle(trials.map(({ testMetric }) => cost(testMetric, problem.testMetric)));
  });
  return new Map(ids.map((id, i) => [id, 1 + medians.filter((one) => one < medians[i]!).length]));
}

/** Cost on a common scale for all problems: 0 is the best median of the problem, 1 the median of all medians. */
export function regret(problem: KeptProblem): (value: number | null) => number {
  const medians = problem.optimizers.map(({ id }) => medianOf(problem, id));
  const [least, usual] = [Math.min(...medians), middle(medians)];
  return (value) => (cost(value, problem.testMetric) - least) / (usual - least);
}

/** Spearman's rank correlation. */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number {
  const ranked = (at: 0 | 1): number[] => pairs.map((pair) => pairs.filter((other) => other[at] < pair[at]).length + pairs.filter((other) => other[at] === pair[at]).length / 2);
  const [a, b] = [ranked(0), ranked(1)];
  const mean = pairs.length / 2;
  const product = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, one, i) => sum + (one - mean) * (y[i]! - mean), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
} // prettier-ignore
