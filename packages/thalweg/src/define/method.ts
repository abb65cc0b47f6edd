/**
 * Methods: what `adamw({ lr: 1e-3 })` returns, before it is bound to parameters. `optimizer` and `transform` make functions that return
 * methods from equations; `chain` joins methods into one program. Knows the language and the optimizer it will start; no backend.
 */
import { asCalled } from '../language/caller.ts';
import { OptionError, ThalwegError } from '../language/error.ts';
import { parse } from '../language/parser.ts';
import { isKind, kind } from '../language/realm.ts';
import type { Part } from '../language/program.ts';
import { range } from '../language/range.ts';
import { parameter } from '../language/variable.ts';
import { aligned, equationsToLatex } from '../targets/text/latex.ts';
import { asSchedule } from './schedules/schedule.ts';
import { branch, hyperNames, type BoundPart, type Branch } from './branch.ts';
import { checkDefinition } from './definition.ts';
import { checkHyper, defaultRange, type HyperDeclaration, type HyperValue } from './hyper.ts';
import { checkNames, describe, isCallable, isRecord, oneOf } from './options.ts';
import { otherwise } from './match.ts';
import type { InitOptions } from '../train/init-options.ts';
import { Optimizer } from '../train/optimizer.ts';
import type { Declared } from '../train/tensor.ts';

/** An option that selects a variant of the text: `false` for a switch, or the possible words, the default first. */
export type VariantDeclaration = false | readonly [string, ...string[]];

/** An extra input of a step: `[symbol, 'scalar']` such as the loss, or `[symbol, 'tensor']`, an array per parameter. */
export type InputDeclaration = readonly [symbol: string, kind: 'scalar' | 'tensor'];

type VariantValue<V> = V extends readonly (infer W)[] ? W : boolean;

/** The options of a defined optimizer: a value for each hyperparameter, a choice for each variant, all optional. */
export type OptionsOf<H, V> = { readonly [K in keyof H]?: HyperValue } & {
  readonly [K in keyof V]?: VariantValue<V[K]>;
};

type Resolved<H, V> = { readonly [K in keyof H]: HyperValue } & {
  readonly [K in keyof V]: VariantValue<V[K]>;
};

/** An optimizer or transform as its author writes it. */
export interface Definition<H extends Readonly<Record<string, HyperDeclaration>>, V extends Readonly<Record<string, VariantDeclaration>>> {
  /** The name, as in errors and checkpoints. */
  readonly name: string;
  /** Hyperparameters by option name. */
  readonly hyper: H;
  /** Options that select a variant of the equations. */
  readonly variants?: V;
  /** Defaults that hold instead where `compat` names a library. */
  readonly compatDefaults?: Readonly<Record<string, Readonly<Partial<Record<keyof H, number>>> & OptionsOf<object, V>>>;
  /** Of those, the ones that differ where parameters are float32: they hold for a hyperparameter that is given no value. */
  readonly float32Defaults?: Readonly<Record<string, Readonly<Partial<Record<keyof H, number>>>>>;
  /** Extra inputs by name. */
  readonly inputs?: Readonly<Record<string, InputDeclaration>>;
  /** First values of states, as expressions; a state that is not named starts at zero. */
  readonly init?: Readonly<Record<string, string>>;
  /** Where to evaluate the model instead of at `w`: an expression in `w`, the states and the hyperparameters. */
  readonly evaluate?: string;
  /**
   * States that stay in the parameters' type whatever `init` is asked for: those of which `w` is a function. Those that begin as `w` or that
   * `evaluate` reads always do.
   */
  readonly keep?: readonly string[];
  /** The equations, or a function that composes them from the options. */
  readonly equations: string | ((options: Resolved<H, V>) => string);
}

/**
 * A method: equations with their hyperparameters, ready to be bound to parameters by `init`, or put in a `chain` or in `groups`.
 *
 * @typeParam N - the names of the hyperparameters that the optimizer will have
 */
export class Method<N extends string = string> {
  /** What tells it from any other object. */
  readonly [kind] = 'method';
  /** The name, as in errors; a chain's joins those of its parts. */
  readonly name: string;
  /** What is done with which parameters. */
  readonly branches: readonly Branch[];
  /** The hyperparameters' values by name. */
  readonly hyper: ReadonlyMap<N, HyperValue>;

  /** Use `optimizer`, `chain` or `groups` instead. */
  constructor(name: string, branches: readonly Branch[]) {
    this.name = name;
    this.branches = branches;
    this.hyper = new Map(hyperNames(branches).map(({ name, value }) => [name as N, value]));
  }

  /** The parts in order, those of all groups. */
  get parts(): readonly Part[] {
    return [...new Set(this.branches.flatMap(({ parts }) => parts.map(({ part }) => part)))];
  }

  /** Whether its equations assign `w` for all parameters; what does not is a transform, and needs an optimizer in a chain. */
  get trains(): boolean {
    return this.branches.every(({ program }) => program.writes.has(parameter));
  }

  /** Names of the inputs that each step needs besides gradients, such as `loss`. */
  get inputs(): readonly string[] {
    return [...new Set(this.branches.flatMap(({ program }) => program.inputs.map((input) => input.name)))];
  }

  /** The equations as text, one per line. */
  get equations(): string {
    const lines = this.parts.flatMap((part) => part.equations.split('\n').map((line) => line.trim()));
    return lines.filter((line) => line !== '').join('\n');
  }

  /** The equations in LaTeX, as they were written. */
  latex(): string {
    return aligned(this.parts.map((part) => equationsToLatex(parse(part.name, part.equations))));
  }

  /** The same method with `change` applied to the equations of each part: for experiments. */
  rewrite(change: (equations: string, part: string) => string): Method<N> {
    if (!isCallable(change))
      throw new ThalwegError('method', `${this.name}, rewrite: takes a function from equations to equations, not ${describe(change)}`);
    const changed = ({ part, ...rest }: BoundPart): BoundPart => ({
      ...rest,
      part: { ...part, equations: textBy(`${this.name}, rewrite`, change(part.equations, part.name)) },
    });
    return new Method(
      this.name,
      this.branches.map(({ name, match, parts }) => branch(name, match, parts.map(changed))),
    );
  }

  /**
   * Binds the method to parameters: lays out memory, copies first values, compiles kernels.
   *
   * @param parameters - first values or tensors by name, all of one element type
   * @param options - backend, what to do about gradients that are not finite, and so on
   * @throws OptionError, ArrayError, UnsupportedError, ThalwegError for groups that do not take every parameter once
   * @example
   * ```ts
   * import { adamw, tensor } from 'thalweg';
   * const opt = await adamw({ lr: 1e-3 }).init({ W: tensor([2, 3]), b: new Float32Array(3) });
   * opt.grads.b.fill(1);
   * opt.step();
   * ```
   */
  async init<const P extends Readonly<Record<string, Declared>>>(parameters: P, options: InitOptions = {}): Promise<Optimizer<P, N>> {
    for (const { name, program } of this.branches) {
      if (!program.writes.has(parameter))
        throw new ThalwegError(
          'method',
          `${name}: never assigns w, which is what the parameter is called, so it trains nothing; chain it with an optimizer`,
        );
      if (program.inVain !== undefined)
        throw new ThalwegError(
          'method',
          `${name}: ${program.inVain} changes g after the last equation that reads it, so it does nothing; put it before the optimizer`,
        );
    }
    return Optimizer.start(this, parameters, options);
  }
}

/** A function that makes methods: `adamw`, say. `definition` is what its author wrote. */
export interface MethodFactory<
  H extends Readonly<Record<string, HyperDeclaration>>,
  V extends Readonly<Record<string, VariantDeclaration>>,
> {
  (options?: OptionsOf<H, V>): Method<string & keyof H>;
  /** What its author wrote: name, hyperparameters, equations. */
  readonly definition: Definition<H, V>;
}

/**
 * Defines an optimizer by its equations. The result takes the declared hyperparameters as typed options.
 *
 * @param definition - name, hyperparameters as `[symbol, default, range]`, and equations that assign `w`
 * @throws OptionError from the result, for an option that is unknown or out of range; EquationError for a text that makes no sense
 * @example
 * ```ts
 * import { optimizer } from 'thalweg';
 * const signSgd = optimizer({ name: 'signSgd', hyper: { lr: ['η', 0.01] }, equations: 'w ← w − η·sign(g)' });
 * signSgd({ lr: 0.1 }).latex(); // w \leftarrow w - \eta \operatorname{sign}(g), aligned
 * ```
 */
export function optimizer<
  const H extends Readonly<Record<string, HyperDeclaration>>,
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no variants: a record without members is what is meant
  const V extends Readonly<Record<string, VariantDeclaration>> = {},
>(definition: Definition<H, V>): MethodFactory<H, V> {
  checkDefinition(definition);
  const make = asCalled((options: OptionsOf<H, V> = {}): Method<string & keyof H> => {
    const { name, hyper, variants, inputs = {}, init = {} } = definition;
    const resolved = resolve(name, hyper, variants ?? {}, definition.compatDefaults ?? {}, options);
    const text =
      typeof definition.equations === 'string' ? definition.equations : textBy(name, definition.equations(resolved as Resolved<H, V>));
    const declared = Object.entries(hyper).map(([key, [symbol, fallback, text]]) => ({
      name: key,
      symbol,
      fallback,
      range: range(text ?? defaultRange),
    }));
    const extra = Object.entries(inputs).map(([key, [symbol, kind]]) => ({
      name: key,
      symbol,
      kind,
    }));
    const part: Part = {
      name,
      equations: text,
      choices: Object.fromEntries(Object.keys(variants ?? {}).map((key) => [key, resolved[key] as string | boolean])),
      hyper: declared,
      inputs: extra,
      init,
      evaluate: definition.evaluate,
      keep: definition.keep,
    };
    const whole = branch(name, otherwise, [{ part, values: new Map(), float32: new Map(), shared: true }]);
    refuseUnread(whole, hyper, options);
    const values = new Map(declared.map((one) => [one.name, resolved[one.name] as HyperValue]));
    const narrow = defaultsOf<number | undefined>(definition.float32Defaults ?? {}, options);
    const float32 = new Map<string, number>();
    for (const [key, value] of Object.entries(narrow))
      if (value !== undefined && Reflect.get(options, key) === undefined) float32.set(key, value);
    return new Method(name, [{ ...whole, parts: [{ part, values, float32, shared: true }] }]);
  });
  return Object.assign(make, { definition });
}

/**
 * Defines a transform by its equations: it replaces `g` before an optimizer or changes `w` after it. The same as `optimizer`, except that
 * it is meant for a `chain`.
 *
 * @param definition - as for `optimizer`
 * @example
 * ```ts
 * import { adam, chain, transform } from 'thalweg';
 * const clipByValue = transform({ name: 'clipByValue', hyper: { limit: ['c', 1] }, equations: 'g = max(−c, min(c, g))' });
 * chain(clipByValue({ limit: 0.5 }), adam());
 * ```
 */
export const transform: typeof optimizer = optimizer;

/** A method that any copy of the package made, as one of this copy; undefined for what is none. */
export function asMethod(value: unknown): Method | undefined {
  if (value instanceof Method) return value;
  if (!isKind(value, 'method')) return undefined;
  const { name, branches } = value as Method;
  const bound = ({ part, values, float32, shared }: BoundPart): BoundPart => ({
    part: { ...part },
    values: new Map([...values].map(([key, one]) => [key, asSchedule(one) ?? one])),
    float32: new Map(float32),
    shared,
  });
  return new Method(
    name,
    branches.map((own) => branch(own.name, own.match, own.parts.map(bound))),
  );
}

/** The names of a method's hyperparameters. */
export type NamesOf<M> = M extends Method<infer N> ? N : never;

/**
 * Joins methods into one program: each sees the `g` and `w` that those before it left, and has states of its own. A hyperparameter whose
 * name is taken by an earlier part gets a number: `lr2`.
 *
 * @param given - methods, of which at least one assigns `w`
 * @example
 * ```ts
 * import { adamw, chain, clipByGlobalNorm } from 'thalweg';
 * chain(clipByGlobalNorm(1), adamw({ lr: 3e-4 }));
 * ```
 */
export function chain<const M extends readonly Method[]>(...given: M): Method<NamesOf<M[number]>> {
  if (given.length === 0) throw new ThalwegError('method', 'chain: needs at least one method');
  const methods = given.map((one: unknown) => {
    const method = asMethod(one);
    if (method !== undefined) return method;
    const hint = typeof one === 'function' ? callIt(one) : describe(one);
    throw new ThalwegError('method', `chain: takes methods one by one, chain(clipByGlobalNorm(1), adam()), not ${hint}`);
  });
  const name = methods.length === 1 ? (methods[0]?.name ?? '') : `chain(${methods.map((method) => method.name).join(', ')})`;
  const isGrouped = ({ branches }: Method): boolean => branches.some(({ match }) => match !== otherwise);
  const [grouped, second] = methods.filter(isGrouped);
  if (second !== undefined) throw new ThalwegError('group', `${name}: a chain holds groups once; put all groups in one list`);
  const branches = grouped?.branches ?? [{ name, match: otherwise, parts: [] }];
  return new Method(
    name,
    branches.map((own) => {
      const parts = methods.flatMap((method) => (method === grouped ? own.parts : (method.branches[0]?.parts ?? [])));
      return branch(own.name, own.match, parts);
    }),
  );
}

/** What to say of a function that makes methods, to whoever forgot to call it. */
export function callIt(made: object): string {
  const definition: unknown = Reflect.get(made, 'definition');
  // A function's own name is not what its author called it once a bundler has shortened it.
  const name: unknown = isRecord(definition) ? definition['name'] : undefined;
  return typeof name === 'string' ? `a function; call it: ${name}()` : 'a function; call it, as in adamw()';
}

/** Throws an OptionError for a hyperparameter that was given a value and that the equations do not read. */
function refuseUnread({ name: owner, program }: Branch, hyper: Readonly<Record<string, HyperDeclaration>>, options: object): void {
  const read = new Set(program.hyper.map(({ name }) => name));
  for (const [key, [, fallback]] of Object.entries(hyper)) {
    const given: unknown = Reflect.get(options, key);
    // 0 and the default are how one says that something is left out.
    if (read.has(key) || given === undefined || given === 0 || given === fallback) continue;
    throw new OptionError(owner, key, given, 'has no effect, since the equations do not read it with these options');
  }
}

/** The equations that a function made; throws an OptionError where it made something else. */
function textBy(owner: string, made: unknown): string {
  if (typeof made === 'string') return made;
  throw new OptionError(owner, 'equations', made, `is a function that must return a text, and returned ${describe(made)}`);
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
