/** Checks the options of deterministic methods and line searches, which are plain numbers: nothing here changes from step to step. */
import { OptionError } from '../../language/error.ts';
import { range } from '../../language/range.ts';
import { describe } from '../hyper.ts';

/** Throws an OptionError where `value` is no number in the interval `text`. */
export function checkNumber(owner: string, option: string, value: unknown, text: string): void {
  if (typeof value !== 'number') throw new OptionError(owner, option, value, `must be a number, not ${describe(value)}`);
  if (!range(text).contains(value)) throw new OptionError(owner, option, value, `must lie in ${text}, and ${String(value)} does not`);
}

/** Throws an OptionError where `value` is no whole number from 1. */
export function checkCount(owner: string, option: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw new OptionError(owner, option, value, `must be a whole number from 1, not ${describe(value)}`);
}

/** Throws an OptionError where `value` is no line search. */
export function checkLineSearch(owner: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && typeof Reflect.get(value, 'search') === 'function') return;
  throw new OptionError(owner, 'lineSearch', value, `must be a line search such as strongWolfe(), not ${describe(value)}`);
}
