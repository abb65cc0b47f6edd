/** Weights that are not finite: after which steps they are checked, and why they may have diverged. Knows numbers; the caller reads the arrays. */
import { DivergenceError } from '../language/run-error.ts';
import type { DType } from '../plan/dtype.ts';

/** Weights are looked at in so many steps first, and then in one of so many, since looking costs a reading of them. */
const watchPeriod = 16;

/** Whether weights are looked at after the step that is number `count` under watch. */
export function isLookedAt(count: number): boolean {
  return count <= watchPeriod || count % watchPeriod === 0;
}

/** The magnitude above which squares of a type are infinite. */
const largestRoot: Readonly<Record<DType, number>> = {
  float32: Math.sqrt((2 - 2 ** -23) * 2 ** 127),
  float64: Math.sqrt(Number.MAX_VALUE),
};

/** A tensor whose weights hold NaN or an infinity. */
export interface Diverged {
  readonly name: string;
  /** The largest magnitude in its gradient; NaN where the gradient holds NaN. */
  readonly largest: number;
}

/** The largest magnitude in an array; NaN where it holds NaN. */
export function largestOf(values: Iterable<number>): number {
  let largest = 0;
  for (const x of values) largest = Math.max(largest, Math.abs(x));
  return largest;
}

/** The error of weights that are not finite after step `t`. */
export function divergence(owner: string, found: readonly Diverged[], dtype: DType, t: number): DivergenceError {
  const largest = found.reduce((most, one) => Math.max(most, one.largest), 0);
  return new DivergenceError(
    owner,
    found.map(({ name }) => name),
    t,
    reason(largest, dtype, found.length === 1),
  );
}

/** Why weights may have left the numbers, as far as the last gradients tell. */
function reason(largest: number, dtype: DType, isOne: boolean): string {
  const whose = isOne ? 'its gradient' : 'their gradients';
  if (!Number.isFinite(largest)) return `${whose} ${isOne ? 'holds' : 'hold'} NaN or infinity`;
  const size = `the largest element of ${whose} is ${largest.toPrecision(3)} in magnitude`;
  const limit = largestRoot[dtype];
  if (largest > limit) return `${size}, and the square of more than ${limit.toPrecision(3)} is infinite in ${dtype}`;
  return `${size}, so earlier steps were too large, or the equations give NaN, as 0/0 does`;
}
