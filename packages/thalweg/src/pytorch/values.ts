/** Compares the hyperparameter values of a file's param groups with those of a running optimizer. */
import { OptionError } from '../language/error.ts';
import { hyperSlotsOf, type HyperName } from '../define/recipe.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { Core } from '../train/core.ts';
import type { Bound } from './bind.ts';
import type { FileGroup } from './layout.ts';
import { valueAt } from './options.ts';

/** Where PyTorch has a hyperparameter of the optimizer; undefined for one of a transform, which no param group has. */
export function placeOf(core: Core, bounds: readonly (Bound | string)[], one: HyperName): string | undefined {
  for (const { group, key } of one.slots) {
    const [own, bound] = [core.groups[group], bounds[group]];
    if (own === undefined || bound === undefined || typeof bound === 'string') continue;
    const slot = hyperSlotsOf(own).find((candidate) => candidate.key === key);
    if (slot?.part === bound.part) return bound.family.hyper[slot.name];
  }
  return undefined;
}

/** What stands in the place of a hyperparameter in the file's groups; adds to `wrong` where they do not agree, or where it cannot be. */
export function fileValue(core: Core, one: HyperName, place: string, groups: readonly FileGroup[], wrong: string[]): number | undefined {
  const values = groups.map(({ options }) => valueAt(options, place)).filter((value) => typeof value === 'number');
  const [first] = values;
  if (first === undefined) return undefined;
  const at = values.findIndex((value) => value !== first);
  if (at >= 0) {
    const [a, b] = [groups[0]?.params[0] ?? '', groups[at]?.params[0] ?? ''];
    wrong.push(
      `${place} is ${String(first)} for ${a} and ${String(values[at])} for ${b} in the file, and here ${one.name} is one number for both: take groups`,
    );
    return undefined;
  }
  try {
    for (const { group, key } of one.slots) core.live[group]?.check(key, first);
    return first;
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    wrong.push(`${place} in the file: ${error.message}`);
    return undefined;
  }
}

/** The number in force in the step after step `t`, as PyTorch's groups have it. */
export function numberAfter(value: HyperValue, t: number): number {
  if (typeof value === 'number') return value;
  return typeof value === 'function' ? value(t + 1) : value.at(t + 1);
}

/** Whether a number of a file is what is in force here after step `t`: the same number, or a value of the schedule, which PyTorch computes otherwise. */
export function agrees(theirs: number, here: HyperValue, t: number): boolean {
  if (typeof here === 'number') return theirs === here;
  // A scheduler may have been called after the last step, or not yet.
  return [t - 1, t].some((before) => Math.abs(numberAfter(here, before) - theirs) <= 1e-9 * Math.abs(theirs));
}
