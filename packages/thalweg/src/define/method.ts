/**
 * Methods: what `adamw({ lr: 1e-3 })` returns, before it is bound to parameters. Knows its equations as text, and reads them when it is asked to; no graph,
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
 * A method: equations with their hyperparameters, ready to be bound to parameters by `init`, or put in a `chain` or in `groups`.
 *
 * @typeParam N - the names of the hyperparameters that the optimizer will have
 */
export class Method<N extends string = string> {
  /** What tells it from any other object. */
  readonly [kind] = 'method';
  /** The name, as in errors; a chain's joins those of its parts. */
  readonly name: string;
  /** What is done with the parameters of each group; one for all where there are no groups. */
  readonly groups: readonly MethodGroup[];
  private values: ReadonlyMap<N, HyperValue> | undefined;
  private text: string | undefined;

  /** Use `optimizer`, `chain` or `groups` instead. */
  constructor(name: string, groups: readonly MethodGroup[]) {
    this.name = name;
    this.groups = groups;
  }

  /** The hyperparameters' values by name. */
  get hyper(): ReadonlyMap<N, HyperValue> {
    this.values ??= new Map(hyperNames(this.groups).map(({ name, value }) => [name as N, value]));
    return this.values;
  }

  /** The parts in order, those of all groups. */
  get parts(): readonly Part[] {
    return [...new Set(this.groups.flatMap(({ parts }) => parts.map(({ part }) => part)))];
  }

  /** Whether its equations assign `w` for all parameters; what does not is a transform, and needs an optimizer in a chain. */
  get trains(): boolean {
    return this.groups.every(({ parts }) => parts.some(({ part }) => assigns(part, 'w')));
  }

  /** Names of the inputs that each step needs besides gradients, such as `loss`. */
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

  /** The equations in LaTeX, as they were written; `name` typesets names in another way, as in colour, from their ASCII spellings. */
  latex(name?: (spelling: string) => string): string {
    if (name !== undefined && !isCallable(name))
      throw new ThalwegError('method', `${this.name}, latex: takes a function that typesets a name, not ${describe(name)}`);
    return aligned(this.parts.map((part) => equationsToLatex(parse(part.name, part.equations), name)));
  }

  /** The same method with `change` applied to the equations of each part: for experiments. */
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
   * Binds the method to parameters: lays out memory, copies first values, compiles kernels. A bundler that splits puts what that takes into a file which
   * the first call loads; until its promise resolves, first values must stay as they are.
   *
   * @param parameters - first values or tensors by name, all of one element type, in nested objects and arrays where that is how the model has them: the
   * parameter `{ blocks: [{ wq }] }` is called `blocks.0.wq` in groups, files and messages
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
  async init<
    const P extends ParameterTree,
    K extends InitOptions['backend'] = 'auto',
    T extends InitOptions['threads'] = 'auto',
    M extends InitOptions['memory'] = undefined,
  >(parameters: P, options: InitOptions<K, T, M> = {}): Promise<Optimizer<P, N, BufferOf<K, T, M>>> {
    return await asCalledLater(() => start<P, N, BufferOf<K, T, M>>(this, parameters, options));
  }
}

/** The equations that a function made; throws an OptionError where it made something else. */
export function textBy(owner: string, made: unknown): string {
  if (typeof made === 'string') return made;
  throw new OptionError(owner, 'equations', made, `is a function that must return a text, and returned ${describe(made)}`);
}

/** A method that any copy of the package made, as one of this copy; undefined for what is none. */
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

/** What to say of a function that makes methods, to whoever forgot to call it. */
export function callIt(made: object): string {
  const definition: unknown = Reflect.get(made, 'definition');
  // A function's own name is not what its author called it once a bundler has shortened it.
  const name: unknown = isRecord(definition) ? definition['name'] : undefined;
  return typeof name === 'string' ? `a function; call it: ${name}()` : 'a function; call it, as in adamw()';
}

/** The names of a method's hyperparameters. */
export type NamesOf<M> = M extends Method<infer N> ? N : never;
