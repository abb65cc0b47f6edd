/**
 * Methods: what `adamw({ lr: 1e-3 })` returns, before `init` binds it to parameters. Holds its equations as text and parses them on demand; knows no graph,
 * and of the runtime only how to load it.
 */
import { asCalledLater } from '../language/caller.ts';
import { OptionError, ThalwegError } from '../language/error.ts';
import { describe, isCallable, isRecord } from '../language/options.ts';
import { assigns, type Part } from '../language/part.ts';
import { parse } from '../language/parser.ts';
import { isKind, kind } from '../language/brand.ts';
import { aligned, equationsToLatex } from '../targets/text/latex.ts';
import type { HyperValue } from './hyper.ts';
import { hyperNames, methodGroup, type BoundPart, type MethodGroup } from './recipe.ts';
import type { BufferOf, InitOptions, Optimizer, ParameterTree } from './runtime.ts';
import { start } from './start.ts';

/**
 * A method: equations with their hyperparameters. `init` binds it to parameters and returns an `Optimizer`; `chain` and `groups` combine it with others.
 *
 * @typeParam N - the names of the hyperparameters that the optimizer will have
 */
export class Method<N extends string = string> {
  /** The brand by which methods are recognized. */
  readonly [kind] = 'method';
  /** The name, used in errors; that of a chain lists its parts. */
  readonly name: string;
  /** The equations for each group of parameters; one entry for all parameters if there are no groups. */
  readonly groups: readonly MethodGroup[];
  private values: ReadonlyMap<N, HyperValue> | undefined;
  private text: string | undefined;

  /** Use `optimizer`, `chain` or `groups` instead. */
  constructor(name: string, groups: readonly MethodGroup[]) {
    this.name = name;
    this.groups = groups;
  }

  /** The values of the hyperparameters by name. */
  get hyper(): ReadonlyMap<N, HyperValue> {
    this.values ??= new Map(hyperNames(this.groups).map(({ name, value }) => [name as N, value]));
    return this.values;
  }

  /** The parts in order, those of all groups. */
  get parts(): readonly Part[] {
    return [...new Set(this.groups.flatMap(({ parts }) => parts.map(({ part }) => part)))];
  }

  /** Whether its equations assign `w` for all parameters. If not, it is a transform, which needs an optimizer after it in a chain. */
  get trains(): boolean {
    return this.groups.every(({ parts }) => parts.some(({ part }) => assigns(part, 'w')));
  }

  /** The names of the inputs that each step needs besides gradients, such as `loss`. */
  get inputs(): readonly string[] {
    return [...new Set(this.parts.flatMap(({ inputs }) => inputs.map(({ name }) => name)))];
  }

  /** The equations as text, one per line. */
  get equations(): string {
    this.text ??= this.parts
      .flatMap((part) => part.equations.split('\n').map((line) => line.trim()))
      .filter((line) => line !== '')
      .join('\n');
    return this.text;
  }

  /** The equations in LaTeX, as they were written. `name` maps a name's ASCII spelling to its LaTeX, for example to color it. */
  latex(name?: (spelling: string) => string): string {
    if (name !== undefined && !isCallable(name))
      throw new ThalwegError('method', `${this.name}, latex: takes a function from a name to its LaTeX, not ${describe(name)}`);
    return aligned(this.parts.map((part) => equationsToLatex(parse(part.name, part.equations), name)));
  }

  /** The same method with `change` applied to the equations of each part, for experiments. */
  rewrite(change: (equations: string, part: string) => string): Method<N> {
    if (!isCallable(change))
      throw new ThalwegError('method', `${this.name}, rewrite: takes a function from equations to equations, not ${describe(change)}`);
    const changed = ({ part, ...rest }: BoundPart): BoundPart => {
      const equations = textBy(`${this.name}, rewrite`, change(part.equations, part.name));
      parse(part.name, equations);
      return { ...rest, part: { ...part, equations } };
    };
    return new Method(
      this.name,
      this.groups.map(({ name, match, parts }) => methodGroup(name, match, parts.map(changed))),
    );
  }

  /**
   * Binds the method to parameters: allocates memory, copies initial values, compiles kernels. In a bundle with code splitting, the runtime is a file of
   * its own that the first call loads; do not change initial values until the promise resolves.
   *
   * @param parameters - initial values or tensors by name, all of one element type. They may be nested in objects and arrays as in the model: the parameter
   * `{ blocks: [{ wq }] }` is called `blocks.0.wq` in groups, files and messages
   * @param options - backend, threads, handling of non-finite gradients and so on: see `InitOptions`
   * @throws OptionError, ArrayError, UnsupportedError, ThalwegError for groups that do not match every parameter exactly once
   * @example
   * ```ts
   * import { adamw, tensor } from 'thalweg';
   * const opt = await adamw({ lr: 1e-3 }).init({ W: tensor([2, 3]), b: new Float32Array(3) });
   * opt.grads.b.fill(1);
   * opt.step();
   * ```
   */
  async init<
    const P extends ParameterTree,
    K extends InitOptions['backend'] = 'auto',
    T extends InitOptions['threads'] = 'auto',
    M extends InitOptions['memory'] = undefined,
  >(parameters: P, options: InitOptions<K, T, M> = {}): Promise<Optimizer<P, N, BufferOf<K, T, M>>> {
    return await asCalledLater(() => start<P, N, BufferOf<K, T, M>>(this, parameters, options));
  }
}

/** The equations that a function returned; throws an OptionError if they are not a string. */
export function textBy(owner: string, made: unknown): string {
  if (typeof made === 'string') return made;
  throw new OptionError(owner, 'equations', made, `is a function that must return a string, and returned ${describe(made)}`);
}

/** A method made by any copy of the package, as one of this copy; undefined if the value is not a method. */
export function asMethod(value: unknown): Method | undefined {
  if (value instanceof Method) return value;
  if (!isKind(value, 'method')) return undefined;
  const { name, groups } = value as Method;
  // Its equations made sense to the other copy.
  const bound = ({ part, values, float32, shared }: BoundPart): BoundPart => ({ part: { ...part }, values, float32, shared });
  return new Method(
    name,
    groups.map((own) => methodGroup(own.name, own.match, own.parts.map(bound))),
  );
}

/** What to say about a function that makes methods and was not called. */
export function callIt(made: object): string {
  const definition: unknown = Reflect.get(made, 'definition');
  // A function's own name is not what its author called it once a bundler has shortened it.
  const name: unknown = isRecord(definition) ? definition['name'] : undefined;
  return typeof name === 'string' ? `a function; call it: ${name}()` : 'a function; call it, as in adamw()';
}

/** The names of a method's hyperparameters. */
export type NamesOf<M> = M extends Method<infer N> ? N : never;
