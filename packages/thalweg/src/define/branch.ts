/**
 * Branches: what a method does with which parameters. A method without groups has one; `groups` makes one for each group, and a chain puts
 * what comes before and after into all of them. Knows equations and hyperparameters; no parameters yet.
 */
import { buildProgram, type Part, type Program } from '../language/program.ts';
import type { HyperValue } from './hyper.ts';
import type { Match } from './match.ts';

/** A part with the values of its hyperparameters by option name. */
export interface BoundPart {
  readonly part: Part;
  readonly values: ReadonlyMap<string, HyperValue>;
  /** Values that hold in float32 instead: defaults that follow the parameters' type, of hyperparameters that were left at their defaults. */
  readonly float32: ReadonlyMap<string, number>;
  /** Whether it is common to all groups. */
  readonly shared: boolean;
}

/** What is done with the parameters of one group; a method without groups has one branch for all. */
export interface Branch {
  readonly name: string;
  readonly match: Match;
  readonly parts: readonly BoundPart[];
  /** What one step of these parameters computes, as a graph. */
  readonly program: Program;
}

/** What an optimizer needs to know of a method. */
export interface Recipe {
  readonly name: string;
  readonly branches: readonly Branch[];
  /** The equations of all parts, as text. */
  readonly equations: string;
}

/** Completes a branch. Throws an EquationError where the equations make no sense. */
export function branch(name: string, match: Match, parts: readonly BoundPart[]): Branch {
  const program = buildProgram(
    name,
    parts.map(({ part }) => part),
  );
  return { name, match, parts, program };
}

/** Branches with the defaults that hold in this type. */
export function inType(branches: readonly Branch[], dtype: 'float32' | 'float64'): readonly Branch[] {
  if (dtype !== 'float32') return branches;
  const own = (bound: BoundPart): BoundPart =>
    bound.float32.size === 0 ? bound : { ...bound, values: new Map([...bound.values, ...bound.float32]) };
  return branches.map((one) => ({ ...one, parts: one.parts.map(own) }));
}

/** A hyperparameter as the user of an optimizer names it, and the slots of the branches that it fills. */
export interface HyperName {
  readonly name: string;
  readonly value: HyperValue;
  readonly slots: readonly { readonly branch: number; readonly key: string }[];
}

/** The names under which hyperparameters are known: a group's carry its name, unless there is one group or the part is common to all. */
export function hyperNames(branches: readonly Branch[]): HyperName[] {
  const out = new Map<string, { name: string; value: HyperValue; slots: { branch: number; key: string }[] }>();
  branches.forEach(({ name: group, parts, program }, index) => {
    for (const { key, name, part } of program.hyper) {
      const bound = parts[part];
      const common = bound?.shared === true && branches.length > 1;
      const ordinal = parts.slice(0, part).filter(({ shared }) => shared).length;
      const identity = common ? `${String(ordinal)} ${name}` : `${String(index)}.${key}`;
      const slot = { branch: index, key };
      const known = out.get(identity);
      if (known !== undefined) known.slots.push(slot);
      else {
        const wanted = branches.length === 1 || common ? key : `${group}.${key}`;
        out.set(identity, { name: wanted, value: bound?.values.get(name) ?? NaN, slots: [slot] });
      }
    }
  });
  return [...out.values()];
}
