/**
 * The core of an optimizer: all its data. The public API (`optimizer.ts`), gradient intake (`intake.ts`) and checkpoints (`checkpoint.ts`) all work on it.
 */
import { OptionError, type ThalwegError } from '../language/error.ts';
import { NonFiniteError, WorkerError } from '../language/runtime-error.ts';
import { inputVariable } from '../language/part.ts';
import { isFloat32, isUint16 } from '../language/realm.ts';
import { gradient, parameter, variable, type Variable } from '../language/variable.ts';
import { denormalPeriod } from '../plan/denormals.ts';
import type { DType } from '../plan/dtype.ts';
import type { StorageType } from '../plan/format.ts';
import { halfOfW, type HalfFormat } from '../plan/half.ts';
import type { Device } from '../device/device.ts';
import type { CheckedParameters } from './arrays.ts';
import { hyperNames, hyperSlotsOf, inType, type HyperName, type Recipe } from '../define/recipe.ts';
import { numberAt } from '../define/hyper.ts';
import { debugTrace } from './debug.ts';
import { roundInto } from './half.ts';
import { followedBy, LiveHyper } from './live-hyper.ts';
import { measure } from './measure.ts';
import { NamedViews } from './named-views.ts';
import { hidden, policyParts, type LossScale } from './policy.ts';
import { ParameterRegistry, type TrainedCohort } from './registry.ts';
import { Interpreter, type SteppedCohort } from './step/interpreter.ts';
import type { StepContext } from './step/leaves.ts';
import { isShort, Watch } from './watch.ts';
import { beginWindow, completeWindow, gradientSum } from './window.ts';

/**
 * What to do about NaN and ±∞: `'stop'` throws once weights hold them; `'propagate'` never checks; `'skip'` leaves everything as it was if a gradient or an
 * input holds them; `'throw'` does that and throws.
 */
export type NonFinite = 'stop' | 'propagate' | 'skip' | 'throw';

/** Whether gradients and inputs are looked at before anything changes. */
function looksBefore(nonFinite: NonFinite): boolean {
  return nonFinite === 'skip' || nonFinite === 'throw';
}

/** The options of an optimizer, checked. */
export interface CoreOptions {
  readonly dtype: DType;
  readonly state: StorageType;
  readonly half: HalfFormat | undefined;
  readonly device: Device;
  readonly nonFinite: NonFinite;
  readonly maximize: boolean;
  readonly accumulate: number;
  readonly scale: LossScale | undefined;
  readonly observe: { readonly signFlips: boolean } | undefined;
}

/** Everything that an optimizer holds. */
export class Core {
  readonly name: string;
  readonly equations: string;
  readonly options: CoreOptions;
  readonly registry: ParameterRegistry;
  /** What is done with the parameters of each group. */
  readonly groups: Recipe['groups'];
  /** The hyperparameters of each group, and the names by which the user knows them. */
  readonly live: readonly LiveHyper[];
  readonly names: readonly HyperName[];
  /** The parameters as the user knows them: names, structure, views. */
  readonly named: NamedViews;
  /** Parameters, by their own names. */
  readonly frozen = new Set<string>();
  readonly inputValues = new Map<Variable, number>();
  /** Batches in the window of accumulation (`window.ts`). */
  pending = 0;
  /** Steps taken, steps skipped, and batches taken in, whatever became of them. */
  steps = 0;
  skipped = 0;
  batches = 0;
  /** Steps after which the weights could have been looked at. */
  watched = 0;
  /** The hyperparameters of the last step that was observed. */
  inForce: Readonly<Record<string, number>> = {};
  /** Makes the error to throw where half-written arrays would be used; undefined where they are whole. */
  damage: (() => ThalwegError) | undefined;
  /** Whether a file is being read, during which nothing else may be done. */
  loading = false;
  /** Whether schedules are being asked, which are functions of the user's and must not change what asks them. */
  asking = false;
  /** Runs the steps of the cohorts that have something to step. */
  private interpreter = new Interpreter([]);

  constructor({ name, groups, equations }: Recipe, options: CoreOptions) {
    const { dtype, state, half, device, nonFinite, accumulate, scale, maximize } = options;
    this.name = name;
    this.equations = equations;
    this.options = options;
    this.groups = groups;
    this.registry = new ParameterRegistry(groups, {
      owner: name,
      dtype,
      state,
      half,
      device,
      gated: looksBefore(nonFinite),
      observe: options.observe,
      before: policyParts(accumulate, scale !== undefined, maximize),
      trace: debugTrace(name),
    });
    const perParameter = this.registry.programs.some(({ inputs }) =>
      inputs.some((input) => input.kind === 'tensor' && inputVariable(input) !== hidden.accumulated),
    );
    if (accumulate > 1 && perParameter)
      throw new OptionError(name, 'accumulate', accumulate, 'must be 1 for a method with an array per parameter as input');
    const typed = inType(groups, dtype);
    this.live = typed.map((group, index) => {
      const slots = hyperSlotsOf(group);
      const values = new Map(slots.map((slot) => [slot.key, group.parts[slot.part]?.values.get(slot.name) ?? NaN]));
      return new LiveHyper(name, slots, values, followedBy(this.registry.programs[index]!));
    });
    this.names = hyperNames(typed);
    this.named = new NamedViews(name, options.half !== undefined);
  }

  /** Takes parameters in, and compiles what their first two steps need. Throws before anything changes. */
  register({ tensors, ties: given, leaves }: CheckedParameters): void {
    const ties = this.named.resolve(tensors, given, this.registry.places);
    const made = this.registry.make(tensors, ties, this.steps, (group) => this.contextOf(group));
    this.warm(made);
    this.registry.register(made, tensors);
    for (const [name, { path }] of leaves) this.named.tree.add(name, path);
    for (const name of tensors.keys()) {
      const { cohort, index } = this.registry.places.get(name) ?? {};
      if (cohort === undefined || index === undefined) continue;
      const { arena } = cohort.stepper;
      const hasRows = cohort.rows !== undefined;
      const stored = hasRows ? undefined : arena.stored(gradient, index)?.codes;
      const half = hasRows || this.options.half === undefined ? undefined : arena.stored(halfOfW, index)?.codes;
      this.named.show(name, {
        params: arena.view(parameter, index),
        grads: hasRows ? undefined : isUint16(stored) ? stored : arena.view(gradient, index),
        halves: isUint16(half) ? half : undefined,
      });
    }
    this.roundHalves();
    this.named.tie(ties);
    this.activate();
  }

  /** Two steps, so that neither compiles: a first step may differ, where a state has a first value. */
  private warm(made: readonly TrainedCohort[]): void {
    for (const t of [1, 2]) {
      this.announce(made, this.steps + t);
      for (const { stepper, rows, context } of made) (rows ?? stepper).warm(context);
    }
    // The third is one in which the denormal rule holds; schedules are not asked for it, since it may never come.
    for (const { stepper, rows, context } of made) (rows ?? stepper).warm({ ...context, t: denormalPeriod });
    if (this.options.nonFinite !== 'propagate')
      for (const { stepper, rows, context } of made)
        if (rows !== undefined || !isShort(stepper.arena)) (rows?.cohort.stepper ?? stepper).watcher.warm(context);
  }

  /** Forgets names: of a parameter its own, and with it all others and what it holds, or a second one alone. */
  forget(names: ReadonlySet<string>): void {
    for (const own of this.named.forget(names)) {
      this.registry.forget(own);
      this.frozen.delete(own);
    }
    this.activate();
  }

  /** Rounds the parameters to half precision, where a step has not done it. */
  roundHalves(): void {
    const { half } = this.options;
    if (half === undefined) return;
    for (const name of this.registry.places.keys()) {
      const [codes, w] = [this.named.halves[name], this.named.params[name]];
      if (isUint16(codes) && isFloat32(w)) roundInto(half, codes, w);
    }
  }

  /** Steps those that are not frozen. */
  activate(): void {
    const { registry, options } = this;
    registry.activate((name) => !this.frozen.has(name));
    const { running, stepping } = registry;
    const isTable = running.map(({ rows }) => rows !== undefined);
    const watch = new Watch(stepping, isTable);
    this.interpreter = new Interpreter(
      stepping,
      {
        mean:
          options.accumulate === 1
            ? undefined
            : () => {
                completeWindow(this);
              },
        gather: (cohort) => running[cohort]?.rows?.gather(running[cohort].active),
        scatter: (cohort) => running[cohort]?.rows?.scatter(),
        observe:
          options.observe === undefined
            ? undefined
            : () => {
                running.forEach(measure);
                this.inForce = this.hyperAt(this.steps);
              },
        watch:
          options.nonFinite === 'propagate'
            ? undefined
            : () => {
                watch.look(this);
              },
      },
      isTable,
    );
  }

  /** Tells cohorts what step comes next. Throws, before any value changes, where a schedule leaves its range. */
  announce(cohorts: readonly TrainedCohort[], t: number): void {
    this.asking = true;
    try {
      for (const live of this.live) live.advance(t);
    } finally {
      this.asking = false;
    }
    for (const { context, group, born } of cohorts) {
      context.t = t - born;
      context.hyperVersion = this.live[group]?.version ?? 0;
    }
  }

  /** Takes the step that was announced, with what is in the window. Ends the window. */
  finish(): 'stepped' | 'skipped' {
    const { options } = this;
    const wrong = looksBefore(options.nonFinite) ? this.wrongInputs() : [];
    if (wrong.length === 0 && this.run(this.interpreter)) {
      this.close(true);
      this.steps += 1;
      this.interpreter.afterwards();
      return 'stepped';
    }
    const throws = options.nonFinite === 'throw';
    const offending = !throws || wrong.length > 0 ? wrong : this.wrongGradients();
    this.close(false);
    this.skipped += 1;
    if (throws) throw new NonFiniteError(this.name, offending, this.steps + 1);
    return 'skipped';
  }

  /** Ends the window, with a step that was taken or skipped. */
  private close(taken: boolean): void {
    const { accumulate, scale } = this.options;
    if (accumulate > 1) beginWindow(this);
    scale?.update(taken);
  }

  /** The inputs that are numbers and not finite. */
  private wrongInputs(): string[] {
    const isWrong = (name: string): boolean => !Number.isFinite(this.inputValues.get(variable('input', name)) ?? 0);
    return this.registry.inputs.flatMap(({ name, kind }) => (kind === 'scalar' && isWrong(name) ? [name] : []));
  }

  /** The parameters that are trained with gradients that are not all finite. */
  private wrongGradients(): string[] {
    const accumulates = this.options.accumulate > 1;
    return this.registry.running.flatMap((cohort) => {
      const { stepper, rows, active } = cohort;
      return stepper.arena.tensors.flatMap(({ name }, j) => {
        if (active !== undefined && active[j] !== true) return [];
        const finite =
          rows === undefined
            ? (accumulates ? gradientSum(cohort, j) : stepper.arena.values(gradient, j)).every(Number.isFinite)
            : rows.isFinite(j);
        return finite ? [] : [`the gradient of ${name}`];
      });
    });
  }

  /** Computes where to evaluate, with these cohorts. */
  advance(cohorts: readonly SteppedCohort[]): void {
    this.run(new Interpreter(cohorts));
  }

  /** Takes a step. Where a thread fails, the arrays are damaged from then on. */
  private run(interpreter: Interpreter): boolean {
    try {
      return interpreter.run();
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      const problem = `${error.message} in the middle of step ${String(this.steps + 1)}, so its arrays are half-written`;
      this.damage = () => new WorkerError(`${this.name}: ${problem}; load() a checkpoint to go on`);
      throw this.damage();
    }
  }

  /** The hyperparameters as the numbers that they are at step `t`. */
  hyperAt(t: number): Record<string, number> {
    return Object.fromEntries(this.names.map((one) => [one.name, numberAt(this.hyperValue(one), t)]));
  }

  /** What was set for a hyperparameter of this name. */
  hyperValue({ slots: [slot] }: HyperName): ReturnType<LiveHyper['get']> {
    return slot === undefined ? NaN : (this.live[slot.group]?.get(slot.key) ?? NaN);
  }

  private contextOf(group: number): StepContext {
    const live = this.live[group];
    if (live === undefined) throw new RangeError('no group');
    return {
      t: 0,
      hyper: live.values,
      factors: live.factors,
      hyperVersion: live.version,
      inputs: this.inputValues,
      scalarStates: new Map(),
    };
  }
}
