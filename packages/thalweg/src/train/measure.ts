/** Stores the measures of a step for `opt.observe()`, since the kernels overwrite them in the next step, even in one that is skipped. */
import { told } from '../plan/observe.ts';
import type { TrainedCohort } from './registry.ts';

const measures = [told.gradient, told.weight, told.update, told.flips, told.clip];

/** Keeps the measures of the step just taken: NaN for parameters that had no part in it. */
export function measure(cohort: TrainedCohort): void {
  const { stepper, rows, active, came } = cohort;
  const { specialization } = rows?.cohort.stepper ?? stepper;
  const kept = (cohort.measured ??= new Float64Array((measures.length + 1) * came.length));
  for (let j = 0; j < came.length; j++) {
    const took = active === undefined || active[j] === true;
    measures.forEach((what, k) => (kept[j * (measures.length + 1) + k] = took ? (specialization.told(what, j) ?? NaN) : NaN));
    kept[j * (measures.length + 1) + measures.length] = Number(took);
  }
}

/** The measures of tensor number `j` in the last step; undefined where it had no part in it. */
export function measured(
  { measured: kept }: TrainedCohort,
  j: number,
): { gradient: number; weight: number; update: number; flips: number; clip: number } | undefined {
  const at = j * (measures.length + 1);
  if (kept?.[at + measures.length] !== 1) return undefined;
  const [gradient = NaN, weight = NaN, update = NaN, flips = NaN, clip = NaN] = kept.subarray(at, at + measures.length);
  return { gradient, weight, update, flips, clip };
}
