/**
 * `tfjsOptimizer`: a method as an optimizer of TF.js, in whatever TF.js does with one: `compile`, `fit`, `minimize`, `applyGradients`, weights, configuration.
 * Chooses the engine that steps; takes no step itself.
 */
import {
  dispose,
  Optimizer as TfOptimizer,
  type NamedTensorMap,
  type Scalar,
  type serialization,
  type Variable,
} from '@tensorflow/tfjs-core';
import { ThalwegError } from '../language/error.ts';
import { checkNames, describe, isRecord, oneOf } from '../language/options.ts';
import { DisposedError } from '../language/runtime-error.ts';
import type { HyperValue } from '../define/hyper.ts';
import { asMethod, callIt, type Method } from '../define/method.ts';
import { checkTrains } from '../define/program.ts';
import type { Recipe } from '../define/recipe.ts';
import type { InitOptions } from '../train/init-options.ts';
import { chooseEngine, engines, threadsReady } from './choose.ts';
import type { Engine, NamedTensor } from './engine.ts';
import { inputsOf, updatesOf, type TfjsInputs } from './given.ts';
import { HeldHyper } from './held-hyper.ts';
import { stemOf } from './names.ts';
import { decodeMethod, encodeMethod, fromText, toText } from './saved-method.ts';

/** How to make an optimizer of TF.js: the options of `init` that make sense there. */
export interface TfjsOptions extends Pick<InitOptions, 'nonFinite' | 'maximize' | 'accumulate' | 'threads' | 'backend' | 'state'> {
  /**
   * What takes the steps. `'arena'`: the library's own kernels, exact, for every optimizer, where TF.js computes on the CPU (the backends `cpu`, `wasm` and
   * `tensorflow`). `'ops'`: TF.js's operations, on any backend, for equations that it has operations for; nothing is read back from a GPU. `'auto'`, by
   * default, is `'arena'` where that can step and `'ops'` elsewhere.
   */
  readonly engine?: (typeof engines)[number];
}

const optionNames = ['engine', 'nonFinite', 'maximize', 'accumulate', 'threads', 'backend', 'state'] satisfies (keyof TfjsOptions)[];

/**
 * An optimizer of TF.js that steps by the equations of a method. Made by `tfjsOptimizer`, and by TF.js where it loads a model with its optimizer.
 *
 * @typeParam N - the names of the hyperparameters
 */
export class TfjsOptimizer<N extends string = string> extends TfOptimizer {
  /** The name by which TF.js finds this class when it loads a model. */
  static readonly className = 'ThalwegOptimizer';

  /** Whether a value is an optimizer of this class, whichever copy of the package made it; of TF.js's own `instanceof` any optimizer is. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && Reflect.get(value.constructor, 'className') === TfjsOptimizer.className;
  }

  /** The method's name. */
  readonly name: string;
  private readonly recipe: Recipe;
  private readonly options: Omit<TfjsOptions, 'engine'>;
  private readonly wanted: NonNullable<TfjsOptions['engine']>;
  private readonly held: HeldHyper<N>;
  private readonly readsLoss: boolean;
  private engine: Engine | undefined;
  private disposed = false;
  /** Whether variables are where the model is evaluated, so that no step may be taken. */
  private away = false;

  /** Use `tfjsOptimizer` instead. Throws a ThalwegError for what is no method that trains, and an OptionError. */
  constructor(method: Method<N>, options: TfjsOptions = {}) {
    super();
    const made = asMethod(method);
    if (made === undefined) {
      const given: unknown = method;
      const hint = typeof given === 'function' ? callIt(given) : describe(given);
      throw new ThalwegError('method', `tfjsOptimizer: takes a method such as adamw(), not ${hint}`);
    }
    checkTrains(made);
    checkNames(made.name, options, optionNames);
    const { engine = 'auto', ...others } = options;
    this.wanted = oneOf(made.name, 'engine', engine, engines);
    this.name = made.name;
    const { name, equations, groups } = made;
    this.recipe = { name, equations, groups: groups.map((group) => ({ ...group, alsoCalled: stemOf })) };
    this.options = others;
    this.readsLoss = made.inputs.includes('loss');
    this.held = new HeldHyper<N>(made, (name, value) => this.engine?.setHyper(name, value));
  }

  /** Steps taken. */
  get t(): number {
    return this.engine?.t ?? 0;
  }

  /** The same as `t`, as TF.js calls it. */
  override get iterations(): number {
    return this.t;
  }

  /** The hyperparameters: assign a number, a schedule or a function, in force from the next step. */
  get hyper(): Record<N, HyperValue> {
    return this.held.view;
  }

  /**
   * The learning rate of the next step, as a number: that of a schedule, where there is one. Assigning sets it, and takes a schedule too. Throws an OptionError
   * where groups have rates of their own; `hyper['name.lr']` is one of them.
   */
  get learningRate(): number {
    return this.held.rateAt(this.t + 1);
  }

  /** Sets it, from the next step on. */
  set learningRate(rate: HyperValue) {
    this.held.setRate(rate);
  }

  /** Waits until the threads run that share the steps of large models. Without it steps are right too, on one thread until others run. */
  async ready(): Promise<void> {
    await threadsReady(this.options.threads ?? 'auto');
  }

  /**
   * Computes a loss and its gradients and takes a step with them; methods that read the loss are given it.
   *
   * @param f - computes the loss, a scalar
   * @param returnCost - whether to return the loss, which then belongs to the caller
   * @param varList - which variables to train; all trainable ones by default
   * @throws as `applyGradients`
   */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    const { value, grads } = this.computeGradients(f, varList);
    let kept = false;
    try {
      // TF.js leaves out, or has null for, what the loss does not depend on.
      const given = varList?.map(({ name }) => ({ name, tensor: grads[name]! })) ?? grads;
      this.applyGradients(given, this.readsLoss ? { loss: value } : {});
      kept = returnCost;
    } finally {
      dispose(grads);
      if (!kept) value.dispose();
    }
    return kept ? value : null;
  }

  /**
   * Takes a step with these gradients. A variable whose gradient is null is left as it is, with its states; variables that come for the first time count t
   * from there.
   *
   * @param variableGradients - gradients by the names of variables, which still belong to the caller
   * @param inputs - what the equations read besides, such as `{ loss }`
   * @throws ArrayError for a gradient that fits no variable and an input that is missing, before anything changes; DivergenceError after a step that left
   * weights that are not finite; UnsupportedError on a backend on which the engine cannot step; DisposedError
   */
  override applyGradients(variableGradients: NamedTensorMap | NamedTensor[], inputs: TfjsInputs = {}): void {
    const engine = this.atWork('applyGradients');
    engine.step(updatesOf(this.name, variableGradients), inputsOf(this.name, inputs));
    this.iterations_ = this.t;
  }

  /** Takes the step that batches of an unfinished window of accumulation have begun, at the end of an epoch, say. */
  flush(): void {
    this.atWork('flush').flush();
  }

  /**
   * Runs a function with the variables set to where the model is to be evaluated: for schedule-free methods and averages that is not where they train. For
   * `model.evaluate`, `model.predict` and saving a model to be used. The training weights are back when it has returned, or its promise has settled.
   *
   * @param f - what to run; it must not take a step
   * @returns what `f` returns
   */
  evaluating<T>(f: () => T): T {
    const back = this.atWork('evaluating').moveToEvaluation();
    this.away = true;
    const end = (): void => {
      this.away = false;
      back();
    };
    let result: T;
    try {
      result = f();
    } catch (error) {
      end();
      throw error;
    }
    if (isPromise(result)) return Promise.resolve(result).finally(end) as T;
    end();
    return result;
  }

  /**
   * What `model.save` keeps of the optimizer: everything that the next steps depend on, bit for bit. TF.js lets nobody dispose of what it is given here, so
   * the values lie outside of its memory: read them with `data()` or `dataSync()`; `clone()` makes a tensor to compute with.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    if (this.disposed) throw new DisposedError(this.name, 'getWeights');
    const { t, engine } = this;
    const [saved, { toWeights }] = await Promise.all([engine?.save(), import('./saved-weights.ts')]);
    return toWeights(saved === undefined ? 0 : t, saved);
  }

  /**
   * Goes on where `getWeights` was called: variables of the same names, or in the same order where their shapes are the same, have the states that they had;
   * before the first step, if it was called there. The hyperparameters stay those of this optimizer.
   *
   * @throws CheckpointError where the weights are not of an optimizer with these equations; nothing has changed then
   */
  override async setWeights(weightValues: NamedTensor[]): Promise<void> {
    const { fromWeights } = await import('./saved-weights.ts');
    const saved = await fromWeights(this.name, weightValues);
    const engine = this.atWork('setWeights');
    if (saved === undefined) {
      engine.dispose();
      this.engine = undefined;
    } else await engine.load(saved);
    this.iterations_ = this.t;
  }

  /** The equations and hyperparameters as they are now, as a model's file has them. Throws a ThalwegError where one of them is a function. */
  override getConfig(): serialization.ConfigDict {
    const { name, held, options, wanted } = this;
    return { name, method: toText(encodeMethod(held.current())), options: toText({ engine: wanted, ...options }) };
  }

  /** The optimizer of a configuration. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const options = fromText(config['options']);
    if (!isRecord(options)) throw new ThalwegError('config', `the configuration of the optimizer has ${describe(options)} as options`);
    return new cls(decodeMethod(fromText(config['method'])), options);
  }

  /** Gives memory back. Everything but `t` throws a DisposedError from now on. */
  override dispose(): void {
    this.engine?.dispose();
    this.disposed = true;
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The engine for the backend that TF.js has now. */
  private atWork(use: string): Engine {
    const { name, recipe, options, wanted, held } = this;
    if (this.disposed) throw new DisposedError(name, use);
    if (this.away) throw new ThalwegError('evaluating', `${name}: ${use} inside evaluating(), where the variables are not what is trained`);
    this.engine = chooseEngine({ wanted, recipe, options, hyper: held.assigned }, this.engine);
    return this.engine;
  }
}

/**
 * An optimizer of TF.js from any method: for `model.compile`, and for `minimize` and `applyGradients` without a model. It is saved and loaded with a model.
 *
 * @param method - such as `adamw({ lr: 3e-4 })`, a chain with clipping, or groups that match variables by name, `'head/*'`, or by rank
 * @param options - the engine, and the options of `init` that make sense here
 * @throws ThalwegError for what is no method that trains; OptionError
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { adamw, warmupCosine } from 'thalweg';
 * import { tfjsOptimizer } from 'thalweg/tfjs';
 * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
 * const lr = warmupCosine({ peak: 0.1, warmup: 10, total: 200 });
 * model.compile({ optimizer: tfjsOptimizer(adamw({ lr, weightDecay: 0.01 })), loss: 'meanSquaredError' });
 * await model.fit(tf.ones([8, 2]), tf.zeros([8, 1]), { epochs: 3, verbose: 0 });
 * ```
 */
export function tfjsOptimizer<N extends string>(method: Method<N>, options: TfjsOptions = {}): TfjsOptimizer<N> {
  return new TfjsOptimizer<N>(method, options);
}

/** Whether a value is a promise, of whatever realm. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
