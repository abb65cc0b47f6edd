/**
 * An optimizer in a few kilobytes: a method bound to parameters in plain JavaScript, synchronously, on the calling thread, bit-identical to the backends
 * `fround` and `reference`. Checks every argument before anything changes.
 */
import { asCalled } from '../language/caller.ts';
import { suggestion, ThalwegError } from '../language/error.ts';
import { checkNames, describe, isRecord, oneOf } from '../language/options.ts';
import { ArrayError, CheckpointError } from '../language/run-error.ts';
import type { DType } from '../plan/dtype.ts';
import { numberAt, type HyperValue } from '../define/hyper.ts';
import { asMethod, callIt, type Method } from '../define/method.ts';
import { checkTrains } from '../define/program.ts';
import { hyperNames, inType, type HyperName } from '../define/recipe.ts';
import type { Place } from '../targets/arrays/tape.ts';
import { checkArray, checkByName } from '../train/arrays.ts';
import { divergence, isLookedAt, largestOf } from '../train/divergence.ts';
import { hyperView } from '../train/hyper-view.ts';
import { Binding, type Arrays } from './binding.ts';
import { tensorsOf, type SmallGradients, type SmallParameters, type SmallViews } from './parameters.ts';
import { savedArray, slotsIn, whyNotSaved, type SmallState } from './saved.ts';

/** What the equations read besides gradients, by name: a number such as the loss, or an array for each parameter. */
export type SmallInputs = Readonly<Record<string, number | Readonly<Record<string, Float32Array | Float64Array>>>>;

/** Options of `init`. */
export interface SmallOptions {
  /**
   * What to do if weights become NaN or infinite: `'stop'`, the default, throws a DivergenceError that says why; weights are checked after each of the
   * first 16 steps and every 16th later. `'propagate'` does not check.
   */
  readonly nonFinite?: 'stop' | 'propagate';
  /** Maximize instead of minimize. */
  readonly maximize?: boolean;
}

/**
 * A method bound to parameters. Made by `init`.
 *
 * @typeParam P - the parameters as given to `init`
 * @typeParam N - the names of the hyperparameters
 */
export class SmallOptimizer<P extends SmallParameters = SmallParameters, N extends string = string> {
  /** The method's name. */
  readonly name: string;
  /** The equations of a step, as text. */
  readonly equations: string;
  /** The element type of every array. */
  readonly dtype: DType;
  /** The parameters: each an array of its own, which steps change in place. */
  readonly params: SmallViews<P>;
  /** The gradients: fill them, then call `step()`. */
  readonly grads: SmallViews<P>;
  /** The states, each by parameter, or under `value` or the group's name if it is one number for the whole group. */
  readonly state: Readonly<Record<string, Readonly<Record<string, Float32Array | Float64Array>>>>;
  /** The hyperparameters: assign a number, a schedule or a function; it takes effect at the next step. */
  readonly hyper: Record<N, HyperValue>;
  private readonly binding: Binding;
  private readonly nonFinite: 'stop' | 'propagate';
  private readonly names: readonly HyperName[];
  /** Steps taken, and steps after which the weights could have been looked at. */
  private readonly count = { taken: 0, watched: 0 };

  /** Use `init` instead. */
  constructor(method: Method<N>, parameters: P, { nonFinite = 'stop', maximize = false }: SmallOptions) {
    const { name, groups, equations } = method;
    checkTrains(method);
    const { tensors, dtype } = tensorsOf(name, parameters);
    const binding = new Binding(method, tensors, dtype, maximize);
    [this.name, this.equations, this.dtype, this.nonFinite, this.binding] = [name, equations, dtype, nonFinite, binding];
    [this.params, this.grads] = [fixed(binding.params) as SmallViews<P>, fixed(binding.grads) as SmallViews<P>];
    this.state = fixed(new Map([...binding.states].map(([state, entry]) => [state, fixed(entry)])));
    this.names = hyperNames(inType(groups, dtype));
    const hyperValue = ({ slots: [slot] }: HyperName): HyperValue => binding.live[slot!.group]!.get(slot!.key);
    this.hyper = hyperView<N>({ name, names: this.names, live: binding.live, hyperValue });
    // An array put in the place of a view, or an object in that of hyper, would change nothing.
    Object.freeze(this);
  }

  /** The number of steps taken. */
  get t(): number {
    return this.count.taken;
  }

  /** The numbers that the next step uses for the hyperparameters. */
  get current(): Readonly<Record<N, number>> {
    const at = this.count.taken + 1;
    return Object.fromEntries(this.names.map(({ name }) => [name, numberAt(this.hyper[name as N], at)])) as Record<N, number>;
  }

  /**
   * Takes one step with the gradients in `grads`, or with the given ones, which are copied there first.
   *
   * @param gradients - an array for each parameter, of its length and type
   * @param inputs - the declared inputs, such as `{ loss }`
   * @returns `'stepped'`
   * @throws ArrayError, OptionError; nothing has changed then. DivergenceError after a step that left weights that are not finite
   */
  step(gradients?: SmallGradients<P>, inputs: SmallInputs = {}): 'stepped' {
    const { binding } = this;
    const handed = gradients === undefined || Object.is(gradients, this.grads) ? undefined : this.checked('gradient', gradients);
    const given = this.checkedInputs(inputs);
    binding.announce(this.count.taken + 1);
    for (const [one, array] of handed ?? []) binding.grads.get(one)!.set(array);
    for (const [input, value] of given) {
      if (typeof value === 'number') binding.numberInputs.get(input)![0] = value;
      else for (const [one, array] of value) binding.arrayInputs.get(input)!.get(one)!.set(array);
    }
    binding.step();
    this.count.taken += 1;
    if (this.nonFinite === 'stop') this.look();
    return 'stepped';
  }

  /** The weights to evaluate the model at: the parameters, or what the method says, such as an average, in arrays that the next call overwrites. */
  evaluate(): SmallViews<P> {
    const { binding, count } = this;
    if (count.taken === 0 || binding.points.size === 0) return this.params;
    binding.announce(count.taken);
    binding.evaluate();
    return { ...this.params, ...object(binding.points) };
  }

  /** Everything needed to resume training but the method and its hyperparameters, as plain objects: for JSON, a database or `structuredClone`. */
  save(): SmallState {
    const saved = (arrays: Arrays): Record<string, ReturnType<typeof savedArray>> =>
      object(new Map([...arrays].map(([one, array]) => [one, savedArray(array)])));
    const states = object(new Map([...this.binding.states].map(([state, entry]) => [state, saved(entry)])));
    return { equations: this.equations, t: this.count.taken, params: saved(this.binding.params), states };
  }

  /**
   * Resumes from what `save` returned, bit for bit. The hyperparameters stay those of this optimizer.
   *
   * @param saved - what `save` returned, also after a round trip through JSON
   * @throws CheckpointError if it was saved by another method or for other parameters; nothing has changed then
   */
  load(saved: SmallState): void {
    const given: Readonly<Record<string, unknown>> = isRecord(saved) ? saved : {};
    const { t, equations, states } = given;
    const problems: string[] = [];
    if (equations !== this.equations) problems.push(`the equations are ${describe(equations)}, and here ${describe(this.equations)}`);
    if (typeof t !== 'number' || !Number.isSafeInteger(t) || t < 0) problems.push(`t is ${describe(t)}, which is not a number of steps`);
    const stateOf = (state: string): unknown => (isRecord(states) && Object.hasOwn(states, state) ? states[state] : undefined);
    const parts = [
      slotsIn('the parameter', given['params'], object(this.binding.params)),
      ...[...this.binding.states].map(([state, entry]) => slotsIn(`the state ${state} of`, stateOf(state), object(entry))),
    ];
    const slots = parts.flatMap((part) => part.slots);
    problems.push(...parts.flatMap(({ extra }) => extra), ...slots.flatMap((slot) => whyNotSaved(slot) ?? []));
    if (problems.length > 0) throw new CheckpointError(this.name, problems);
    for (const { given: values, into } of slots) into.set(Array.from(values as readonly unknown[], Number));
    this.count.taken = Number(t);
    this.count.watched = 0;
  }

  /** Arrays by parameter. Throws an ArrayError for one that is missing, unknown, or of another type or length. */
  private checked(role: string, arrays: unknown): [string, Place][] {
    const { name: owner, binding } = this;
    checkByName(owner, `arrays, the ${role} of each parameter, are`, arrays);
    for (const one of Object.keys(arrays)) {
      if (!binding.params.has(one))
        throw new ArrayError(owner, one, `there is no parameter ${one}${suggestion(one, binding.params.keys())}`);
    }
    return [...binding.params].map(([one, array]) => {
      const given = Object.hasOwn(arrays, one) ? arrays[one] : undefined;
      if (given === undefined) throw new ArrayError(owner, one, `the ${role} of ${one} is missing`);
      checkArray(owner, role, one, given, array);
      return [one, given as Place];
    });
  }

  private checkedInputs(inputs: unknown): [string, number | [string, Place][]][] {
    const { name: owner, binding } = this;
    checkByName(owner, 'inputs are', inputs);
    for (const one of Object.keys(inputs)) {
      if (!binding.numberInputs.has(one) && !binding.arrayInputs.has(one)) throw new ArrayError(owner, one, `there is no input ${one}`);
    }
    const valueOf = (one: string): unknown => (Object.hasOwn(inputs, one) ? inputs[one] : undefined);
    const numbers = [...binding.numberInputs.keys()].map((one): [string, number] => {
      const value = valueOf(one);
      if (typeof value === 'number') return [one, value];
      throw new ArrayError(owner, one, `each step needs the number ${one}: step(gradients, { ${one} }), not ${describe(value)}`);
    });
    return [
      ...numbers,
      ...[...binding.arrayInputs.keys()].map((one): [string, [string, Place][]] => [one, this.checked(one, valueOf(one))]),
    ];
  }

  /** Throws a DivergenceError where the step just taken is one to look at, and left weights that are not finite. */
  private look(): void {
    const { params, grads } = this.binding;
    this.count.watched += 1;
    if (!isLookedAt(this.count.watched)) return;
    const diverged = [...params].filter(([, array]) => !array.every(Number.isFinite));
    if (diverged.length === 0) return;
    const found = diverged.map(([name]) => ({ name, largest: largestOf(grads.get(name)!) }));
    throw divergence(this.name, found, this.dtype, this.count.taken);
  }
}

/** An object with the entries of a map, whatever their names are. */
function object<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries(map);
}

/** The same, in which nothing can be put in the place of an entry. */
function fixed<T>(map: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.freeze(object(map));
}

/**
 * Binds a method to parameters, synchronously: in plain JavaScript without WebAssembly and threads, for edge functions and models of up to some thousand
 * parameters. Steps are bit-identical to the backends `fround` (Float32Array) and `reference` (Float64Array) of the whole library.
 *
 * @param method - an optimizer, a chain, or groups
 * @param parameters - initial values or tensors by name, all of one element type; values are copied
 * @param options - `nonFinite`, `maximize`
 * @throws OptionError, ArrayError; UnsupportedError for sparse and tied parameters; ThalwegError for groups that do not match every parameter exactly once
 * @example
 * ```ts
 * import { adam, cosine, init } from 'thalweg/small';
 * const opt = init(adam({ lr: cosine({ peak: 0.1, total: 200 }) }), { w: Float32Array.of(0, 1) });
 * for (let t = 0; t < 200; t++) {
 *   opt.params.w.forEach((w, i) => (opt.grads.w[i] = 2 * (w - 3)));
 *   opt.step();
 * }
 * console.log(opt.params.w); // near 3
 * ```
 */
export function init<const P extends SmallParameters, N extends string>(
  method: Method<N>,
  parameters: P,
  options: SmallOptions = {},
): SmallOptimizer<P, N> {
  return begin(method, parameters, options) as SmallOptimizer<P, N>;
}

const begin = asCalled((given: unknown, parameters: SmallParameters, options: SmallOptions): SmallOptimizer => {
  const method = asMethod(given);
  if (method === undefined) {
    const hint = typeof given === 'function' ? callIt(given) : describe(given);
    throw new ThalwegError('method', `init: takes a method such as adamw(), not ${hint}`);
  }
  checkNames(method.name, options, ['nonFinite', 'maximize']);
  const { nonFinite = 'stop', maximize = false } = options;
  oneOf(method.name, 'nonFinite', nonFinite, ['stop', 'propagate']);
  oneOf(method.name, 'maximize', maximize, [true, false]);
  return new SmallOptimizer(method, parameters, { nonFinite, maximize });
});
