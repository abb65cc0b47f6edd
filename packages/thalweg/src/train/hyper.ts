/**
 * Hyperparameters: how a definition declares them, how options are checked against it, and the live values of an optimizer. Every
 * check comes before any change.
 */
import { OptionError } from '../language/error.ts';
import type { HyperSlot } from '../language/program.ts';
import { Schedule } from '../schedules/schedule.ts';
import { checkNumber, describeOther } from './options.ts';

/** `[symbol, default, range]`: the range is an interval such as `'[0, 1)'`, by default `'[0, ∞)'`. */
export type HyperDeclaration = readonly [symbol: string, fallback: number, range?: string];

/** A hyperparameter's value: a number, a schedule, or a function of the step t (counted from 1), called on the host. */
export type HyperValue = number | Schedule | ((t: number) => number);

/** The range of a hyperparameter that declares none. */
export const defaultRange = '[0, ∞)';

/** Throws an OptionError where `value` is of the wrong type or, if a number, outside the range. */
export function checkHyper(owner: string, name: string, value: unknown, text: string): HyperValue {
  if (typeof value === 'function') return value as (t: number) => number;
  if (value instanceof Schedule) return value;
  if (typeof value !== 'number') {
    throw new OptionError(owner, name, value, `must be a number, a schedule or a function of t, not ${describeOther(value, 'Schedule')}`);
  }
  checkNumber(owner, name, value, text);
  return value;
}

/** The live hyperparameters of an optimizer: `values` and `factors` of the step at hand, and a version that changes with them. */
export class LiveHyper {
  readonly values = new Map<string, number>();
  readonly factors = new Map<string, number>();
  version = 0;
  private readonly owner: string;
  private readonly slots: ReadonlyMap<string, HyperSlot>;
  private readonly given = new Map<string, HyperValue>();
  /** Those that are no numbers, and so change from step to step. */
  private scheduled: readonly (readonly [string, Exclude<HyperValue, number>])[] = [];

  constructor(owner: string, slots: readonly HyperSlot[], values: ReadonlyMap<string, HyperValue>) {
    this.owner = owner;
    this.slots = new Map(slots.map((slot) => [slot.key, slot]));
    for (const { key } of slots) this.set(key, values.get(key));
  }

  /** What was set: a number, a schedule or a function. */
  get(key: string): HyperValue {
    const value = this.given.get(key);
    if (value === undefined) throw new RangeError(`there is no hyperparameter ${key}`);
    return value;
  }

  /** The interval that a hyperparameter must lie in, as text. */
  range(key: string): string | undefined {
    return this.slots.get(key)?.range.text;
  }

  /** Sets a hyperparameter from the next step on. */
  set(key: string, value: unknown): void {
    const slot = this.slots.get(key);
    if (slot === undefined) throw new RangeError(`there is no hyperparameter ${key}`);
    this.given.set(key, checkHyper(this.owner, key, value, slot.range.text));
    this.scheduled = [...this.given].flatMap(([name, one]) => (typeof one === 'number' ? [] : [[name, one] as const]));
    this.change(key, typeof value === 'number' ? value : NaN, 1);
  }

  /** Evaluates schedules and functions at step `t`. Throws before any value changes. */
  advance(t: number): void {
    if (this.scheduled.length === 0) return;
    const next: [string, number, number][] = [];
    for (const [key, value] of this.scheduled) {
      const now = value instanceof Schedule ? value.at(t) : value(t);
      if (this.slots.get(key)?.range.contains(now) !== true) {
        const text = this.slots.get(key)?.range.text ?? '';
        throw new OptionError(this.owner, key, now, `must lie in ${text}, and its schedule gives ${String(now)} at step ${String(t)}`);
      }
      next.push([key, now, value instanceof Schedule ? now / value.base : NaN]);
    }
    for (const [key, value, factor] of next) this.change(key, value, factor);
  }

  private change(key: string, value: number, factor: number): void {
    if (!Object.is(this.values.get(key), value) || !Object.is(this.factors.get(key), factor)) this.version += 1;
    this.values.set(key, value);
    this.factors.set(key, factor);
  }
}
