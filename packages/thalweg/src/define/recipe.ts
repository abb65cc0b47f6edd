/**
 * What a method consists of: for each group of parameters, the parts that train it. A method without groups has one group for all parameters; a chain puts
 * what comes before and after `groups` into every group. Knows texts and hyperparameters; no parameters and no graph.
 */
import { hyperSlots, type HyperSlot, type Part } from '../language/part.ts';
import type { HyperValue } from './hyper.ts';
import type { Match } from './match.ts';

/** A part with the values of its hyperparameters by option name. */
export interface BoundPart {
  readonly part: Part;
  readonly values: ReadonlyMap<string, HyperValue>;
  /** Values for float32 parameters: defaults that depend on the parameters' type, of hyperparameters left at their defaults. */
  readonly float32: ReadonlyMap<string, number>;
  /** Whether it is common to all groups. */
  readonly shared: boolean;
  /**
   * Parses the equations in the context of a group, and throws an EquationError if they are invalid, so that a mistake is reported where it was made.
   * Undefined for the library's own definitions, which tests have parsed, so that making them costs nothing.
   */
  readonly verify?: ((group: MethodGroup) => unknown) | undefined;
}

/** The equations for the parameters of one group; a method without groups has one for all. */
export interface MethodGroup {
  readonly name: string;
  readonly match: Match;
  readonly parts: readonly BoundPart[];
  /** What else a parameter of this name is called, where a framework numbers names: it is looked for by that where no group takes it by its name. */
  readonly alsoCalled?: (name: string) => string;
}

/** What an optimizer needs to know of a method. */
export interface Recipe {
  readonly name: string;
  readonly groups: readonly MethodGroup[];
  /** The equations of all parts, as text. */
  readonly equations: string;
}

/** A group of these parts. Throws an EquationError where a part's author is the user and the equations make no sense. */
export function methodGroup(name: string, match: Match, parts: readonly BoundPart[]): MethodGroup {
  const group: MethodGroup = { name, match, parts };
  parts.find(({ verify }) => verify !== undefined)?.verify?.(group);
  return group;
}

/** Groups with the defaults that hold in this type. */
export function inType(groups: readonly MethodGroup[], dtype: 'float32' | 'float64'): readonly MethodGroup[] {
  if (dtype !== 'float32') return groups;
  const own = (bound: BoundPart): BoundPart =>
    bound.float32.size === 0 ? bound : { ...bound, values: new Map([...bound.values, ...bound.float32]) };
  return groups.map((one) => ({ ...one, parts: one.parts.map(own) }));
}

/** The hyperparameters that the equations of a group read. */
export function hyperSlotsOf({ parts }: MethodGroup): HyperSlot[] {
  return hyperSlots(parts.map(({ part }) => part));
}

/** A hyperparameter as the user of an optimizer names it, and the slots that it fills, each by the number of its group and its key there. */
export interface HyperName {
  readonly name: string;
  readonly value: HyperValue;
  readonly slots: readonly { readonly group: number; readonly key: string }[];
}

/** The names under which hyperparameters are known: a group's carry its name, unless there is one group or the part is common to all. */
export function hyperNames(groups: readonly MethodGroup[]): HyperName[] {
  const out = new Map<string, { name: string; value: HyperValue; slots: { group: number; key: string }[] }>();
  groups.forEach((group, index) => {
    const { parts } = group;
    for (const { key, name, part } of hyperSlotsOf(group)) {
      const bound = parts[part];
      const common = bound?.shared === true && groups.length > 1;
      const ordinal = parts.slice(0, part).filter(({ shared }) => shared).length;
      const identity = common ? `${String(ordinal)} ${name}` : `${String(index)}.${key}`;
      const slot = { group: index, key };
      const known = out.get(identity);
      if (known !== undefined) known.slots.push(slot);
      else {
        const wanted = groups.length === 1 || common ? key : `${group.name}.${key}`;
        out.set(identity, { name: wanted, value: bound?.values.get(name) ?? NaN, slots: [slot] });
      }
    }
  });
  return [...out.values()];
}
