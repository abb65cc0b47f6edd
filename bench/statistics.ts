/** Medians and spread. */

/** Lower quartile, median, upper quartile. */
export type Quartiles = readonly [low: number, middle: number, high: number];

/** The quartiles of some values. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.round((sorted.length - 1) * q)] ?? NaN;
  return [at(0.25), at(0.5), at(0.75)];
}

/** The quartiles of ratios formed within rounds, since the machine's speed drifts; null where no round has both. */
export function ratio(own: readonly number[], reference: readonly number[] | undefined): Quartiles | null {
  const pairs = own.flatMap((value, round) => {
    const against = reference?.[round];
    return against === undefined ? [] : [value / against];
  });
  return pairs.length === 0 ? null : quartiles(pairs);
}
