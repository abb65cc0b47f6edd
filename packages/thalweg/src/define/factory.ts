/** Factories: turn a definition into a function from options to methods. Equations are parsed only where an option makes it necessary. */
import { asCalled } from '../language/caller.ts';
import { OptionError } from '../language/error.ts';
import { checkNames, oneOf } from '../language/options.ts';
import { mentions, reads, type Part } from '../language/part.ts';
import { range } from '../language/range.ts';
import type { Definition, OptionsOf, Resolved, VariantDeclaration } from './definition.ts';
import { checkHyper, defaultRange, type HyperDeclaration, type HyperValue } from './hyper.ts';
import { otherwise } from './match.ts';
import { Method, textBy } from './method.ts';
import { methodGroup, type BoundPart } from './recipe.ts';

/** A function that makes methods, such as `adamw`. `definition` is the declaration it was made from. */
export interface MethodFactory<
  H extends Readonly<Record<string, HyperDeclaration>>,
  V extends Readonly<Record<string, VariantDeclaration>>,
> {
  (options?: OptionsOf<H, V>): Method<string & keyof H>;
  /** The declaration: name, hyperparameters, equations. */
  readonly definition: Definition<H, V>;
}

/** Makes the function that makes methods of a definition; `verify` reads the equations of each at once. */
export function factory<H extends Readonly<Record<string, HyperDeclaration>>, V extends Readonly<Record<string, VariantDeclaration>>>(
  definition: Definition<H, V>,
  verify?: BoundPart['verify'],
): MethodFactory<H, V> {
  const partOf = parts(definition);
  const make = asCalled((options: OptionsOf<H, V> = {}): Method<string & keyof H> => {
    const { name, hyper, variants } = definition;
    const resolved = resolve(name, hyper, variants ?? {}, definition.compatDefaults ?? {}, options);
    const text =
      typeof definition.equations === 'string' ? definition.equations : textBy(name, definition.equations(resolved as Resolved<H, V>));
    const part = partOf(text, Object.fromEntries(Object.keys(variants ?? {}).map((key) => [key, resolved[key] as string | boolean])));
    const values = new Map(part.hyper.map((one) => [one.name, resolved[one.name] as HyperValue]));
    const float32 = new Map<string, number>();
    for (const [key, value] of Object.entries(defaultsOf<number | undefined>(definition.float32Defaults ?? {}, options)))
      if (value !== undefined && Reflect.get(options, key) === undefined) float32.set(key, value);
    const method = new Method<string & keyof H>(name, [methodGroup(name, otherwise, [{ part, values, float32, shared: true, verify }])]);
    refuseUnread(part, hyper, options);
    return method;
  });
  return Object.assign(make, { definition });
}

/** Texts of one definition that are kept: it has few, but for one that writes numbers into its equations. */
const mostKept = 16;

/** The parts of a definition: one object for all methods of the same equations, so that what is told of it is found out once. */
function parts<H extends Readonly<Record<string, HyperDeclaration>>, V extends Readonly<Record<string, VariantDeclaration>>>({
  name,
  hyper,
  inputs = {},
  init = {},
  evaluate,
  keep,
}: Definition<H, V>): (equations: string, choices: NonNullable<Part['choices']>) => Part {
  const made = new Map<string, Part>();
  return (equations, choices) => {
    const key = JSON.stringify([equations, choices]);
    const known = made.get(key);
    if (known !== undefined) return known;
    const part: Part = {
      name,
      equations,
      choices,
      hyper: Object.entries(hyper).map(([option, [symbol, fallback, text]]) => ({ name: option, symbol, fallback, range: range(text ?? defaultRange) })), // prettier-ignore
      inputs: Object.entries(inputs).map(([option, [symbol, kind]]) => ({ name: option, symbol, kind })),
      init,
      evaluate,
      keep,
    };
    if (made.size >= mostKept) made.clear();
    made.set(key, part);
    return part;
  };
}

/** Throws an OptionError for a hyperparameter that was given a value and that the equations do not read. */
function refuseUnread(part: Part, hyper: Readonly<Record<string, HyperDeclaration>>, options: object): void {
  for (const [key, [symbol, fallback]] of Object.entries(hyper)) {
    const given: unknown = Reflect.get(options, key);
    // 0 and the default are how one says that something is left out.
    if (given === undefined || given === 0 || given === fallback) continue;
    if (mentions(part.equations, symbol) || reads(part, key)) continue;
    throw new OptionError(part.name, key, given, 'has no effect, since the equations do not read it with these options');
  }
}

function resolve(
  owner: string,
  hyper: Readonly<Record<string, HyperDeclaration>>,
  variants: Readonly<Record<string, VariantDeclaration>>,
  compatDefaults: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  options: object,
): Record<string, unknown> {
  checkNames(owner, options, [...Object.keys(hyper), ...Object.keys(variants)]);
  const resolved: Record<string, unknown> = {};
  const theirs = defaultsOf(compatDefaults, options);
  for (const [key, [, fallback, text]] of Object.entries(hyper)) {
    const given: unknown = Reflect.get(options, key);
    resolved[key] = given === undefined ? (theirs[key] ?? fallback) : checkHyper(owner, key, given, text ?? defaultRange);
  }
  for (const [key, declared] of Object.entries(variants)) {
    const given: unknown = Reflect.get(options, key);
    const fallback = theirs[key] ?? (declared === false ? false : declared[0]);
    resolved[key] = oneOf(owner, key, given === undefined ? fallback : given, declared === false ? [true, false] : declared);
  }
  return resolved;
}

/** Of defaults by library, those of the one that `compat` names. */
function defaultsOf<T>(byLibrary: Readonly<Record<string, Readonly<Record<string, T>>>>, options: object): Readonly<Record<string, T>> {
  const compat: unknown = Reflect.get(options, 'compat');
  return typeof compat === 'string' && Object.hasOwn(byLibrary, compat) ? (byLibrary[compat] ?? {}) : {};
}
