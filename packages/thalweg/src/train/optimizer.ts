/**
 * The optimizer: a method bound to parameters, with live views of them, of their gradients and of its states. Checks everything it is
 * given before anything changes; what a step computes is the ensemble's business.
 */
import { ArrayError, DisposedError, NonFiniteError, OptionError, ThalwegError } from '../language/error.ts';
import { topological } from '../language/graph.ts';
import type { Program } from '../language/program.ts';
import type { DType } from '../plan/dtype.ts';
import type { Backend } from '../runtime/backend.ts';
import { stepTogether } from '../runtime/ensemble.ts';
import type { StepContext } from '../runtime/leaves.ts';
import { Schedule } from '../schedules/schedule.ts';
import { checkArrays, checkParameters, commonType, type AnyArray } from './arrays.ts';
import { hyperNames, type HyperName, type Recipe } from './branch.ts';
import { checkNames, describe, LiveHyper, type HyperValue } from './hyper.ts';
import { matches, type Match } from './match.ts';
import { hidden, LossScale, policyParts, type DynamicLossScale } from './policy.ts';
import { Roster, type RosterMember } from './roster.ts';
import type { Declared, Tensor, ViewOf } from './tensor.ts';

/** What to do about a gradient or input that holds NaN or ±∞: compute on, leave everything as it was, or that and throw. */
export type NonFinite = 'propagate' | 'skip' | 'throw';

/** How to bind a method to parameters. */
export interface InitOptions {
  /** Where kernels run; `'wasm'` by default. `'fround'` is float32 JavaScript and `'reference'` float64 JavaScript. */
  readonly backend?: Backend;
  /** `'propagate'` by default, `'skip'` with a dynamic `lossScale`. The other two read every gradient before anything is written. */
  readonly nonFinite?: NonFinite;
  /** Ascend instead of descend: the gradient is negated first. */
  readonly maximize?: boolean;
  /** Every so many calls of `step` are one step, with the mean of their gradients and of the inputs that are numbers; 1 by default. */
  readonly accumulate?: number;
  /** What the loss was multiplied by before its gradient was taken: a number, or a scale that adapts (`opt.lossScale` tells it). */
  readonly lossScale?: number | DynamicLossScale;
}

/** Arrays by parameter name, as handed to `step`. Frozen parameters may be left out. */
export type Gradients<P> = {
  readonly [K in keyof P]: Float32Array | Float64Array;
};

/** Inputs by name: a number, or an array per parameter. */
export type Inputs = Readonly<Record<string, number | Readonly<Record<string, Float32Array | Float64Array>>>>;

type Views<P extends Readonly<Record<string, Declared>>> = {
  readonly [K in keyof P]: ViewOf<P[K]>;
};

type Arrays = Record<string, AnyArray>;

/**
 * A method bound to parameters.
 *
 * @typeParam P - the parameters as given to `init`
 * @typeParam N - the names of the hyperparameters
 */
export class Optimizer<P extends Readonly<Record<string, Declared>> = Readonly<Record<string, Declared>>, N extends string = string> {
  /** The method's name. */
  readonly name: string;
  /** The equations it steps by, as text. */
  readonly equations: string;
  /** The element type of every array. */
  readonly dtype: DType;
  /** Where kernels run. */
  readonly backend: Backend;
  private roster: Roster | undefined;
  private readonly views: Arrays = {};
  private readonly gradientViews: Arrays = {};
  private readonly ties = new Map<string, string>();
  private readonly frozen = new Set<string>();
  private readonly removed = new Set<string>();
  private readonly live: readonly LiveHyper[];
  private readonly names: readonly HyperName[];
  private readonly hyperView: Record<N, HyperValue>;
  private readonly nonFinite: NonFinite;
  private readonly accumulate: number;
  private readonly scale: LossScale | undefined;
  private readonly inputValues = new Map<string, number>();
  /** Gradients accumulated since the last step. */
  private pending = 0;
  private steps = 0;

  /** Use `init` of a method instead. */
  constructor(method: Recipe, parameters: P, options: InitOptions) {
    const { name, branches } = method;
    checkNames(name, options, ['backend', 'nonFinite', 'maximize', 'accumulate', 'lossScale']);
    const { accumulate = 1, lossScale } = options;
    this.name = name;
    this.equations = method.equations;
    this.backend = oneOf(name, 'backend', options.backend ?? 'wasm', ['wasm', 'fround', 'reference']);
    const fallback = typeof lossScale === 'object' ? 'skip' : 'propagate';
    this.nonFinite = oneOf(name, 'nonFinite', options.nonFinite ?? fallback, ['propagate', 'skip', 'throw']);
    const maximize = oneOf(name, 'maximize', options.maximize ?? false, [true, false]);
    if (!Number.isInteger(accumulate) || accumulate < 1)
      throw new OptionError(name, 'accumulate', accumulate, `must be a whole number from 1, not ${describe(accumulate)}`);
    this.accumulate = accumulate;
    this.scale = lossScale === undefined ? undefined : new LossScale(name, lossScale);
    if (typeof lossScale === 'object' && this.nonFinite === 'propagate')
      throw new OptionError(name, 'nonFinite', 'propagate', "cannot be 'propagate' with a dynamic lossScale, which has to skip");
    const { tensors, ties } = checkParameters(name, parameters);
    this.dtype = commonType(name, tensors, this.backend);
    const roster = new Roster(branches, {
      owner: name,
      dtype: this.dtype,
      backend: this.backend,
      gated: this.nonFinite !== 'propagate',
      before: policyParts(accumulate, this.scale !== undefined, maximize),
      trace: debugTrace(name),
    });
    if (accumulate > 1 && roster.programs.some(({ inputs }) => inputs.some((input) => input.kind === 'tensor' && !isHidden(input.name))))
      throw new OptionError(name, 'accumulate', accumulate, 'must be 1 for a method with an array per parameter as input');
    this.live = branches.map(({ parts, program }) => {
      const values = new Map(program.hyper.map((slot) => [slot.key, parts[slot.part]?.values.get(slot.name) ?? NaN]));
      return new LiveHyper(name, program.hyper, values);
    });
    branches.forEach(({ program }, i) => {
      checkFactors(program, this.live[i]);
    });
    this.names = hyperNames(branches);
    this.hyperView = hyperAccessors(name, this.names, this.live);
    this.roster = roster;
    this.enlist(roster, tensors, ties);
  }

  /** Live views of the parameters, by name. Reading is free; writing changes the parameter. */
  get params(): Views<P> {
    this.running('params');
    return this.views as Views<P>;
  }

  /** Live views of the gradients, by name: fill them, then call `step()`. */
  get grads(): Views<P> {
    this.running('grads');
    return this.gradientViews as Views<P>;
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

  /** What to multiply the next loss by; 1 unless `lossScale` was given. */
  get lossScale(): number {
    return this.scale?.value ?? 1;
  }

  /**
   * The states: for each, live views by parameter name, or a copy of its number for a scalar of each tensor. A scalar of the whole group is
   * a copy under `value`, or under the group's name where there are several groups.
   */
  get state(): Readonly<Record<string, Readonly<Record<string, Float32Array | Float64Array>>>> {
    const { members, branchNames } = this.running('state');
    const out: Record<string, Arrays> = {};
    for (const { stepper, program, group } of members) {
      const { arena, scalarStates } = stepper;
      for (const [state, kind] of program.states) {
        const scalar = scalarStates.get(state);
        const entry = (out[state] ??= {});
        if (kind === 'array' || kind === 'tensor') {
          arena.tensors.forEach(({ name }, j) => {
            if (!this.removed.has(name)) entry[name] = kind === 'array' ? arena.view(state, j) : Float64Array.of(scalar?.[j] ?? 0);
          });
        } else entry[branchNames.length === 1 ? 'value' : (branchNames[group] ?? '')] ??= Float64Array.of(scalar?.[0] ?? 0);
      }
    }
    return out;
  }

  /**
   * Takes one step with the gradients in `grads`, or with those handed over, which are copied there first.
   *
   * @param gradients - an array for each parameter, of its length and type; omit (or pass `grads`) to use what `grads` holds
   * @param inputs - the declared inputs, such as `{ loss }`
   * @returns whether the step was taken: false under `nonFinite: 'skip'`, and while gradients are only accumulated
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
    const roster = this.running('step');
    const handed = gradients === undefined || Object.is(gradients, this.gradientViews) ? undefined : gradients;
    if (handed !== undefined) {
      const viaTie = (name: string): boolean => [...this.ties].some(([alias, to]) => to === name && Object.hasOwn(handed, alias));
      const wanted = (name: string): boolean => !this.frozen.has(name) && !this.ties.has(name) && !viaTie(name);
      checkArrays(this.name, 'gradient', handed, this.gradientViews, wanted);
    }
    this.checkInputs(roster, inputs);
    const t = this.steps + 1;
    this.announce(roster.running, t);
    if (this.nonFinite !== 'propagate') {
      const offending = Object.keys(inputs).filter((name) => typeof inputs[name] === 'number' && !Number.isFinite(inputs[name]));
      if (offending.length > 0) return this.refuse(offending, t);
    }
    if (handed !== undefined) this.copyGradients(handed);
    this.takeInputs(roster, inputs);
    if (this.accumulate > 1 && !this.accumulated(roster)) return false;
    if (!stepTogether(roster.running)) {
      const offending = Object.keys(this.gradientViews).filter((name) => !this.gradientViews[name]?.every(Number.isFinite));
      return this.refuse(
        offending.map((name) => `the gradient of ${name}`),
        t,
      );
    }
    this.steps = t;
    this.scale?.update(true);
    return true;
  }

  /** Sets every gradient to zero. `step` never does. */
  zeroGrad(): void {
    for (const { stepper } of this.running('zeroGrad').members) stepper.arena.clear('g');
  }

  /**
   * Stops training some parameters: their values and states stay as they are, and no sum over parameters includes them.
   *
   * @param match - which, as in `groups`
   * @throws ThalwegError where no parameter matches
   * @example
   * ```ts
   * import { adamw, tensor } from 'thalweg';
   * const opt = await adamw().init({ 'encoder.W': tensor([2, 2]), 'head.W': tensor([2]) });
   * opt.freeze('encoder.*');
   * ```
   */
  freeze(match: Match): void {
    for (const name of this.select('freeze', match)) this.frozen.add(name);
    this.activate();
  }

  /** Trains frozen parameters again, from the states they had. */
  unfreeze(match: Match): void {
    for (const name of this.select('unfreeze', match)) this.frozen.delete(name);
    this.activate();
  }

  /**
   * Trains more parameters from the next step on. Their equations count t from there, so that bias corrections are right; schedules go on
   * with the optimizer. Scalars of a group, such as Prodigy's distance, start anew for them.
   *
   * @param parameters - as for `init`, with new names
   * @returns this optimizer, with the new names in its type
   * @throws ArrayError where a name is taken, a type differs, or no group takes a parameter
   */
  add<const Q extends Readonly<Record<string, Declared>>>(parameters: Q): Optimizer<P & Q, N> {
    const roster = this.running('add');
    const { tensors, ties } = checkParameters(this.name, parameters);
    for (const name of Object.keys(parameters)) {
      if (Object.hasOwn(this.views, name) || this.removed.has(name))
        throw new ArrayError(this.name, name, `there is a parameter ${name} already`);
    }
    commonType(this.name, tensors, this.backend, this.dtype);
    this.enlist(roster, tensors, ties);
    // The views just added are what the wider type promises, and nothing else depends on it.
    return this as unknown as Optimizer<P & Q, N>;
  }

  /** Stops training some parameters for good and forgets their states. Views taken before keep their values. */
  remove(match: Match): void {
    const gone = new Set(this.select('remove', match));
    for (const [name, to] of this.ties) if (gone.has(to)) gone.add(name);
    for (const name of gone) {
      this.removed.add(name);
      this.ties.delete(name);
      Reflect.deleteProperty(this.views, name);
      Reflect.deleteProperty(this.gradientViews, name);
    }
    this.activate();
  }

  /** Gives the memory back. Views taken before keep their values; everything else throws a DisposedError from now on. */
  dispose(): void {
    this.roster = undefined;
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  private running(use: string): Roster {
    if (this.roster === undefined) throw new DisposedError(this.name, use);
    return this.roster;
  }

  private enlist(roster: Roster, tensors: ReadonlyMap<string, Tensor>, ties: ReadonlyMap<string, string>): void {
    for (const [name, to] of ties) {
      if (!tensors.has(to) && !Object.hasOwn(this.views, to))
        throw new ArrayError(this.name, name, `${name} is tied to ${to}, and there is no parameter of that name`);
    }
    const made = roster.enlist(tensors, this.steps, (group) => this.contextOf(group));
    for (const name of tensors.keys()) {
      const place = roster.places.get(name);
      if (place === undefined) continue;
      this.views[name] = place.member.stepper.arena.view('w', place.index);
      this.gradientViews[name] = place.member.stepper.arena.view('g', place.index);
    }
    for (const [name, to] of ties) {
      this.ties.set(name, to);
      for (const views of [this.views, this.gradientViews]) views[name] = views[to] ?? new Float32Array(0);
    }
    this.activate();
    // The kernels of the first two steps, so that neither compiles: a first step may differ, where a state has a first value.
    for (const t of [1, 2]) {
      this.announce(made, this.steps + t);
      for (const { stepper, context } of made) stepper.warm(context);
    }
  }

  private activate(): void {
    this.roster?.activate((name) => !this.frozen.has(name) && !this.removed.has(name));
  }

  private select(use: string, match: Match): string[] {
    const { places } = this.running(use);
    const found = [...places].filter(([name, { member, index }]) => {
      const shape = member.stepper.arena.tensors[index]?.shape ?? [];
      return !this.removed.has(name) && matches(`${this.name}, ${use}`, match, { name, shape });
    });
    if (found.length === 0) {
      const names = Object.keys(this.views).join(', ');
      throw new ThalwegError('group', `${this.name}, ${use}: no parameter matches; there are ${names}`);
    }
    return found.map(([name]) => name);
  }

  /** Tells the members what step comes next. Throws, before any value changes, where a schedule leaves its range. */
  private announce(members: readonly RosterMember[], t: number): void {
    for (const live of this.live) live.advance(t);
    for (const { context, group, born } of members) {
      context.t = t - born;
      context.hyperVersion = this.live[group]?.version ?? 0;
    }
  }

  private contextOf(group: number): StepContext {
    const live = this.live[group];
    if (live === undefined) throw new RangeError('a member belongs to a group');
    return {
      t: 0,
      hyper: live.values,
      factors: live.factors,
      hyperVersion: live.version,
      inputs: this.inputValues,
      scalarStates: new Map(),
    };
  }

  private refuse(offending: readonly string[], t: number): false {
    this.pending = 0;
    this.scale?.update(false);
    if (this.nonFinite === 'throw') throw new NonFiniteError(this.name, offending, t);
    return false;
  }

  private checkInputs(roster: Roster, inputs: Inputs): void {
    const declared = roster.inputs;
    if (inputs === noInputs && declared.length === 0) return;
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
      if (typeof value !== 'object') continue;
      const reads = (parameter: string): boolean => roster.places.get(parameter)?.member.stepper.arena.has(`input.${name}`) === true;
      checkArrays(this.name, name, value, this.gradientViews, (parameter) => !this.frozen.has(parameter) && reads(parameter));
    }
  }

  private takeInputs(roster: Roster, inputs: Inputs): void {
    if (this.scale !== undefined) this.inputValues.set(hidden.unscale, 1 / this.scale.value);
    for (const [name, value] of Object.entries(inputs)) {
      if (typeof value === 'number') {
        const mean =
          this.pending === 0 ? value : (this.inputValues.get(name) ?? 0) * (this.pending / (this.pending + 1)) + value / (this.pending + 1);
        this.inputValues.set(name, mean);
        continue;
      }
      for (const [parameter, array] of Object.entries(value)) {
        const place = roster.places.get(parameter);
        if (place?.member.stepper.arena.has(`input.${name}`) === true)
          place.member.stepper.arena.view(`input.${name}`, place.index).set(array);
      }
    }
  }

  /** Copies what was handed over; gradients of tied names are added. */
  private copyGradients(handed: Readonly<Record<string, AnyArray>>): void {
    for (const [name, array] of Object.entries(handed)) if (!this.ties.has(name)) this.gradientViews[name]?.set(array);
    for (const [name, to] of this.ties) {
      const [array, view] = [handed[name], this.gradientViews[to]];
      if (array === undefined || view === undefined) continue;
      const alone = handed[to] === undefined;
      for (let i = 0; i < view.length; i++) view[i] = (alone ? 0 : view[i]!) + array[i]!;
    }
  }

  /** Adds the gradients to those before them. Returns whether it is time for a step. */
  private accumulated(roster: Roster): boolean {
    for (const { stepper } of roster.running) {
      const { arena } = stepper;
      arena.tensors.forEach((_, j) => {
        const sum = arena.view(`input.${hidden.accumulated}`, j);
        const g = arena.view('g', j);
        if (this.pending === 0) sum.set(g);
        else for (let i = 0; i < sum.length; i++) sum[i]! += g[i]!;
      });
    }
    this.pending = (this.pending + 1) % this.accumulate;
    return this.pending === 0;
  }
}

const noInputs: Inputs = {};

function isHidden(input: string): boolean {
  return Object.values<string>(hidden).includes(input);
}

function oneOf<T>(owner: string, option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new OptionError(owner, option, value, `must be ${allowed.map((one) => describe(one)).join(' or ')}, not ${describe(value)}`);
}

/** A schedule's factor needs to know what the full rate is, which a plain function does not say. */
function checkFactors(program: Program, hyper: LiveHyper | undefined): void {
  for (const node of topological(program.writes.values())) {
    const key = String(node.attribute);
    const value = node.op === 'factor' ? hyper?.get(key) : 0;
    if (typeof value === 'number' || value instanceof Schedule) continue;
    throw new OptionError(
      program.name,
      key,
      value,
      "is a function, whose peak is unknown, and decay: 'independent' follows the schedule's factor; use a schedule",
    );
  }
}

/** Properties that read and set the live values; a name that is not among them is an OptionError and not a silent new property. */
function hyperAccessors<N extends string>(owner: string, names: readonly HyperName[], live: readonly LiveHyper[]): Record<N, HyperValue> {
  const accessors: Record<string, HyperValue> = {};
  const byName = new Map(names.map((one) => [one.name, one]));
  const first = ({ slots: [slot] }: HyperName): HyperValue => (slot === undefined ? NaN : (live[slot.branch]?.get(slot.key) ?? NaN));
  for (const one of names) Object.defineProperty(accessors, one.name, { enumerable: true, configurable: true, get: () => first(one) });
  const handler: ProxyHandler<Record<N, HyperValue>> = {
    set: (_, key, value: unknown) => {
      const found = byName.get(String(key));
      if (found === undefined) {
        const problem = `is not in the equations of this optimizer, which has ${[...byName.keys()].join(', ')}; give it when the optimizer is made`;
        throw new OptionError(owner, String(key), value, problem);
      }
      for (const { branch, key: slot } of found.slots) live[branch]?.set(slot, value);
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
