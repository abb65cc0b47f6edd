/** Intervals of hyperparameters, in mathematical notation: `[0, 1)`, `(0, ∞)`. Infinity itself is never inside. */
import { ThalwegError } from './error.ts';

/** An interval with its own spelling. */
export interface Range {
  readonly text: string;
  readonly low: number;
  readonly high: number;
  readonly contains: (value: number) => boolean;
}

/** Reads `[a, b)` and its relatives; `∞` or `inf` stands for no bound. The error says whose it is, where `owner` tells. */
export function range(text: string, owner?: string): Range {
  const match = /^([[(])\s*(-?∞|-?inf|[-\d.e]+)\s*,\s*(∞|inf|[-\d.e]+)\s*([\])])$/.exec(text.replace('−', '-'));
  if (match === null)
    throw new ThalwegError(
      'range',
      `${owner === undefined ? '' : `${owner}: `}${JSON.stringify(text)} is not an interval; write one like [0, 1) or (0, ∞)`,
    );
  const bound = (part = ''): number => Number(part.replace(/∞|inf/, 'Infinity'));
  const [low, high] = [bound(match[2]), bound(match[3])];
  const closedLow = match[1] === '[';
  const closedHigh = match[4] === ']';
  return {
    text,
    low,
    high,
    contains: (value) => Number.isFinite(value) && (closedLow ? value >= low : value > low) && (closedHigh ? value <= high : value < high),
  };
}
