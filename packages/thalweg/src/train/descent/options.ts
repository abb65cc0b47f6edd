/** Checks the options of deterministic methods and line searches, which are plain numbers: nothing here changes from step to step. */
import { OptionError } from '../../language/error.ts';
import { range } from '../../language/range.ts';
import { wrongOption } from '../hyper.ts';

/** Throws an OptionError where `value` is no number in the interval `text`. */
export function checkNumber(owner: string, option: string, value: unknown, text: string): void {
  if (typeof value !== 'number') wrongOption(owner, option, value, 'a number');
  if (!range(text).contains(value)) throw new OptionError(owner, option, value, `must lie in ${text}, and ${String(value)} does not`);
}

/** Throws an OptionError where `value` is no whole number from 1. */
export function checkCount(owner: string, option: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) wrongOption(owner, option, value, 'a whole number from 1');
}

/** Throws an OptionError where `value` is no line search. */
export function checkLineSearch(owner: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && typeof Reflect.get(value, 'search') === 'function') return;
  wrongOption(owner, 'lineSearch', value, 'a line search such as strongWolfe()');
}
