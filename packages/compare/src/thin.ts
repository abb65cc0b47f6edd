/**
 * A comparison as the text of `results.json`, which can always be read back: if its curves have too many values to be shown, each has fewer points, at the
 * same steps for all, and paths are those of the first seeds. Measurements and conclusions are unchanged, and the full curves stay with the runs.
 */
import { countSteps, countValues, longest, mostSteps, mostValues } from './limits.ts';
import type { Comparison, Curve, ProblemResult, Trial } from './schema.ts';

/** The text, and of how many problems curves have fewer points than were measured. */
export function resultsText(comparison: Comparison): { readonly text: string; readonly thinned: number } {
  // A point takes up to thirty bytes; what else a file has is little beside its curves.
  for (let most = mostValues; ; most = Math.floor(most / 2)) {
    const problems = comparison.problems.map((problem) => thin(problem, most));
    const text = `${JSON.stringify({ ...comparison, problems })}\n`;
    if (Buffer.byteLength(text) <= longest || most < 1000)
      return { text, thinned: problems.filter((problem, i) => problem !== comparison.problems[i]).length };
  }
}

/** The problem with at most so many values in its curves and paths as can be read; itself where it has. */
export function thin(problem: ProblemResult, most: number): ProblemResult {
  const trials = problem.optimizers.flatMap((one) => one.trials);
  const points = ({ training, validation }: Trial): number => training.steps.length + validation.steps.length;
  const paths = sum(trials.map(({ path = [] }) => path.length));
  if (countValues(problem) <= most && countSteps(problem) <= mostSteps) return problem;
  // A quarter is for paths: as many seeds as have room, each with that of every optimizer.
  const longestPath = Math.max(0, ...trials.map(({ path = [] }) => path.length));
  const drawn = longestPath === 0 ? 0 : Math.floor(most / 4 / (longestPath * problem.optimizers.length));
  const steps = [...new Set(trials.flatMap(({ training, validation }) => [...training.steps, ...validation.steps]))].toSorted(
    (a, b) => a - b,
  );
  const room = (most * (paths === 0 ? 1 : 3)) / 4;
  // Each curve keeps its ends besides.
  const every = Math.max(1, Math.ceil(sum(trials.map(points)) / Math.max(1, room - 4 * trials.length)));
  const kept = new Set(steps.filter((_, i) => i % every === 0));
  const curve = ({ steps: at, values }: Curve): Curve => {
    const indices = at.flatMap((step, i) => (i === 0 || i === at.length - 1 || kept.has(step) ? [i] : []));
    return { steps: indices.map((i) => at[i]!), values: indices.map((i) => values[i]!) };
  };
  // Runs may diverge at any step: they are said to have at the next one at which any was measured.
  const measured = (step: number): number => steps.find((one) => one >= step) ?? problem.steps;
  const optimizers = problem.optimizers.map((one) => ({
    ...one,
    trials: one.trials.map(({ path, ...trial }, seed) => ({
      ...trial,
      divergedAt: trial.divergedAt === null ? null : measured(trial.divergedAt),
      training: curve(trial.training),
      validation: curve(trial.validation),
      ...(path === undefined || seed >= drawn ? {} : { path }),
    })),
  }));
  return { ...problem, optimizers };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
