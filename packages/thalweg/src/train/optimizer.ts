/**
 * The optimizer: a method bound to parameters, with live views of them, of their gradients and of its states. Checks everything it is
 * given before anything changes; what a step computes is the stepper's business.
 */
import { ArrayError, DisposedError, NonFiniteError, OptionError, suggestion } from '../language/error.ts';
import { topological } from '../language/graph.ts';
import type { Program } from '../language/program.ts';
import type { DType } from '../plan/dtype.ts';
import { backends, type Backend } from '../runtime/backend.ts';
import type { StepContext } from '../runtime/leaves.ts';
import { Stepper } from '../runtime/stepper.ts';
import { Schedule } from '../schedules/schedule.ts';
import { checkNames, describe, LiveHyper, type HyperValue } from './hyper.ts';
import { asTensor, type Parameter, type Tensor, type ViewOf } from './tensor.ts';

/** What to do about a gradient or input that holds NaN or ±∞: compute on, leave everything as it was, or that and throw. */
export type NonFinite = 'propagate' | 'skip' | 'throw';

/** How to bind a method to parameters. */
export interface InitOptions {
  /** Where kernels run; `'wasm'` by default. `'fround'` is float32 JavaScript and `'reference'` float64 JavaScript. */
  readonly backend?: Backend;
  /** `'propagate'` by default. The other two read every gradient before anything is written. */
  readonly nonFinite?: NonFinite;
  /** Ascend instead of descend: the gradient is negated first. */
  readonly maximize?: boolean;
}

/** Arrays by parameter name, as handed to `step`. */
export type Gradients<P> = {
  readonly [K in keyof P]: Float32Array | Float64Array;
};

/** Inputs by name: a number, or an array per parameter. */
export type Inputs = Readonly<Record<string, number | Readonly<Record<string, Float32Array | Float64Array>>>>;

type Views<P extends Readonly<Record<string, Parameter>>> = {
  readonly [K in keyof P]: ViewOf<P[K]>;
};

/**
 * A method bound to parameters.
 *
 * @typeParam P - the parameters as given to `init`
 * @typeParam N - the names of the hyperparameters
 */
export class Optimizer<P extends Readonly<Record<string, Parameter>> = Readonly<Record<string, Parameter>>, N extends string = string> {
  /** The method's name. */
  readonly name: string;
  /** The element type of every array. */
  readonly dtype: DType;
  /** Where kernels run. */
  readonly backend: Backend;
  private stepper: Stepper | undefined;
  private readonly views: Views<P>;
  private readonly gradientViews: Views<P>;
  private readonly liveHyper: LiveHyper;
  private readonly hyperView: Record<N, HyperValue>;
  private readonly program: Program;
  private readonly nonFinite: NonFinite;
  private readonly scalarInputs: readonly string[];
  private readonly inputValues = new Map<string, number>();
  private steps = 0;

  /** Use `init` of a method instead. */
  constructor(program: Program, hyper: ReadonlyMap<N, HyperValue>, parameters: P, options: InitOptions) {
    const name = program.name;
    checkNames(name, options, ['backend', 'nonFinite', 'maximize']);
    this.name = name;
    this.program = program;
    this.backend = oneOf(name, 'backend', options.backend ?? 'wasm', ['wasm', 'fround', 'reference']);
    this.nonFinite = oneOf(name, 'nonFinite', options.nonFinite ?? 'propagate', ['propagate', 'skip', 'throw']);
    oneOf(name, 'maximize', options.maximize ?? false, [true, false]);
    const tensors = checkParameters(name, parameters);
    this.dtype = commonType(name, tensors, this.backend);
    this.liveHyper = new LiveHyper(name, program.hyper, hyper);
    checkFactors(program, this.liveHyper);
    this.scalarInputs = program.inputs.filter((input) => input.kind === 'scalar').map((input) => input.name);
    const stepper = new Stepper({
      program,
      dtype: this.dtype,
      backend: this.backend,
      shapes: new Map([...tensors].map(([key, { shape }]) => [key, shape])),
      gated: this.nonFinite !== 'propagate',
      trace: debugTrace(name),
    });
    this.stepper = stepper;
    this.views = viewsOf<P>(stepper, 'w');
    this.gradientViews = viewsOf<P>(stepper, 'g');
    for (const place of stepper.arena.tensors) {
      const values = tensors.get(place.name)?.values;
      if (values !== undefined) stepper.arena.view('w', place).set(values);
    }
    this.hyperView = hyperAccessors(this.liveHyper, [...hyper.keys()]);
    // The kernels of the first two steps, so that neither compiles: a first step may differ, where a state has a first value.
    for (const t of [1, 2]) {
      this.liveHyper.advance(t);
      stepper.warm(this.contextAt(t));
    }
  }

  /** Live views of the parameters, by name. Reading is free; writing changes the parameter. */
  get params(): Views<P> {
    this.running('params');
    return this.views;
  }

  /** Live views of the gradients, by name: fill them, then call `step()`. */
  get grads(): Views<P> {
    this.running('grads');
    return this.gradientViews;
  }

  /** The hyperparameters: assign a number, a schedule or a function, in force from the next step. Never recompiles. */
  get hyper(): Record<N, HyperValue> {
    this.running('hyper');
    return this.hyperView;
  }

  /** Steps taken so far. */
  get t(): number {
    return this.steps;
  }

  /** The states: for each, live views by parameter name, or a copy of its number (or numbers, one per tensor) for a scalar state. */
  get state(): Readonly<Record<string, Readonly<Record<string, Float32Array | Float64Array>>>> {
    const { arena, scalarStates } = this.running('state');
    const out: Record<string, Record<string, Float32Array | Float64Array>> = {};
    for (const [state, kind] of this.program.states) {
      const scalar = scalarStates.get(state);
      if (kind === 'array') out[state] = Object.fromEntries(arena.tensors.map((tensor) => [tensor.name, arena.view(state, tensor)]));
      else if (kind === 'tensor')
        out[state] = Object.fromEntries(arena.tensors.map(({ name }, j) => [name, Float64Array.of(scalar?.[j] ?? 0)]));
      else out[state] = { value: Float64Array.of(scalar?.[0] ?? 0) };
    }
    return out;
  }

  /**
   * Takes one step with the gradients in `grads`, or with those handed over, which are copied there first.
   *
   * @param gradients - an array for each parameter, of its length and type; omit (or pass `grads`) to use what `grads` holds
   * @param inputs - the declared inputs, such as `{ loss }`
   * @returns whether the step was taken; false only under `nonFinite: 'skip'`
   * @throws ArrayError, NonFiniteError, OptionError, DisposedError; nothing has changed then
   * @example
   * ```ts
   * import { polyak } from 'thalweg';
   * const opt = await polyak().init({ w: Float64Array.of(3) });
   * opt.grads.w[0] = 2 * 3;
   * opt.step(opt.grads, { loss: 9 });
   * ```
   */
  step(gradients?: Gradients<P>, inputs: Inputs = noInputs): boolean {
    const stepper = this.running('step');
    const handed = gradients === undefined || Object.is(gradients, this.gradientViews) ? undefined : gradients;
    if (handed !== undefined) this.checkArrays('gradient', handed);
    this.checkInputs(inputs);
    const t = this.steps + 1;
    this.liveHyper.advance(t);
    if (this.nonFinite !== 'propagate') {
      const offending = this.scalarInputs.filter((name) => !Number.isFinite(inputs[name]));
      if (offending.length > 0) return this.refuse(offending, t);
    }
    if (handed !== undefined) this.copy('g', handed);
    for (const { name, kind } of this.program.inputs) {
      const value = inputs[name];
      if (kind === 'scalar') this.inputValues.set(name, Number(value));
      else if (typeof value === 'object') this.copy(`input.${name}`, value);
    }
    if (!stepper.run(this.contextAt(t))) {
      const offending = stepper.arena.tensors.filter((tensor) => !stepper.arena.view('g', tensor).every(Number.isFinite));
      return this.refuse(
        offending.map((tensor) => `the gradient of ${tensor.name}`),
        t,
      );
    }
    this.steps = t;
    return true;
  }

  /** Sets every gradient to zero. `step` never does. */
  zeroGrad(): void {
    this.running('zeroGrad').arena.clear('g');
  }

  /** Gives the memory back. Views taken before keep their values; everything else throws a DisposedError from now on. */
  dispose(): void {
    this.stepper = undefined;
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  private running(use: string): Stepper {
    if (this.stepper === undefined) throw new DisposedError(this.name, use);
    return this.stepper;
  }

  private contextAt(t: number): StepContext {
    const { values, factors, version } = this.liveHyper;
    return {
      t,
      hyper: values,
      factors,
      hyperVersion: version,
      inputs: this.inputValues,
      scalarStates: this.stepper?.scalarStates ?? new Map<string, Float64Array>(),
    };
  }

  private refuse(offending: readonly string[], t: number): false {
    if (this.nonFinite === 'throw') throw new NonFiniteError(this.name, offending, t);
    return false;
  }

  private checkArrays(role: string, arrays: Readonly<Record<string, unknown>>): void {
    const known = Object.keys(this.views);
    for (const name of Object.keys(arrays)) {
      if (!known.includes(name)) throw new ArrayError(this.name, name, `there is no parameter ${name}${suggestion(name, known)}`);
    }
    for (const name of known) {
      const array = arrays[name];
      const view = this.views[name];
      if (array === undefined) throw new ArrayError(this.name, name, `the ${role} of ${name} is missing`);
      if (view?.constructor !== array?.constructor || !isArray(array)) {
        throw new ArrayError(this.name, name, `the ${role} of ${name} must be a ${view?.constructor.name ?? ''}, not ${describe(array)}`);
      }
      if (array.length !== view?.length) {
        const problem = `the ${role} of ${name} has ${String(array.length)} elements; the parameter has ${String(view?.length)}`;
        throw new ArrayError(this.name, name, problem);
      }
    }
  }

  private checkInputs(inputs: Inputs): void {
    if (inputs === noInputs && this.program.inputs.length === 0) return;
    const declared = this.program.inputs;
    for (const name of Object.keys(inputs)) {
      if (!declared.some((input) => input.name === name)) throw new ArrayError(this.name, name, `there is no input ${name}`);
    }
    for (const { name, kind } of declared) {
      const value = inputs[name];
      if (kind === 'scalar' && typeof value !== 'number') {
        throw new ArrayError(this.name, name, `each step needs the number ${name}: step(gradients, { ${name} })`);
      }
      if (kind === 'tensor' && typeof value !== 'object') {
        throw new ArrayError(this.name, name, `each step needs ${name}, an array for each parameter: step(gradients, { ${name} })`);
      }
      if (typeof value === 'object') this.checkArrays(name, value);
    }
  }

  private copy(array: string, values: Readonly<Record<string, Float32Array | Float64Array>>): void {
    const { arena } = this.running('step');
    for (const tensor of arena.tensors) {
      const value = values[tensor.name];
      if (value !== undefined) arena.view(array, tensor).set(value);
    }
  }
}

const noInputs: Inputs = {};

function isArray(value: unknown): value is Float32Array | Float64Array {
  return value instanceof Float32Array || value instanceof Float64Array;
}

function oneOf<T>(owner: string, option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new OptionError(owner, option, value, `must be ${allowed.map((one) => describe(one)).join(' or ')}, not ${describe(value)}`);
}

function checkParameters(owner: string, parameters: Readonly<Record<string, unknown>>): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, parameter] of Object.entries(parameters)) {
    const isTensor = typeof parameter === 'object' && parameter !== null && 'shape' in parameter && 'dtype' in parameter;
    if (!isArray(parameter) && !isTensor) {
      throw new ArrayError(owner, name, `${name} must be a Float32Array, a Float64Array or tensor(shape), not ${describe(parameter)}`);
    }
    tensors.set(name, asTensor(parameter as Parameter));
  }
  if (tensors.size === 0) throw new ArrayError(owner, '', 'there are no parameters to train');
  return tensors;
}

function commonType(owner: string, tensors: ReadonlyMap<string, Tensor>, backend: Backend): DType {
  const [first] = tensors;
  const dtype = first?.[1].dtype ?? 'float32';
  for (const [name, tensor] of tensors) {
    if (tensor.dtype !== dtype) {
      throw new ArrayError(
        owner,
        name,
        `${name} is ${tensor.dtype} and ${first?.[0] ?? ''} is ${dtype}; the parameters of an optimizer have one type`,
      );
    }
  }
  if (!backends[backend].includes(dtype)) {
    const other = dtype === 'float32' ? 'fround' : 'reference';
    throw new OptionError(
      owner,
      'backend',
      backend,
      `computes in ${backends[backend].join()}, and the parameters are ${dtype}; use wasm or ${other}`,
    );
  }
  return dtype;
}

/** A schedule's factor needs to know what the full rate is, which a plain function does not say. */
function checkFactors(program: Program, hyper: LiveHyper): void {
  for (const node of topological(program.writes.values())) {
    const key = String(node.attribute);
    const value = node.op === 'factor' ? hyper.get(key) : 0;
    if (typeof value === 'number' || value instanceof Schedule) continue;
    throw new OptionError(
      program.name,
      key,
      value,
      "is a function, whose peak is unknown, and decay: 'independent' follows the schedule's factor; use a schedule",
    );
  }
}

function viewsOf<P extends Readonly<Record<string, Parameter>>>(stepper: Stepper, array: string): Views<P> {
  const { arena } = stepper;
  return Object.freeze(Object.fromEntries(arena.tensors.map((tensor) => [tensor.name, arena.view(array, tensor)]))) as Views<P>;
}

/** Properties that read and set the live values; a name that is not among them is an OptionError and not a silent new property. */
function hyperAccessors<N extends string>(live: LiveHyper, keys: readonly N[]): Record<N, HyperValue> {
  const accessors: Record<string, HyperValue> = {};
  for (const key of keys) Object.defineProperty(accessors, key, { enumerable: true, configurable: true, get: () => live.get(key) });
  const handler: ProxyHandler<Record<N, HyperValue>> = {
    set: (_, key, value: unknown) => {
      live.set(String(key), value);
      return true;
    },
  };
  return new Proxy<Record<N, HyperValue>>(accessors, handler);
}

/** `THALWEG_DEBUG=1` prints each plan and kernel as it is made. */
function debugTrace(name: string): ((text: string) => void) | undefined {
  const wanted = typeof process !== 'undefined' && (process.env['THALWEG_DEBUG'] ?? '') !== '';
  return wanted ? (text) => console.error(`thalweg: ${name}\n${text}\n`) : undefined;
}
