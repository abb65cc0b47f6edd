/**
 * Divergence: looks whether a step left weights that are not finite, and says why. In each of the first steps, and then in few, because looking
 * costs a reading of the weights.
 */
import { DivergenceError } from '../language/error.ts';
import type { DType } from '../plan/dtype.ts';
import { diverged } from '../device/watch.ts';
import type { Roster } from './roster.ts';

/** Weights are looked at in so many steps first, and then in one of so many. */
export const watchPeriod = 16;

/** The magnitude above which squares of a type are infinite. */
const largestRoot: Readonly<Record<DType, number>> = {
  float32: Math.sqrt((2 - 2 ** -23) * 2 ** 127),
  float64: Math.sqrt(Number.MAX_VALUE),
};

/** What is looked at: an optimizer, and how many of its steps have been taken under watch. */
interface Watched {
  readonly name: string;
  readonly options: { readonly nonFinite: string; readonly dtype: DType };
  readonly roster: Pick<Roster, 'stepping'>;
  readonly steps: number;
  watched: number;
}

/** Throws a DivergenceError where the step just taken is one to look at, and its weights are not finite. */
export function watch(core: Watched): void {
  const { options, roster } = core;
  if (options.nonFinite === 'propagate') return;
  core.watched += 1;
  if (core.watched > watchPeriod && core.watched % watchPeriod !== 0) return;
  const found = diverged(roster.stepping);
  if (found.length === 0) return;
  const largest = found.reduce((most, one) => Math.max(most, one.largest), 0);
  throw new DivergenceError(
    core.name,
    found.map(({ name }) => name),
    core.steps,
    reason(largest, options.dtype, found.length === 1),
  );
}

/** Why weights may have left the numbers, as far as the last gradients tell. */
function reason(largest: number, dtype: DType, isOne: boolean): string {
  const whose = isOne ? 'its gradient' : 'their gradients';
  if (!Number.isFinite(largest)) return `${whose} ${isOne ? 'holds' : 'hold'} NaN or an infinity`;
  const size = `the largest element of ${whose} is ${largest.toPrecision(3)} in magnitude`;
  const limit = largestRoot[dtype];
  if (largest > limit) return `${size}, and the square of more than ${limit.toPrecision(3)} is infinite in ${dtype}`;
  return `${size}, so earlier steps were too large, or the equations give NaN, as 0/0 does`;
}
