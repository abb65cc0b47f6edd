/** Medians and spread. */
import { median, quantile } from '@thalweg/guide';

/** Lower quartile, median, upper quartile. */
export type Quartiles = readonly [low: number, middle: number, high: number];

/** The quartiles of some values, between neighbours where one falls between them. */
export function quartiles(values: readonly number[]): Quartiles {
  return [quantile(values, 0.25), median(values), quantile(values, 0.75)];
}

/** The quartiles of ratios formed within rounds, since the machine's speed drifts; null where no round has both. */
export function ratio(own: readonly number[], reference: readonly number[] | undefined): Quartiles | null {
  const pairs = own.flatMap((value, round) => {
    const against = reference?.[round];
    return against === undefined ? [] : [value / against];
  });
  return pairs.length === 0 ? null : quartiles(pairs);
}
