/** Medians and other quantiles in which a diverged run, null, is the worst. Imports nothing, so that a browser can have it alone. */

/** The quantile `q` (linear between neighbours), Infinity standing for diverged runs; null where it is infinite or there is nothing. */
export function quantile(values: readonly (number | null)[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.map((value) => value ?? Infinity).sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)] ?? Infinity;
  const high = sorted[Math.ceil(position)] ?? Infinity;
  const value = low === high ? low : low + (high - low) * (position - Math.floor(position));
  return Number.isFinite(value) ? value : null;
}

/** The median; see `quantile`. */
export function median(values: readonly (number | null)[]): number | null {
  return quantile(values, 0.5);
}
