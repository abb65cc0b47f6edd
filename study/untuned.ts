/** Optimizers with their default hyperparameters, compared with the tuned ones. Knows no page. */
import type { KeptProblem } from './kept.ts';
import { best, medianOf, middle, regret } from './reading.ts';

/** An optimizer at its defaults. */
export interface Untuned {
  readonly label: string;
  /** Whether it is meant to need no tuning. */
  readonly promises: boolean;
  /** The median over the problems of its distance: 0 is the best tuned optimizer, 1 the median tuned one. */
  readonly distance: number;
  /** Its median test metric on each problem; null where it diverged. */
  readonly medians: readonly (number | null)[];
}

/** All of them and the best tuned optimizer, sorted by distance. `tuned` has the same problems in the same order. */
export function withoutTuning(all: readonly KeptProblem[], tuned: readonly KeptProblem[]): Untuned[] {
  const distanceOf = (medians: readonly (number | null)[]): number => middle(medians.map((median, i) => regret(tuned[i]!)(median)));
  const least = tuned.map((problem) => (problem.testMetric.lowerIsBetter ? 1 : -1) * medianOf(problem, best(problem)));
  const rows = all[0]!.defaults!.optimizers.map(({ id, label, promises }) => {
    const medians = all.map((problem) => medianAt(problem, id));
    return { label, promises, distance: distanceOf(medians), medians };
  });
  const bestTuned = { label: 'best tuned optimizer of each problem', promises: false, distance: distanceOf(least), medians: least };
  return [...rows, bestTuned].toSorted((one, other) => one.distance - other.distance);
}

function medianAt(problem: KeptProblem, id: string): number | null {
  const found = problem.defaults?.optimizers.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`${id} was not run at its defaults on ${problem.id}`);
  return found.summary.median;
}

/** A row of a table. */
export function untunedRow({ label, promises, distance, medians }: Untuned): string {
  const cells = medians.map((value) => (value === null ? 'diverged' : String(Number(value.toPrecision(3)))));
  return `| ${promises ? `**${label}**` : label} | ${distance.toFixed(2)} | ${cells.join(' | ')} |`;
}

/** Which of the methods that are meant to need no tuning are best, and whether they are as good as the median tuned optimizer. */
export function untunedSummary(all: readonly Untuned[]): string {
  const those = all.filter(({ promises }) => promises);
  const [first, second, third] = those.map(({ label }) => label);
  const reached = those.filter(({ distance }) => distance <= 1).map(({ label }) => label);
  const who = reached.length > 1 ? `${reached.join(', ')} are` : `${reached[0] ?? 'none'} is`;
  return `Of the methods that are meant to need no tuning, ${String(first)}, ${String(second)} and ${String(third)} with default hyperparameters come nearest to the best tuned optimizer; ${who} as good as the median tuned optimizer, in the median over all problems.`;
}
