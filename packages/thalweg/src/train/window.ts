/**
 * Gradient accumulation: the batches since the last step, called the window. A step uses the mean of their gradients: a parameter's sum over the number of
 * batches, so that a batch in which it was frozen or not yet added counts as a gradient of zero. A step, taken or skipped, empties the window.
 */
import { gradient, type Variable } from '../language/variable.ts';
import type { AnyArray } from './arrays.ts';
import { hidden } from './policy.ts';
import type { ParameterRegistry, TrainedCohort } from './registry.ts';

/** What a window is of. */
interface Accumulating {
  readonly registry: ParameterRegistry;
  readonly options: { readonly accumulate: number };
  readonly inputValues: Map<Variable, number>;
  /** How many batches have come. */
  pending: number;
}

/** The sum of the gradients of tensor number `j` in the window. */
export function gradientSum({ stepper }: TrainedCohort, j: number): AnyArray {
  return stepper.arena.view(hidden.accumulated, j);
}

/** Adds the gradients of a batch to the window: those of the parameters that are trained. */
export function addBatch(core: Accumulating): void {
  for (const cohort of core.registry.running) {
    const { stepper, active, came } = cohort;
    for (let j = 0; j < came.length; j++) {
      if (active !== undefined && active[j] !== true) continue;
      const sum = gradientSum(cohort, j);
      const g = stepper.arena.values(gradient, j);
      if (came[j] === 0) sum.set(g);
      else for (let i = 0; i < sum.length; i++) sum[i]! += g[i]!;
      came[j] = 1;
    }
  }
  core.pending += 1;
}

/** Makes every sum of the window one that can be read: that of a parameter without a gradient in it is zero. */
export function completeWindow(core: Accumulating): void {
  if (core.options.accumulate === 1) return;
  for (const cohort of core.registry.cohorts) {
    for (let j = 0; j < cohort.came.length; j++) {
      // What is added to −0 keeps its bits, +0 and −0 included.
      if (cohort.came[j] === 0) gradientSum(cohort, j).fill(-0);
    }
    cohort.came.fill(1);
  }
  core.inputValues.set(hidden.batches, core.pending);
}

/** Begins a window anew, of which `pending` batches have come already; their sums are in place then. */
export function beginWindow(core: Accumulating, pending = 0): void {
  core.pending = pending;
  for (const { came } of core.registry.cohorts) came.fill(pending > 0 ? 1 : 0);
}
