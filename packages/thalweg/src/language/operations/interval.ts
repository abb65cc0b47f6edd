/** Intervals of values, to prove properties of a program's states that hold for all gradients. NaN is in none. */

/** Everything from `low` to `high`, both included. */
export type Interval = readonly [low: number, high: number];

/** All numbers. */
export const anything: Interval = [-Infinity, Infinity];

/** All that are not negative. */
export const positive: Interval = [0, Infinity];

/** Where the result of an operation lies given where its operands do; `same` says that the first two are one value. */
export type RangeRule = (a: Interval, b: Interval, c: Interval, same: boolean) => Interval;

/** The rule of a function that never falls. */
export const rising =
  (value: (a: number) => number): RangeRule =>
  (a) => [value(a[0]), value(a[1])];

/** The rule of a product or quotient: not negative where neither operand is. */
export const bothPositive: RangeRule = (a, b) => (a[0] >= 0 && b[0] >= 0 ? positive : anything);

/** An interval of bounds that may be NaN: ∞ − ∞ says nothing. */
export function between(low: number, high: number): Interval {
  return [Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high];
}
