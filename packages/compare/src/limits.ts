/** Upper bounds on the size of a comparison that can be shown: readers reject more, and writers stay within them. Knows the document. */
import type { ProblemResult } from './schema.ts';

/** The longest text that is read, in characters. */
export const longest = 64e6;

/** The most values in all curves and paths of one problem: more could not be drawn in a browser without its standing still. */
export const mostValues = 400_000;

/** The most different steps at which the runs of one problem were measured, or diverged; the runner measures about a hundred times. */
export const mostSteps = 500;

/** The most optimizers of one problem: all of the library under each schedule are about 150. */
export const mostOptimizers = 200;

/** The largest number: beyond it an axis could not be drawn. */
export const largest = 1e100;

/** The largest number of a run, beyond which it counts as not finite: what is computed of several, such as an interval of differences, is still below `largest`. */
export const largestOfRun = 1e90;

/** The longest texts, in characters. */
export const lengths = {
  id: 300,
  title: 300,
  description: 4000,
  metric: 120,
  unit: 20,
  label: 120,
  code: 4000,
  latex: 8000,
  value: 300,
} as const;

/** The most columns, or rows, of a landscape, and the most minima. */
export const [mostCells, mostMinima] = [400, 100];

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
