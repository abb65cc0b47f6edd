/** Hyperparameters: how a definition declares them, and how values are checked. */
import { checkNumber, isCallable, wrongOption } from '../language/options.ts';
import { isKind } from '../language/brand.ts';
import type { Schedule } from './schedules/schedule.ts';

/** `[symbol, default, range]`; the range is an interval such as `'[0, 1)'`, by default `'[0, ∞)'`. */
export type HyperDeclaration = readonly [symbol: string, fallback: number, range?: string];

/** The value of a hyperparameter: a number, a schedule, or a function of the step t (counted from 1), called in JavaScript before each step. */
export type HyperValue = number | Schedule | ((t: number) => number);

/** The range of a hyperparameter that declares none. */
export const defaultRange = '[0, ∞)';

/** Whether a value is a schedule, whichever copy of the package made it. */
export function isSchedule(value: unknown): value is Schedule {
  return isKind(value, 'schedule');
}

/** Throws an OptionError where `value` is of the wrong type or, if a number, outside the range. */
export function checkHyper(owner: string, name: string, value: unknown, text: string): HyperValue {
  if (isCallable(value)) return value as (t: number) => number;
  if (isSchedule(value)) return value;
  if (typeof value !== 'number') {
    wrongOption(owner, name, value, 'a number, a schedule or a function of t');
  }
  checkNumber(owner, name, value, text);
  return value;
}

/** The number that a hyperparameter is at step `t`. */
export function numberAt(value: HyperValue, t: number): number {
  if (typeof value === 'number') return value;
  return typeof value === 'function' ? value(t) : value.at(t);
}
