/**
 * The optimizer: a method bound to parameters, with live views of parameters, gradients and states. The public API of `train/core.ts`; checks every
 * argument before anything changes.
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
 * The result of a step: `'stepped'`; `'accumulated'`, its gradients were added to the current accumulation (`accumulate`); or `'skipped'`, because a
 * gradient or an input was not finite (`nonFinite: 'skip'`).
 */
export type StepResult = 'stepped' | 'accumulated' | 'skipped';

/**
 * A method bound to parameters.
 *
 * @typeParam P - the parameters as given to `init`
 * @typeParam N - the names of the hyperparameters
 * @typeParam B - the buffer type of every view: `ArrayBuffer` if the options of `init` rule out shared memory, by `threads: 1` or a JavaScript backend
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
  /** The equations of a step, as text. */
  readonly equations: string;
  /** The element type of every array. */
  readonly dtype: DType;
  /** Where kernels run. */
  readonly backend: Backend;
  /** The type of gradients and of the parameters that the model computes with: `dtype`, or the format of `half`. */
  readonly precision: DType | HalfFormat;
  /** Whether it maximizes. */
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
   * Live views of the parameters, in the objects and arrays that `init` was given. Reading costs nothing; writing changes the parameter. Nested parameters
   * are also available under their full name, `opt.params['blocks.0.wq']`, as properties that enumeration skips.
   *
   * A view shows the optimizer's memory, so its values change with every step. Its `buffer` holds many arrays, and is shared between threads if there are
   * several (by default from half a million elements on); therefore `structuredClone(opt.params)` and `postMessage` copy the whole memory in small models
   * and copy nothing in large ones. To keep values, copy them: `opt.snapshot()`, or `opt.params.w.slice()`. Do not transfer a view. A view taken before
   * `remove` or `dispose` keeps its values.
   */
  get params(): Views<P, B> & ByName<P, B> {
    return this.running('params').named.params as unknown as Views<P, B> & ByName<P, B>;
  }

  /**
   * The names of the parameters that are being trained: neither frozen nor removed, tied ones under one name. Use them for what you compute over all
   * parameters around a step, such as a norm: `opt.params[name]`.
   */
  get trained(): readonly NameIn<P>[] {
    const places = [...this.running('trained').registry.places];
    return places.flatMap(([name, { cohort, index }]) => (cohort.active?.[index] === false ? [] : [name as NameIn<P>]));
  }

  /**
   * Live views of the gradients, structured as `params`: fill them, then call `step()`. Sparse parameters have none. Throws if gradients are in half
   * precision.
   */
  get grads(): Views<Dense<P>, B> & ByName<Dense<P>, B> {
    const { named, options } = this.running('grads');
    if (options.half !== undefined) throw new ThalwegError('half', `${this.name}: gradients are in ${options.half}; fill opt.half.grads`);
    return named.grads as unknown as Views<Dense<P>, B> & ByName<Dense<P>, B>;
  }

  /** Live views of parameters and gradients in half precision. Throws a ThalwegError unless `init` was given the option `half`. */
  get half(): Half<P, B> {
    const { named, options } = this.running('half');
    if (options.half === undefined) throw new ThalwegError('half', `${this.name}: half precision is off; give init the option half`);
    return { params: named.halves, grads: named.grads } as unknown as Half<P, B>;
  }

  /**
   * Live views of the inputs that are an array per parameter, by input and parameter: fill them, then call `step(opt.grads, opt.inputs)`, which copies
   * nothing.
   */
  get inputs(): Readonly<Record<string, Views<Dense<P>, B>>> {
    return inputViews(this.running('inputs')) as Record<string, Views<Dense<P>, B>>;
  }

  /**
   * The hyperparameters: assign a number, a schedule or a function; it takes effect at the next step and never recompiles. Reading returns what was
   * assigned; `current` has the numbers.
   */
  get hyper(): Record<N, HyperValue> {
    this.running('hyper');
    return this.hyperView;
  }

  /**
   * The numbers that the next step uses for the hyperparameters: a schedule's value at t + 1, like `param_groups[0]['lr']` in PyTorch. A read-only copy;
   * those of the last step are in `observe()`.
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

  /** The number of steps taken. */
  get t(): number {
    return (this.core ?? this.atEnd).steps;
  }

  /** The number of steps skipped because a gradient or an input was not finite. `t` does not count them. */
  get skipped(): number {
    return (this.core ?? this.atEnd).skipped;
  }

  /**
   * The number of batches processed: calls of `step` with valid arguments, whatever their result. Index your data by this and not by `t`: `t` stays the
   * same when a step is skipped, so the same batch would come again forever. Checkpoints store it.
   */
  get batches(): number {
    return (this.core ?? this.atEnd).batches;
  }

  /** The number of batches accumulated since the last step; 0 without `accumulate`. */
  get pending(): number {
    return this.running('pending').pending;
  }

  /** The factor for the next loss; 1 unless `lossScale` was given. */
  get lossScale(): number {
    return this.running('lossScale').options.scale?.value ?? 1;
  }

  /**
   * The bytes of arrays that the kernels of a step read and write, as planned for the last step; zeros before the first. Divided by the memory bandwidth,
   * they are a lower bound of the time of a step. Matrix operations and copying of gradients come on top.
   */
  get traffic(): { readonly read: number; readonly written: number } {
    return trafficOf(this.running('traffic'));
  }

  /**
   * The states. An array state has a live view per parameter name, or a decoded copy if it is stored in another type than the parameters. A state that is
   * one number per tensor has a copy of its number. A state that is one number for the whole group has a copy under `value`, or under the group's name if
   * there are several groups.
   */
  get state(): Readonly<Record<string, Readonly<Record<string, Float32Array | Float64Array>>>> {
    return stateViews(this.running('state'));
  }

  /**
   * Takes one step with the gradients in `grads`, or with the given ones, which are copied there first.
   *
   * @param gradients - an array for each parameter, of its length and type (a Uint16Array in half precision), and `rows` for sparse ones, structured as
   * `params`; omit it (or pass `grads`) to use the values in `grads`. For tied names, a gradient may be given under any of them; different arrays are
   * added, and the same array, such as the view in `opt.grads`, counts once
   * @param inputs - the declared inputs, such as `{ loss }`
   *
   * @returns `'stepped'`, `'accumulated'` or `'skipped'`; compare with these strings, since all of them are truthy. If all parameters are frozen or
   * removed, the step changes only `t` and schedules, and returns `'stepped'`
   * @throws ArrayError, OptionError, DisposedError; nothing has changed then. NonFiniteError with `nonFinite: 'throw'`; then only `skipped` and `batches`
   * have changed, and accumulated gradients are dropped. DivergenceError after a step that left weights that are not finite, unless `nonFinite:
   * 'propagate'`. WorkerError if a thread died during the step: the arrays are half-written, and from then on every call but `load` throws
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
    const isOurs = gradients === undefined || Object.is(gradients, core.named.grads);
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
   * Takes a step with the batches accumulated so far, before there are `accumulate` of them, with their mean gradient: for the end of an epoch, say.
   *
   * @returns `'empty'` if no batch is pending (nothing happens then); otherwise as `step`
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

  /** Drops the accumulated batches: the next batch is the first of a new accumulation. `zeroGrad` leaves them. */
  discard(): void {
    beginWindow(this.settled('discard'));
  }

  /**
   * Measures of the last step by parameter name (those of frozen parameters are missing), and over all parameters under the symbol `overall`, with the
   * factor of `clipByGlobalNorm` and the hyperparameters of the step. Needs the option `observe` of `init`.
   *
   * @returns ‖g‖, ‖w‖, ‖Δw‖, ‖Δw‖/‖w‖, the effective learning rate ‖Δw‖/‖g‖, and the fraction of sign flips if requested
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
   * The weights to evaluate the model at: views structured as `params`, recomputed by each call. They are the parameters themselves, except for methods
   * that evaluate at other weights than they train, such as schedule-free ones and averages.
   *
   * @example
   * ```ts
   * import { chain, ema, sgd } from 'thalweg';
   * const opt = await chain(sgd({ lr: 0.1 }), ema({ decay: 0.99 })).init({ w: Float32Array.of(1) });
   * opt.step({ w: Float32Array.of(0.5) });
   * opt.evaluate().w; // the averaged weights
   * ```
   */
  evaluate(): Views<P, B> {
    return evaluationPoint(this.whole('evaluate')) as unknown as Views<P, B>;
  }

  /**
   * Copies of the current parameters: to keep the best weights, or to send them elsewhere. States, t and hyperparameters are not included; `save` has
   * everything. For methods that evaluate at other weights than they train, see `evaluate`.
   *
   * @returns an array for each name, `'blocks.0.wq'` for a nested parameter; tied names share one array
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
   * Sets the parameters to copies made by `snapshot`. States, t, hyperparameters and accumulated gradients stay as they are, so the next step uses the
   * current momentum. To resume training exactly, `load` a checkpoint.
   *
   * @param snapshot - an array for each parameter, of its length and type; the values are copied
   * @throws ArrayError if one is missing, unknown, or of another length or type; nothing has changed then
   * @example
   * ```ts
   * import { adam } from 'thalweg';
   * const opt = await adam().init({ w: Float32Array.of(1) });
   * const best = opt.snapshot();
   * opt.step({ w: Float32Array.of(0.5) });
   * opt.restore(best);
   * opt.params.w; // 1
   * ```
   */
  restore(snapshot: Readonly<Record<keyof Named<P>, Float32Array | Float64Array>>): void {
    restoreSnapshot(this.whole('restore'), snapshot);
  }

  /** Sets every gradient to zero. `step` never does. Accumulated gradients are kept (`discard` drops them), so it may be called before every batch. */
  zeroGrad(): void {
    for (const { stepper, rows } of this.running('zeroGrad').registry.cohorts) if (rows === undefined) stepper.arena.clear(gradient);
  }

  /**
   * Freezes parameters: their values and states stay as they are, and no sum over parameters includes them. A tied parameter is frozen by any of its names.
   *
   * @param match - which parameters, as in `groups`
   * @throws ThalwegError if no parameter matches
   * @example
   * ```ts
   * import { adamw, tensor } from 'thalweg';
   * const opt = await adamw().init({ 'encoder.W': tensor([2, 2]), 'head.W': tensor([2]) });
   * opt.freeze('encoder.*');
   * ```
   */
  freeze(match: Match): void {
    const core = this.settled('freeze');
    for (const name of select(core, 'freeze', match)) core.frozen.add(core.named.ownName(name));
    core.activate();
  }

  /**
   * Trains frozen parameters again, with the states they had. Since t continued meanwhile, a parameter that was frozen from the start then has states of 0
   * but no bias correction any more, so its first steps are larger than Adam's usually are. To train a new parameter with t from 1, `add` it when its
   * training starts.
   */
  unfreeze(match: Match): void {
    const core = this.settled('unfreeze');
    for (const name of select(core, 'unfreeze', match)) core.frozen.delete(core.named.ownName(name));
    core.activate();
  }

  /**
   * Adds parameters, which are trained from the next step on. Their equations count t from there, so bias corrections are right; schedules continue with
   * the optimizer's t. States of a whole group, such as Prodigy's distance, start anew for them.
   *
   * @param parameters - as for `init`, with new names
   * @returns this optimizer, with the new names in its type
   * @throws ArrayError if a name is taken, a type differs, or no group matches a parameter
   * @example
   * ```ts
   * import { adamw, tensor } from 'thalweg';
   * const opt = await adamw().init({ body: tensor([8, 8]) });
   * const larger = opt.add({ head: tensor([8, 2]) });
   * larger.params.head.length; // 16
   * ```
   */
  add<const Q extends ParameterTree>(parameters: Q): Optimizer<P & Q, N, B> {
    const core = this.settled('add');
    const given = checkParameters(this.name, parameters, core.named.arrays);
    core.named.tree.check(this.name, given.leaves);
    commonType(this.name, given.tensors, this.backend, this.dtype);
    core.register(given);
    // The views just added are what the wider type promises, and nothing else depends on it.
    return this as unknown as Optimizer<P & Q, N, B>;
  }

  /**
   * Stops training parameters for good and deletes their states. Views taken before keep their values, and `add` may use the names again.
   *
   * Memory is freed when all parameters in it are removed. The parameters of one call of `init` or `add` share memory, separately for each group (and where
   * shapes select different equations). So add parameters that will be removed together in a call of their own. In a memory that was passed to `init`, the
   * next `add` reuses the place, and old views of it show the new values.
   *
   * @param match - which parameters, as in `groups`. A parameter's own name also removes all names tied to it; a tied name is removed alone.
   * @throws ThalwegError if no parameter matches
   * @example
   * ```ts
   * import { adamw, tensor } from 'thalweg';
   * const opt = await adamw().init({ body: tensor([8, 8]), head: tensor([8, 2]) });
   * opt.remove('head');
   * opt.trained; // ['body']
   * ```
   */
  remove(match: Match): void {
    const core = this.settled('remove');
    core.forget(new Set(select(core, 'remove', match)));
  }

  /**
   * Everything needed to resume training, as one safetensors file: parameters, states, t, hyperparameters, and schedules as their equations.
   *
   * @param options - `{ metadata: { seed: 1, best: 0.3 } }` for your own strings and numbers, which `load` returns; `{ format: pytorch }`, with `pytorch`
   * from `thalweg/pytorch`, for a file that PyTorch can load
   * @returns the bytes of the file; `saveFile` of `thalweg/node` writes them to disk atomically
   * @throws OptionError; UnsupportedError if another format cannot represent this optimizer
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
   * Resumes from what `save` returned: needs the same equations, and parameters with the same names, shapes and type, on any backend that computes in that
   * type. All later steps are the same bit for bit. `options` allow files that do not match in full: of a run that was made with another learning rate,
   * say, which is refused otherwise, or of which only the weights are wanted.
   *
   * @param bytes - the bytes that `save` returned
   * @param options - `{ hyper: 'file' | 'mine' }`: whose hyperparameters to use if they differ; `{ only: 'params' }` to load only the values of all
   * parameters, `{ only: 'matching' }` to load whatever fits; `{ format: pytorch }`, with `pytorch` from `thalweg/pytorch`, for a file from PyTorch
   * @returns what was loaded and what was not, and why
   * @throws CheckpointError, which lists every difference, if the file is damaged or does not match; nothing has changed then
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
   * Like `load`, from a source that is read piece by piece, directly into place: for models too large for two copies. `loadFile` of `thalweg/node` reads
   * files so. Everything is checked before anything changes.
   *
   * @param source - its size, and how to read from it; until the promise resolves, every call that changes this optimizer throws
   * @param options - as for `load`
   * @returns as `load` does
   * @throws CheckpointError, with nothing changed; errors of `read`, after which every call but loading throws until a load succeeds
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
   * The file that `save` returns, one array at a time, to write it without a copy of everything. The chunks are views of the arrays themselves: if one
   * changes before the next is requested, the generator finally throws a ThalwegError with the code `'overtaken'`, and the file must be discarded.
   *
   * @param checksum - computes the CRC-32 of bytes, continued from that of the bytes before; pass a faster one than the built-in, such as zlib's
   * @param options - as for `save`
   */
  *chunks(checksum?: CheckpointSource['checksum'], options: SaveOptions = {}): Generator<Uint8Array> {
    checkSaveOptions(`${this.name}, chunks`, options);
    yield* checkpoint(this.whole('chunks'), checksum, options);
  }

  /** Frees the memory. Views taken before keep their values; every other use throws a DisposedError from now on. */
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

  /** The core, if its arrays are complete. */
  private whole(use: string): Core {
    const core = this.settled(use);
    if (core.damage !== undefined) throw core.damage();
    return core;
  }

  /** The core, if no file is being read. */
  private settled(use: string): Core {
    const core = this.running(use);
    if (core.asking) throw changedByItsSchedule(this.name);
    if (core.loading) throw new ThalwegError('loading', `${this.name}: ${use} while a file is being loaded; await that first`);
    return core;
  }

  private running(use: string): Core {
    if (this.core === undefined) throw new DisposedError(this.name, use);
    return this.core;
  }
}
