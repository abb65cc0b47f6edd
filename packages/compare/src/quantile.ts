/**
 * Medians and other quantiles in which a diverged run, null, is the worst value; and which of two values is better. Everything that depends on a metric's
 * direction uses this, so that a negated metric gives the mirrored result.
 */
import { quantile as quantileOfNumbers } from '@thalweg/guide';

/** Which of two values of a metric is better. */
export interface Direction {
  readonly lowerIsBetter: boolean;
}

/** A metric with the loss on the same data, which breaks ties of a coarse metric; null if there is none. */
export interface Measured {
  readonly value: number | null;
  readonly loss: number | null;
}

/** The direction of losses, times and step counts: lower is better. */
export const lower: Direction = { lowerIsBetter: true };

/** The value as a cost: lower is better whatever the metric's direction, and a diverged run has infinite cost. */
export function cost(value: number | null, { lowerIsBetter }: Direction): number {
  return value === null ? Infinity : lowerIsBetter ? value : 0 - value;
}

/** Negative if `a` is better than `b`: by the value, then by the loss. */
export function compareMeasured(a: Measured, b: Measured, direction: Direction): number {
  const [x, y] = [cost(a.value, direction), cost(b.value, direction)];
  const [m, n] = x === y ? [cost(a.loss, lower), cost(b.loss, lower)] : [x, y];
  return m === n ? 0 : m < n ? -1 : 1;
}

/** The quantile `q` (linearly interpolated) in numerical order, with diverged runs at the worse end; null if it is a diverged run or the list is empty. */
export function quantile(values: readonly (number | null)[], q: number, direction: Direction = lower): number | null {
  const costs = values.map((value) => cost(value, direction));
  const value = quantileOfNumbers(costs, direction.lowerIsBetter ? q : 1 - q);
  if (!Number.isFinite(value)) return null;
  return direction.lowerIsBetter ? value : 0 - value;
}

/** The median; see `quantile`. */
export function median(values: readonly (number | null)[], direction: Direction = lower): number | null {
  return quantile(values, 0.5, direction);
}
