/**
 * Parts: an optimizer or transform as text with its author's declarations, before names are resolved; and what can be found by parsing alone. Knows trees;
 * no graph, so that a definition costs nothing until it is bound to parameters.
 */
import { givenNames } from './names.ts';
import { parse, parseExpression } from './parser.ts';
import type { Range } from './range.ts';
import { continuesName, spell } from './symbol.ts';
import { namesIn, type Equation } from './tree.ts';
import { variable, type Variable } from './variable.ts';

/** A hyperparameter of a part: its option name, its symbol as written, its default, and where it must lie. */
export interface HyperSymbol {
  readonly name: string;
  readonly symbol: string;
  readonly fallback: number;
  readonly range: Range;
}

/** Something besides gradients that a step needs: a number such as the loss, or an array for each parameter. */
export interface InputSymbol {
  readonly name: string;
  readonly symbol: string;
  readonly kind: 'scalar' | 'tensor';
  /** Whether the optimizer fills it itself, and no user knows of it. */
  readonly hidden?: true;
}

/** The variable that holds an input. */
export function inputVariable({ name, hidden }: InputSymbol): Variable {
  return variable(hidden === true ? 'policy' : 'input', name);
}

/** One optimizer or transform as text, before it has a meaning. */
export interface Part {
  readonly name: string;
  readonly equations: string;
  /** The options by which its author chose among equations. */
  readonly choices?: Readonly<Record<string, string | boolean>> | undefined;
  readonly hyper: readonly HyperSymbol[];
  readonly inputs: readonly InputSymbol[];
  /** First values of states, as expressions in hyperparameters and the first `w`. */
  readonly init: Readonly<Record<string, string>>;
  /** Where to evaluate the model instead of at `w`, as an expression in `w`, the states and hyperparameters after a step. */
  readonly evaluate?: string | undefined;
  /** States that stay in the parameters' type whatever format states are asked to have. */
  readonly keep?: readonly string[] | undefined;
  /** Inputs and hyperparameters that later parts read with the opposite sign, by name. */
  readonly negates?: readonly string[] | undefined;
}

/** A hyperparameter that the program reads. Two parts with the same option name get `name` and `name2`. */
export interface HyperSlot extends HyperSymbol {
  readonly key: string;
  readonly part: number;
}

/** The hyperparameters that the parts of a chain read, in order, each under the key by which the program knows it. */
export function hyperSlots(parts: readonly Part[]): HyperSlot[] {
  const slots = new Map<string, HyperSlot>();
  parts.forEach((part, index) => {
    for (const symbol of part.hyper) {
      if (!reads(part, symbol.name)) continue;
      const key = freeName(symbol.name, (candidate) => slots.has(candidate));
      slots.set(key, { ...symbol, key, part: index });
    }
  });
  return [...slots.values()];
}

/** Whether a part assigns this name for good. */
export function assigns(part: Part, name: string): boolean {
  return textOf(part).equations.some(({ lasting, target }) => lasting && target.name === name);
}

/** Whether a part's equations read the hyperparameter of this name, directly or (for `lr`) as its schedule's factor `s`. */
export function reads(part: Part, name: string): boolean {
  return textOf(part).read.has(name);
}

/**
 * Whether equations hold a symbol as a word of its own, which tells without parsing them that they read it. Where it is not found it may be there all the
 * same, spelt otherwise.
 */
export function mentions(equations: string, symbol: string): boolean {
  for (let at = equations.indexOf(symbol); at >= 0; at = equations.indexOf(symbol, at + 1)) {
    const end = at + symbol.length;
    const [before, after] = [Array.from(equations.slice(Math.max(0, at - 2), at)).at(-1), Array.from(equations.slice(end, end + 2)).at(0)];
    if ([before, after].every((character) => character === undefined || !continuesName(character))) return true;
  }
  return false;
}

/** What the name `s` stands for where nothing else is called so. */
export const factor: unique symbol = Symbol('the factor of the schedule of lr');

/** What the names that a part declares stand for: a hyperparameter or an input by its name. A symbol comes before the name of an option. */
export function declaredNames(part: Part): ReadonlyMap<string, string | typeof factor> {
  return textOf(part).declared;
}

function declaredBy({ hyper, inputs }: Part): Map<string, string | typeof factor> {
  const all = [...hyper, ...inputs];
  const given: readonly string[] = givenNames;
  const out = new Map<string, string | typeof factor>(hyper.some(({ name }) => name === 'lr') ? [['s', factor]] : []);
  for (const { name } of all) if (!given.includes(spell(name))) out.set(spell(name), name);
  for (const { name, symbol } of all) out.set(spell(symbol), name);
  return out;
}

/** A part's equations as trees, and every name that its texts read. */
export interface PartText {
  readonly equations: readonly Equation[];
  readonly names: ReadonlySet<string>;
  readonly declared: ReadonlyMap<string, string | typeof factor>;
  /** The hyperparameters and inputs that the equations read, by the names of their options. */
  readonly read: ReadonlySet<string>;
}

const texts = new WeakMap<Part, PartText>();

/** Reads a part's texts, once however many chains and groups it is put in. */
export function textOf(part: Part): PartText {
  const known = texts.get(part);
  if (known !== undefined) return known;
  const equations = parse(part.name, part.equations);
  const others = [...Object.values(part.init), ...(part.evaluate === undefined ? [] : [part.evaluate])];
  const expressions = [...equations.map(({ value }) => value), ...others.map((text) => parseExpression(part.name, text))];
  const names = new Set(expressions.flatMap(namesIn));
  const declared = declaredBy(part);
  const assigned = new Set(equations.map(({ target }) => target.name));
  const read = new Set<string>();
  for (const [spelling, meant] of declared) {
    if (!names.has(spelling)) continue;
    if (meant !== factor) read.add(meant);
    else if (!assigned.has(spelling)) read.add('lr');
  }
  const made = { equations, names, declared, read };
  texts.set(part, made);
  return made;
}

/** `name`, or `name2`, `name3`, … where it is taken. */
export function freeName(name: string, taken: (candidate: string) => boolean): string {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}${String(i)}`;
    if (!taken(candidate)) return candidate;
  }
}
