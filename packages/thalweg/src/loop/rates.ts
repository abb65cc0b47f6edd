/** Which hyperparameters of an optimizer are its learning rates, for what sets them from outside. */
import { OptionError, suggestion } from '../language/error.ts';
import type { HyperValue } from '../define/hyper.ts';
import { describe, isRecord, wrongOption } from '../language/options.ts';

/** What is needed of an optimizer: its hyperparameters, which can be assigned to. */
export interface Rated {
  /** Its hyperparameters. */
  readonly hyper: Record<string, HyperValue>;
  /** Whether it maximizes. */
  readonly maximize?: boolean;
}

/** The learning rate of a method, of a group, and a second one in a chain: `lr`, `body.lr`, `lr2`. */
const isRate = (name: string): boolean => /(^|\.)lr\d*$/.test(name);

/**
 * The names of the rates to set: those in `wanted`, or all that are called `lr`. Throws an OptionError where `opt` is no optimizer, has none, or does not
 * have one that is wanted.
 */
export function rateNames(owner: string, opt: unknown, wanted: unknown): readonly string[] {
  const hyper: unknown = typeof opt === 'object' && opt !== null ? Reflect.get(opt, 'hyper') : undefined;
  if (!isRecord(hyper)) throw new OptionError(owner, 'opt', opt, `must be an optimizer, as method.init() returns, not ${describe(opt)}`);
  const known = Object.keys(hyper);
  const has = `this optimizer has ${known.length === 0 ? 'no hyperparameters' : known.join(', ')}`;
  if (wanted === undefined) {
    const found = known.filter(isRate);
    if (found.length === 0)
      throw new OptionError(owner, 'hyper', wanted, `must name what to set, since no hyperparameter is called lr: ${has}`);
    return found;
  }
  const names: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  if (names.length === 0 || !names.every((name) => typeof name === 'string'))
    wrongOption(owner, 'hyper', wanted, "the name of a hyperparameter, 'lr', or a list of names");
  for (const name of names) {
    if (!known.includes(name)) throw new OptionError(owner, 'hyper', wanted, `names ${name}${suggestion(name, known)}, and ${has}`);
  }
  return [...new Set(names)];
}
