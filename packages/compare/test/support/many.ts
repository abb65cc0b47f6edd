/** Comparisons of very many runs, made of those of a small one. */
import type { ProblemResult, Trial } from '../../src/schema.ts';

/** A problem of the fixture with so many seeds, made of its own runs in turn. */
export function withSeeds(problem: ProblemResult, seeds: number, change: (trial: Trial, seed: number) => Trial = (trial) => trial): ProblemResult {
  return {
    ...problem,
    optimizers: problem.optimizers.map((one) => ({
      ...one,
      sweep: one.sweep.map((point) => ({ ...point, scores: Array.from({ length: seeds + 1 }, (_, i) => point.scores[i % point.scores.length] ?? null) })),
      trials: Array.from({ length: seeds }, (_, i) => change({ ...one.trials[i % one.trials.length]!, seed: 101 + i }, i)),
    })),
  };
} // prettier-ignore

const steps = Array.from({ length: 100 }, (_, i) => 3 * (i + 1));

/** The run with as many points as runs have. */
export function dense(trial: Trial, seed: number): Trial {
  const values = steps.map((step) => 1 + (seed % 7) / 10 - step / 400);
  return { ...trial, training: { steps, values }, validation: { steps: [0, ...steps], values: [2, ...values] } };
}
