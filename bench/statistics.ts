/** Medians and spread. */

/** Lower quartile, median, upper quartile. */
export type Quartiles = readonly [low: number, middle: number, high: number];

/** The quartiles of some values, between neighbours where one falls between them. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): number => {
    const place = (sorted.length - 1) * q;
    const [below = NaN, above = below] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place % 1);
  };
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
