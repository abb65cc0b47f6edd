/** Quantiles of numbers, for everything that has several seeds or rounds. */

/** The quantile `q` of some numbers, on a line between the two that it falls between; NaN where there are none. Infinities are numbers. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const [low = NaN, high = NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === high ? low : low + (high - low) * (place - Math.floor(place));
}

/** The number in the middle, or between the two that are. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
