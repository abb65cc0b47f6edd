/** What optimizers reach at their declared defaults, beside those that were tuned. Knows no page. */
import type { KeptProblem } from './kept.ts';
import { best, medianOf, middle, regret } from './reading.ts';

/** An optimizer at its defaults. */
export interface Untuned {
  readonly label: string;
  /** Whether it promises to need no tuning. */
  readonly promises: boolean;
  /** The median over the problems of its distance: 0 is the best that was tuned, 1 the one in the middle of them. */
  readonly distance: number;
  /** Its median test metric on each problem; null where it diverged. */
  readonly medians: readonly (number | null)[];
}

/** All of them, and the best that was tuned, the nearest to it first. `tuned` has the same problems in the same order. */
export function withoutTuning(all: readonly KeptProblem[], tuned: readonly KeptProblem[]): Untuned[] {
  const distanceOf = (medians: readonly (number | null)[]): number => middle(medians.map((median, i) => regret(tuned[i]!)(median)));
  const least = tuned.map((problem) => (problem.testMetric.lowerIsBetter ? 1 : -1) * medianOf(problem, best(problem)));
  const rows = all[0]!.defaults!.optimizers.map(({ id, label, promises }) => {
    const medians = all.map((problem) => medianAt(problem, id));
    return { label, promises, distance: distanceOf(medians), medians };
  });
  const bestTuned = { label: 'the best of those that were tuned', promises: false, distance: distanceOf(least), medians: least };
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

/** Which of those that promise to need no tuning are nearest, and whether they reach the middle of those that were tuned. */
export function untunedSummary(all: readonly Untuned[]): string {
  const those = all.filter(({ promises }) => promises);
  const [first, second, third] = those.map(({ label }) => label);
  const reached = those.filter(({ distance }) => distance <= 1).map(({ label }) => label);
  const who = reached.length > 1 ? `${reached.join(', ')} are at their` : `${reached[0] ?? 'none'} is at its`;
  return `Of the methods that promise to need no tuning, ${String(first)}, ${String(second)} and ${String(third)} come nearest to the best; ${who} defaults as good over all problems as the middle one of those that were tuned.`;
}
