/**
 * Whether an optimizer was made with other hyperparameters than the run in a file. If a program that resumes a run has another learning rate or schedule,
 * either could be meant, and the library cannot know which. A value that was changed during training is not a conflict: the file's is used.
 */
import type { HyperName } from '../define/recipe.ts';
import type { Core } from '../train/core.ts';
import { isSchedule, type HyperValue } from '../define/hyper.ts';
import { decodeHyper } from './saved-hyper.ts';

/** The hyperparameters over which this optimizer and a file disagree, in words; `saved` is those of the file, `configured` what its run was made with. */
export function conflicts(core: Core, saved: ReadonlyMap<string, HyperValue>, configured: unknown): string[] {
  return core.names.flatMap((one) => {
    const theirs = saved.get(one.name);
    // What could not be read has been said already, and of two functions nobody can say whether they are the same.
    if (theirs === undefined) return [];
    const [first, now] = [configuredOf(configured, one.name), core.hyperValue(one)];
    if (agree({ theirs, first, now, made: one.value })) return [];
    const words = `${describeHyper(first ?? theirs)} in the file and ${describeHyper(now)} here`;
    return [`${one.name} is ${words}; load(file, { hyper: 'file' }) uses the file's, { hyper: 'mine' } this optimizer's`];
  });
}

/** What differs of the hyperparameters that both have, by name. */
export function hyperDifferences(
  core: Core,
  saved: ReadonlyMap<string, HyperValue>,
): { readonly one: HyperName; readonly words: string }[] {
  return core.names.flatMap((one) => {
    const [theirs, now] = [saved.get(one.name), core.hyperValue(one)];
    if (theirs === undefined || same(theirs, now)) return [];
    return [{ one, words: `is ${describeHyper(theirs)} in the file and ${describeHyper(now)} here` }];
  });
}

interface Sides {
  /** What the file goes on with, and what its run was made with, which files of the first kind do not say. */
  readonly theirs: HyperValue;
  readonly first: HyperValue | undefined;
  /** What is in force here, and what this optimizer was made with. */
  readonly now: HyperValue;
  readonly made: HyperValue;
}

function agree({ theirs, first, now, made }: Sides): boolean {
  // Files of the first kind hold a base that this version may have found otherwise where nobody gave one.
  if (same(now, theirs, first !== undefined)) return true;
  // A number in force may have been changed while training, here as there; a schedule that was set is meant.
  const changedHere = typeof now === 'number' || same(now, made);
  if (first === undefined) return typeof theirs === 'number' && typeof made === 'number' && changedHere;
  return same(made, first) && changedHere;
}

function configuredOf(configured: unknown, name: string): HyperValue | undefined {
  if (typeof configured !== 'object' || configured === null || !Object.hasOwn(configured, name)) return undefined;
  const value = decodeHyper(Reflect.get(configured, name));
  return typeof value === 'string' ? undefined : value;
}

/** Whether two values are the same curve, with the same base unless that does not count. */
function same(a: HyperValue, b: HyperValue, withBase = true): boolean {
  if (!isSchedule(a) || !isSchedule(b)) return Object.is(a, b);
  const keys = Object.keys(a.constants);
  return (
    a.equation === b.equation &&
    (!withBase || a.base === b.base) &&
    keys.length === Object.keys(b.constants).length &&
    keys.every((key) => Object.is(a.constants[key], b.constants[key]))
  );
}

function describeHyper(value: HyperValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'function') return 'a function';
  const constants = Object.entries(value.constants).map(([symbol, constant]) => `${symbol} = ${String(constant)}`);
  return `the schedule ${value.name} (${value.equation}${constants.length === 0 ? '' : ` with ${constants.join(', ')}`})`;
}
