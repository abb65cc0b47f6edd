/**
 * The optimizer: a method bound to parameters, with live views of them, of their gradients and of its states. The public face of a core;
 * checks everything it is given before anything changes.
 */
import { ThalwegError } from '../language/error.ts';
import { DisposedError } from '../language/runtime-error.ts';
import '../language/platform.ts';
import { gradient } from '../language/variable.ts';
import type { DType } from '../plan/dtype.ts';
import type { HalfFormat } from '../plan/half.ts';
import type { Backend } from '../device/device.ts';
import { checkParameters, commonType } from '../train/arrays.ts';
import type { Recipe } from '../define/recipe.ts';
import { checkpoint, restore, restoreFrom, wholeCheckpoint, type CheckpointSource } from '../checkpoint/checkpoint.ts';
import { checkSaveOptions, type SaveOptions } from '../checkpoint/format.ts';
import { Core } from '../train/core.ts';
import type { Half } from '../train/half.ts';
import type { HyperValue } from '../define/hyper.ts';
import { evaluationPoint } from '../train/evaluation.ts';
import { hyperView } from '../train/hyper-view.ts';
import { checkOptions, type InitOptions } from '../train/init-options.ts';
import {
  checkGradients,
  copyGradients,
  gradientsByName,
  inputsByName,
  noInputs,
  takeInputs,
  takeRows,
  type Inputs,
} from '../train/intake.ts';
import type { Match } from '../define/match.ts';
import { changedByItsSchedule } from '../train/live-hyper.ts';
import { observations, type Observations } from '../train/observation.ts';
import { checkLoadOptions, type LoadOptions, type LoadReport } from '../checkpoint/load-options.ts';
import { printed } from '../train/printed.ts';
import { select } from '../train/select.ts';
import { inputViews, stateViews, summary, trafficOf } from '../train/shown.ts';
import { restoreSnapshot, snapshotOf, type Snapshot } from '../train/snapshot.ts';
import type { Declared, ParameterTree } from '../train/tensor.ts';
import type { ByName, Dense, Gradients, Named, NameIn, Views } from '../train/views.ts';
import { addBatch, beginWindow } from '../train/window.ts';

/**
 * What became of a batch: a step was taken; its gradients were added to those of the window (`accumulate`); or no step was taken, because a gradient
 * or an input was not finite (`nonFinite: 'skip'`).
 */
export type StepResult = 'stepped' | 'accumulated' | 'skipped';

/**
 * A method bound to parameters.
 *
 * @typeParam P - the parameters as given to `init`
 * @typeParam N - the names of the hyperparameters
 * @typeParam B - the buffer of every view: `ArrayBuffer` where `init` was told that no threads share it, by `threads: 1` or a JavaScript backend
 */
export class Optimizer<
  P extends ParameterTree = Readonly<Record<string, Declared>>,
  N extends string = string,
  B extends ArrayBufferLike = ArrayBufferLike,
> {
  static {
    const print = function (this: Optimizer): string {
      return this.core === undefined ? `Optimizer ${this.name}, disposed of` : summary(this.core);
    };
    // Not a method, which would be part of the public type.
    Object.defineProperty(this.prototype, printed, { value: print });
  }
  /** The method's name. */
  readonly name: string;
  /** The equations it steps by, as text. */
  readonly equations: string;
  /** The element type of every array. */
  readonly dtype: DType;
  /** Where kernels run. */
  readonly backend: Backend;
  /** What gradients are in, and what the model computes in: `dtype`, or the format of `half`. */
  readonly precision: DType | HalfFormat;
  /** Whether it ascends. */
  readonly maximize: boolean;
  private core: Core | undefined;
  private readonly hyperView: Record<N, HyperValue>;
  private atEnd = { steps: 0, skipped: 0, batches: 0 };

  /** Use `init` of a method instead. */
  constructor(recipe: Recipe, parameters: P, options: InitOptions) {
    const { name } = recipe;
    const given = checkParameters(name, parameters);
    const checked = checkOptions(name, options, given.tensors);
    const { dtype, device } = checked;
    const core = new Core(recipe, checked);
    core.register(given);
    [this.name, this.equations, this.dtype, this.backend] = [name, recipe.equations, dtype, device.backend];
    [this.precision, this.maximize] = [checked.half ?? dtype, checked.maximize];
    this.hyperView = hyperView(core);
    this.core = core;
  }

  /** Makes an optimizer and starts its threads. Use `init` of a method instead. */
  static async start<P extends ParameterTree, N extends string, B extends ArrayBufferLike = ArrayBufferLike>(
    recipe: Recipe,
    parameters: P,
    options: InitOptions,
  ): Promise<Optimizer<P, N, B>> {
    const opt = new Optimizer<P, N, B>(recipe, parameters, options);
    await opt.core?.options.device.start();
    return opt;
  }

  /** How many threads share a step. */
  get threads(): number {
    return this.running('threads').options.device.threads;
  }

  /**
   * Live views of the parameters, in the objects and arrays that `init` was given. Reading is free; writing changes the parameter. One that is nested is
   * there under its whole name too, `opt.params['blocks.0.wq']`, which walking over the object does not meet.
   *
   * A view is a window on the optimizer's memory, which holds many arrays: it changes with every step. Its `buffer` is that of all of them, and
   * shared between threads where there are several (by itself from half a million elements on), so `structuredClone(opt.params)` and `postMessage` copy
   * the memory whole in small models and copy nothing in large ones. What is to last is copied: `opt.snapshot()`, or `opt.params.w.slice()`. A
   * view must not be transferred. One taken before `remove` or `dispose` keeps its values.
   */
  get params(): Views<P, B> & ByName<P, B> {
    return this.running('params').views as unknown as Views<P, B> & ByName<P, B>;
  }

  /**
   * The names of the parameters that a step trains now: those that are neither frozen nor removed, a tied one under one name. What is done to all of
   * them around a step, such as a norm of your own, goes through these: `opt.params[name]`.
   */
  get trained(): readonly NameIn<P>[] {
    const places = [...this.running('trained').registry.places];
    return places.flatMap(([name, { cohort, index }]) => (cohort.active?.[index] === false ? [] : [name as NameIn<P>]));
  }

  /** Live views of the gradients, as `params`: fill them, then call `step()`. Sparse parameters have none. Throws where they are in half precision. */
  get grads(): Views<Dense<P>, B> & ByName<Dense<P>, B> {
    const { gradientViews, options } = this.running('grads');
    if (options.half !== undefined) throw new ThalwegError('half', `${this.name}: gradients are in ${options.half}; fill opt.half.grads`);
    return gradientViews as unknown as Views<Dense<P>, B> & ByName<Dense<P>, B>;
  }

  /** Live views of parameters and gradients in half precision. Throws a ThalwegError unless `init` was given the option `half`. */
  get half(): Half<P, B> {
    const { halfViews, gradientViews, options } = this.running('half');
    if (options.half === undefined) throw new ThalwegError('half', `${this.name}: nothing is in half precision; give init the option half`);
    return { params: halfViews, grads: gradientViews } as unknown as Half<P, B>;
  }

  /**
   * Live views of the inputs that are an array for each parameter, by input and parameter: fill them, then call `step(opt.grads, opt.inputs)`, which
   * copies nothing.
   */
  get inputs(): Readonly<Record<string, Views<Dense<P>, B>>> {
    return inputViews(this.running('inputs')) as Record<string, Views<Dense<P>, B>>;
  }

  /**
   * The hyperparameters: assign a number, a schedule or a function, in force from the next step. Never recompiles. What was assigned is what is read;
   * `current` has the numbers.
   */
  get hyper(): Record<N, HyperValue> {
    this.running('hyper');
    return this.hyperView;
  }

  /**
   * The hyperparameters as the numbers that the next step takes, by the names of `hyper`: what a schedule gives at t + 1, as `param_groups[0]['lr']` is in
   * PyTorch. A copy, to read; those of the last step are in `observe()`.
   *
   * @example
   * ```ts
   * import { adamw, linear } from 'thalweg';
   * const opt = await adamw({ lr: linear({ from: 0.1, to: 0, steps: 10 }) }).init({ w: Float32Array.of(1) });
   * opt.current.lr; // 0.09
   * ```
   */
  get current(): Readonly<Record<N, number>> {
    const core = this.running('current');
    return Object.freeze(core.hyperAt(core.steps + 1));
  }

  /** Steps taken so far. */
  get t(): number {
    return (this.core ?? this.atEnd).steps;
  }

  /** Steps skipped so far, because a gradient or an input was not finite. `t` does not count them. */
  get skipped(): number {
    return (this.core ?? this.atEnd).skipped;
  }

  /**
   * Batches taken in so far: calls of `step` that threw no error about their arguments, whatever became of them. Data is to be ordered by this and
   * not by `t`, which stands still where a step is skipped, so that the same batch would come again for ever. Files keep it.
   */
  get batches(): number {
    return (this.core ?? this.atEnd).batches;
  }

  /** Batches in the window of accumulation, which have not led to a step yet; 0 without `accumulate`. */
  get pending(): number {
    return this.running('pending').pending;
  }

  /** What to multiply the next loss by; 1 unless `lossScale` was given. */
  get lossScale(): number {
    return this.running('lossScale').options.scale?.value ?? 1;
  }

  /**
   * Bytes of arrays that the kernels of a step read and write, as planned for the last step; zeros before the first. What a step cannot be
   * faster than is these over the memory's bandwidth. Matrix routines and handing gradients over come on top.
   */
  get traffic(): { readonly read: number; readonly written: number } {
    return trafficOf(this.running('traffic'));
  }

  /**
   * The states: for each, live views by parameter name (copies of what is stored for one that is not in the parameters' type), or a copy of
   * its number for a scalar of each tensor. A scalar of the whole group is
   * a copy under `value`, or under the group's name where there are several groups.
   */
  get state(): Readonly<Record<string, Readonly<Record<string, Float32Array | Float64Array>>>> {
    return stateViews(this.running('state'));
  }

  /**
   * Takes one step with the gradients in `grads`, or with those handed over, which are copied there first.
   *
   * @param gradients - an array for each parameter, of its length and type (a Uint16Array in half precision), and `rows` for sparse ones, in the structure
   * of `params`; omit (or pass `grads`) to use what `grads` holds
   * @param inputs - the declared inputs, such as `{ loss }`
   * Where several names are tied, a gradient may be given under any of them; different arrays for them are added, and the same array, such as the
   * view in `opt.grads`, counts once.
   *
   * @returns `'stepped'`, `'accumulated'` or `'skipped'`: compare it with the word, since each of them counts as true. Where every parameter is frozen or
   * removed, a step is taken that changes none, so that `t` and schedules go on, and `'stepped'` is returned
   * @throws ArrayError, OptionError, DisposedError; nothing has changed then. NonFiniteError under `nonFinite: 'throw'`; then only `skipped` and
   * `batches` have changed, and the window of accumulation has ended. DivergenceError
   * after a step that left weights that are not finite, unless `nonFinite: 'propagate'`. WorkerError where a thread died in the middle of the
   * step: the arrays are half-written, and everything but `load` is refused from then on
   * @example
   * ```ts
   * import { polyak } from 'thalweg';
   * const opt = await polyak().init({ w: Float64Array.of(3) });
   * opt.grads.w[0] = 2 * 3;
   * opt.step(opt.grads, { loss: 9 });
   * ```
   */
  step(gradients?: Gradients<P>, inputs: Inputs = noInputs): StepResult {
    const core = this.whole('step');
    const { registry, options } = core;
    const isOurs = gradients === undefined || Object.is(gradients, core.gradientViews);
    const handed = isOurs ? undefined : gradientsByName(core, gradients);
    if (handed !== undefined) checkGradients(core, handed);
    const named = inputs === noInputs && registry.inputs.length === 0 ? noInputs : inputsByName(core, inputs);
    core.announce(registry.running, core.steps + 1);
    if (handed !== undefined) copyGradients(core, handed);
    if (registry.hasTables) takeRows(core, handed ?? {});
    if (named !== noInputs || options.scale !== undefined) takeInputs(core, named);
    core.batches += 1;
    if (options.accumulate > 1) {
      addBatch(core);
      if (core.pending < options.accumulate) return 'accumulated';
    }
    return core.finish();
  }

  /**
   * Takes the step that a window of accumulation has begun and not finished, with the mean over the batches that came; at the end of an epoch, say.
   *
   * @returns `'empty'` where no batch is pending, and nothing happens; otherwise as `step`
   * @throws as `step`
   * @example
   * ```ts
   * import { sgd } from 'thalweg';
   * const opt = await sgd({ lr: 1 }).init({ w: Float64Array.of(0) }, { accumulate: 4 });
   * opt.step({ w: Float64Array.of(1) });
   * opt.step({ w: Float64Array.of(3) });
   * opt.flush(); // 'stepped': w is −2
   * ```
   */
  flush(): 'stepped' | 'skipped' | 'empty' {
    const core = this.whole('flush');
    if (core.pending === 0) return 'empty';
    core.announce(core.registry.running, core.steps + 1);
    return core.finish();
  }

  /** Drops the batches that a window of accumulation has gathered: the next batch is the first of a new one. `zeroGrad` leaves them. */
  discard(): void {
    beginWindow(this.settled('discard'));
  }

  /**
   * Measures of the last step by parameter name, those of frozen parameters apart; and over all of them, with the factor of `clipByGlobalNorm` and the
   * hyperparameters that the step took, under the symbol `overall`. Needs `observe` at `init`.
   *
   * @returns ‖g‖, ‖w‖, ‖Δw‖, ‖Δw‖/‖w‖, the effective learning rate ‖Δw‖/‖g‖, and the share of sign flips if asked for
   * @throws ThalwegError without `observe`, and before the first step
   * @example
   * ```ts
   * import { overall, sgd } from 'thalweg';
   * const opt = await sgd({ lr: 0.1 }).init({ w: Float32Array.of(3, 4) }, { observe: true });
   * opt.step({ w: Float32Array.of(0, 1) });
   * const { w, [overall]: all } = await opt.observe();
   * w?.effectiveLr; // 0.1
   * all.gradientNorm; // 1
   * all.hyper['lr']; // 0.1
   * ```
   */
  async observe(): Promise<Observations<keyof Named<P>>> {
    await Promise.resolve();
    return observations(this.whole('observe')) as Observations<keyof Named<P>>;
  }

  /**
   * Where to evaluate the model: views as in `params`, computed anew by each call. The parameters themselves, except for methods that train at another
   * point than they evaluate at, such as schedule-free ones and averages.
   */
  evaluate(): Views<P, B> {
    return evaluationPoint(this.whole('evaluate')) as unknown as Views<P, B>;
  }

  /**
   * Copies of the parameters as they are, apart from the optimizer's memory: to keep the best weights, or to send them elsewhere. States, t and
   * hyperparameters are not in it; `save` has everything. A method that trains at another point than it evaluates at shows that by `evaluate`.
   *
   * @returns an array for each name, `'blocks.0.wq'` for one that is nested; tied names have the same
   * @example
   * ```ts
   * import { adamw } from 'thalweg';
   * const opt = await adamw().init({ w: Float32Array.of(1, 2) });
   * const best = opt.snapshot();
   * opt.step({ w: Float32Array.of(3, 4) });
   * opt.restore(best);
   * opt.params.w; // 1, 2
   * ```
   */
  snapshot(): Snapshot<P> {
    return snapshotOf(this.whole('snapshot')) as Snapshot<P>;
  }

  /**
   * Sets the parameters to copies such as `snapshot` made. States, t, hyperparameters and the window of accumulation stay as they are, so that the
   * next step goes on from there with the momentum that it has; for training to go on as it did, `load` a file.
   *
   * @param snapshot - an array for each parameter, of its length and type; nothing of it is kept
   * @throws ArrayError where one is missing, unknown, or of another length or type; nothing has changed then
   */
  restore(snapshot: Readonly<Record<keyof Named<P>, Float32Array | Float64Array>>): void {
    restoreSnapshot(this.whole('restore'), snapshot);
  }

  /** Sets every gradient to zero. `step` never does. What was accumulated before stays (`discard` drops it), so that it may be called before every batch. */
  zeroGrad(): void {
    for (const { stepper, rows } of this.running('zeroGrad').registry.cohorts) if (rows === undefined) stepper.arena.clear(gradient);
  }

  /**
   * Stops training some parameters: their values and states stay as they are, and no sum over parameters includes them. A tied parameter is
   * frozen by any of its names.
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
    const core = this.settled('freeze');
    for (const name of select(core, 'freeze', match)) core.frozen.add(core.ownName(name));
    core.activate();
  }

  /**
   * Trains frozen parameters again, from the states they had. t has gone on meanwhile: one that was frozen from the start then begins with states of 0 and a
   * bias correction that is over, and its first steps are larger than Adam's usually are. `add` it when it is to be trained, and its t begins at 1.
   */
  unfreeze(match: Match): void {
    const core = this.settled('unfreeze');
    for (const name of select(core, 'unfreeze', match)) core.frozen.delete(core.ownName(name));
    core.activate();
  }

  /**
   * Trains more parameters from the next step on. Their equations count t from there, so that bias corrections are right; schedules go on
   * with the optimizer. Scalars of a group, such as Prodigy's distance, start anew for them.
   *
   * @param parameters - as for `init`, with new names
   * @returns this optimizer, with the new names in its type
   * @throws ArrayError where a name is taken, a type differs, or no group takes a parameter
   */
  add<const Q extends ParameterTree>(parameters: Q): Optimizer<P & Q, N, B> {
    const core = this.settled('add');
    const given = checkParameters(this.name, parameters, core.arrays);
    core.tree.check(this.name, given.leaves);
    commonType(this.name, given.tensors, this.backend, this.dtype);
    core.register(given);
    // The views just added are what the wider type promises, and nothing else depends on it.
    return this as unknown as Optimizer<P & Q, N, B>;
  }

  /**
   * Stops training some parameters for good and forgets their states. Views taken before keep their values, and `add` may use the names again.
   *
   * Memory is given back with the last of those that lie in it: the parameters of one call of `init` or `add` lie together, those of each group (and
   * where their shapes mean different equations) apart. So what comes and goes is best added in calls of its own. In a memory that `init` was
   * given, the place is used again by the next `add`, and views of what lay there show that.
   *
   * @param match - which, as in `groups`. A parameter's own name takes all names that are tied to it along; a tied name goes alone.
   * @throws ThalwegError where no parameter matches
   */
  remove(match: Match): void {
    const core = this.settled('remove');
    core.forget(new Set(select(core, 'remove', match)));
  }

  /**
   * Everything that the next steps depend on, as one safetensors file: parameters, states, t, hyperparameters, schedules as their equations.
   *
   * @param options - `{ metadata: { seed: 1, best: 0.3 } }` for texts and numbers of yours, which `load` gives back; `{ format: pytorch }`, with `pytorch`
   * from `thalweg/pytorch`, for a file with which PyTorch goes on
   * @returns the bytes of the file; `thalweg/node` has `saveFile`, which writes them to disk whole or not at all
   * @throws OptionError; UnsupportedError where another format cannot hold what this optimizer is
   * @example
   * ```ts
   * import { adamw } from 'thalweg';
   * const opt = await adamw().init({ w: Float32Array.of(1, 2) });
   * const saved = await opt.save({ metadata: { epoch: 3 } });
   * const again = await adamw().init({ w: new Float32Array(2) });
   * const { metadata } = await again.load(saved); // { epoch: 3 }
   * ```
   */
  async save(options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    checkSaveOptions(`${this.name}, save`, options);
    // What it is now, whatever is done before the promise is waited for.
    const bytes = wholeCheckpoint(this.whole('save'), options);
    await Promise.resolve();
    return bytes;
  }

  /**
   * Goes on where `save` was called: by the same equations, with parameters of the same names, shapes and type, on any backend that computes
   * in that type. Every later step is the same bit for bit. `options` say what to do about a file that is not of just this optimizer: one whose run was
   * made with another learning rate, say, which is refused otherwise, or one of which only the weights are wanted.
   *
   * @param bytes - what `save` gave
   * @param options - `{ hyper: 'file' | 'mine' }`, whose hyperparameters to go on with where they differ; `{ only: 'params' }` for the values of all
   * parameters and nothing else, `{ only: 'matching' }` for whatever fits; `{ format: pytorch }`, with `pytorch` from `thalweg/pytorch`, for a file of
   * PyTorch's
   * @returns what was taken and what was not, and why
   * @throws CheckpointError, which lists every difference, where the file is damaged or of something else; nothing has changed then
   * @example
   * ```ts
   * import { adamw, chain, clipByGlobalNorm, sgd } from 'thalweg';
   * const saved = await (await sgd().init({ w: Float32Array.of(1, 2) })).save();
   * const opt = await chain(clipByGlobalNorm(1), adamw()).init({ w: new Float32Array(2), head: new Float32Array(3) });
   * const { taken, missing, fresh } = await opt.load(saved, { only: 'matching' });
   * ```
   */
  async load(bytes: Uint8Array | ArrayBufferLike, options: LoadOptions = {}): Promise<LoadReport> {
    checkLoadOptions(this.name, options);
    const report = restore(this.settled('load'), bytes, options);
    await Promise.resolve();
    return report;
  }

  /**
   * Does what `load` does from a source that is read piece by piece, straight into place: a model too large for two copies. `loadFile` of
   * `thalweg/node` reads files so. Everything that can be wrong with a file is looked for first.
   *
   * @param source - its size, and how to read from it; until the promise resolves, everything that changes this optimizer is refused
   * @param options - as for `load`
   * @returns as `load` does
   * @throws CheckpointError, with nothing changed; what `read` throws, and then every use but loading is refused until a load has succeeded
   * @example
   * ```ts
   * import { sgd } from 'thalweg';
   * const opt = await sgd().init({ w: Float32Array.of(1, 2) });
   * const file = new Blob([await opt.save()]);
   * await opt.loadFrom({
   *   size: file.size,
   *   read: async (at, into) => into.set(new Uint8Array(await file.slice(at, at + into.length).arrayBuffer())),
   * });
   * ```
   */
  async loadFrom(source: CheckpointSource, options: LoadOptions = {}): Promise<LoadReport> {
    checkLoadOptions(this.name, options);
    const report = await restoreFrom(this.settled('loadFrom'), source, options);
    this.running('loadFrom');
    return report;
  }

  /**
   * The parts of the file that `save` would give, one array at a time, for writing without a copy of it all. They are views of the arrays themselves:
   * after the last, a ThalwegError of the code `'overtaken'` says that one of them changed before the next was asked for, and the file is of no use.
   *
   * @param checksum - the CRC-32 of bytes, going on from that of those before; a quicker one than ours, such as zlib's
   * @param options - as for `save`
   */
  *chunks(checksum?: CheckpointSource['checksum'], options: SaveOptions = {}): Generator<Uint8Array> {
    checkSaveOptions(`${this.name}, chunks`, options);
    yield* checkpoint(this.whole('chunks'), checksum, options);
  }

  /** Gives the memory back. Views taken before keep their values; everything else throws a DisposedError from now on. */
  dispose(): void {
    if (this.core === undefined) return;
    if (this.core.asking) throw changedByItsSchedule(this.name);
    const { steps, skipped, batches } = this.core;
    this.atEnd = { steps, skipped, batches };
    this.core.options.device.close();
    this.core = undefined;
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The core, where its arrays are whole. */
  private whole(use: string): Core {
    const core = this.settled(use);
    if (core.damage !== undefined) throw core.damage();
    return core;
  }

  /** The core, where no file is being read. */
  private settled(use: string): Core {
    const core = this.running(use);
    if (core.asking) throw changedByItsSchedule(this.name);
    if (core.loading) throw new ThalwegError('loading', `${this.name}: ${use} while a file is being loaded; wait for that first`);
    return core;
  }

  private running(use: string): Core {
    if (this.core === undefined) throw new DisposedError(this.name, use);
    return this.core;
  }
}
