/** A guess as a curve: values at a few columns of an axis, changed by dragging, and how near it comes to the run. Knows no page. */

/** An axis. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly ticks: readonly number[];
}

const count = 9;

/** Where a value lies on an axis, from 0 to 1. */
export function onScale({ low, high, log }: Scale, value: number): number {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** The value at a place of an axis. */
function fromScale({ low, high, log }: Scale, place: number): number {
  const within = Math.max(0, Math.min(1, place));
  return log ? low * (high / low) ** within : low + (high - low) * within;
}

/** The columns of an axis, in equal distances on it. */
export function columns(x: Scale): number[] {
  return Array.from({ length: count }, (_, i) => fromScale(x, i / (count - 1)));
}

/** A guess. */
export class Guess {
  readonly values: readonly number[];

  constructor(values: readonly number[]) {
    this.values = values;
  }

  /** Half way up, everywhere. */
  static level(y: Scale): Guess {
    return new Guess(Array.from({ length: count }, () => fromScale(y, 0.5)));
  }

  /** The same with all columns from one to the other at this height, from 0 to 1. */
  drag(y: Scale, from: number, to: number, height: number): Guess {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    return new Guess(this.values.map((value, i) => (i >= first && i <= last ? fromScale(y, height) : value)));
  }
}

/** What a guess is worth: 1 where it is the run, 0 where it is a third of the axis away on average; distances as they are seen. */
export function worthOf(x: Scale, y: Scale, { values }: Guess, run: (x: number) => number): number {
  const away = columns(x).map((at, i) => Math.abs(onScale(y, values[i]!) - Math.max(0, Math.min(1, onScale(y, run(at))))));
  return Math.max(0, 1 - (3 * away.reduce((sum, one) => sum + one, 0)) / away.length);
}
