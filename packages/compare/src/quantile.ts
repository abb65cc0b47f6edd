/**
 * Medians and other quantiles in which a diverged run, null, is the worst, and which of two values is better. All that depends on whether
 * a metric is better low or high asks here, so that the negated metric gives the mirrored result.
 */
import { quantile as quantileOfNumbers } from '@thalweg/guide';

/** The part of a metric that says which of two values is better. */
export interface Direction {
  readonly lowerIsBetter: boolean;
}

/** A metric with the loss on the same data, which decides between equals of a coarse metric; null where there is none. */
export interface Measured {
  readonly value: number | null;
  readonly loss: number | null;
}

/** What losses, times and step counts have. */
export const lower: Direction = { lowerIsBetter: true };

/** The value as a cost: less is better whatever the metric's direction, and a diverged run costs infinitely much. */
export function cost(value: number | null, { lowerIsBetter }: Direction): number {
  return value === null ? Infinity : lowerIsBetter ? value : 0 - value;
}

/** Below 0 where `a` is better than `b`: by the value, then by the loss. */
export function compareMeasured(a: Measured, b: Measured, direction: Direction): number {
  const [x, y] = [cost(a.value, direction), cost(b.value, direction)];
  const [m, n] = x === y ? [cost(a.loss, lower), cost(b.loss, lower)] : [x, y];
  return m === n ? 0 : m < n ? -1 : 1;
}

/**
 * The quantile `q` (linear between neighbours) in the order of the numbers, diverged runs standing at the worst end; null where it is one
 * of them or there is nothing.
 */
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
