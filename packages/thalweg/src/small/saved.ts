/** What a small optimizer saves: plain objects, lists and numbers, which JSON and every database preserve. Knows no method. */
import { describe, isRecord } from '../language/options.ts';
import type { Place } from '../targets/arrays/tape.ts';

/** The elements of an array. Values that JSON cannot hold are strings: `'NaN'`, `'Infinity'`, `'-Infinity'`, `'-0'`. */
export type SavedArray = readonly (number | string)[];

/** Everything needed to resume training but the method and its hyperparameters. */
export interface SmallState {
  /** The equations of the method that saved it. */
  readonly equations: string;
  /** The number of steps taken. */
  readonly t: number;
  /** The parameters by name. */
  readonly params: Readonly<Record<string, SavedArray>>;
  /** The states of the equations, each by parameter, or under `value` or the group's name if it is one number for the whole group. */
  readonly states: Readonly<Record<string, Readonly<Record<string, SavedArray>>>>;
}

const texts = ['NaN', 'Infinity', '-Infinity', '-0'];

/** The elements as JSON has them. */
export function savedArray(values: Place): SavedArray {
  return Array.from(values, (x) => (Object.is(x, -0) ? '-0' : Number.isFinite(x) ? x : String(x)));
}

/** What is needed to go on from a saved array: where it goes, and what it is called. */
export interface Slot {
  readonly title: string;
  readonly given: unknown;
  readonly into: Place;
}

/** What keeps a saved array from being one of these, in words; undefined where nothing does. */
export function whyNotSaved({ title, given, into }: Slot): string | undefined {
  if (!Array.isArray(given)) return `${title} is ${given === undefined ? 'missing' : describe(given)}`;
  if (given.length !== into.length) return `${title} has ${String(given.length)} elements, and ${String(into.length)} here`;
  const wrong: unknown = given.find((x) => typeof x !== 'number' && !texts.includes(String(x)));
  return wrong === undefined ? undefined : `${title} holds ${describe(wrong)}, which is not a number`;
}

/** The slots of arrays by name, and in words what is saved that has no place here. */
export function slotsIn(title: string, given: unknown, here: Readonly<Record<string, Place>>): { slots: Slot[]; extra: string[] } {
  const saved = isRecord(given) ? given : {};
  return {
    slots: Object.entries(here).map(([name, into]) => ({
      title: `${title} ${name}`,
      given: Object.hasOwn(saved, name) ? saved[name] : undefined,
      into,
    })),
    extra: Object.keys(saved).flatMap((name) => (Object.hasOwn(here, name) ? [] : [`${title} ${name} is saved, and not here`])),
  };
}
