/**
 * `tfjsOptimizer`: a method as an optimizer of TF.js, for everything TF.js does with one: `compile`, `fit`, `minimize`, `applyGradients`, weights,
 * configuration. Chooses the engine; takes no step itself.
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

/** Options of `tfjsOptimizer`: the engine, and the options of `init` that apply to TF.js. */
export interface TfjsOptions extends Pick<InitOptions, 'nonFinite' | 'maximize' | 'accumulate' | 'threads' | 'backend' | 'state'> {
  /**
   * What takes the steps. `'arena'`: the library's own exact kernels, for every method, if TF.js computes on the CPU (the backends `cpu`, `wasm` and
   * `tensorflow`). `'ops'`: TF.js's operations, on any backend, for methods whose operations TF.js has; nothing is read back from a GPU. `'auto'`, the
   * default, is `'arena'` where that works and `'ops'` elsewhere.
   */
  readonly engine?: (typeof engines)[number];
}

const optionNames = ['engine', 'nonFinite', 'maximize', 'accumulate', 'threads', 'backend', 'state'] satisfies (keyof TfjsOptions)[];

/**
 * An optimizer of TF.js that steps by the equations of a method. Made by `tfjsOptimizer`, and by TF.js when it loads a model with its optimizer.
 *
 * @typeParam N - the names of the hyperparameters
 */
export class TfjsOptimizer<N extends string = string> extends TfOptimizer {
  /** The name by which TF.js finds this class when it loads a model. */
  static readonly className = 'ThalwegOptimizer';

  /** Whether a value is an optimizer of this class, made by any copy of the package; for TF.js's own `instanceof`, any optimizer is. */
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
  /** Whether variables hold the weights for evaluation, so that no step may be taken. */
  private away = false;

  /** Use `tfjsOptimizer` instead. Throws a ThalwegError if `method` is not a method that trains, and an OptionError. */
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

  /** The number of steps taken. */
  get t(): number {
    return this.engine?.t ?? 0;
  }

  /** The same as `t`, as TF.js calls it. */
  override get iterations(): number {
    return this.t;
  }

  /** The hyperparameters: assign a number, a schedule or a function; it takes effect at the next step. */
  get hyper(): Record<N, HyperValue> {
    return this.held.view;
  }

  /**
   * The learning rate of the next step, as a number, evaluated if it is a schedule. Assign a number or a schedule to set it. Throws an OptionError if
   * groups have different rates; use `hyper['name.lr']` then.
   */
  get learningRate(): number {
    return this.held.rateAt(this.t + 1);
  }

  /** Sets the learning rate, from the next step on. */
  set learningRate(rate: HyperValue) {
    this.held.setRate(rate);
  }

  /** Resolves when the threads that share the steps of large models run. Steps are correct without it, on one thread until others run. */
  async ready(): Promise<void> {
    await threadsReady(this.options.threads ?? 'auto');
  }

  /**
   * Computes a loss and its gradients and takes a step with them; methods that read the loss receive it.
   *
   * @param f - computes the loss, a scalar
   * @param returnCost - whether to return the loss, which the caller then has to dispose of
   * @param varList - the variables to train; by default all trainable ones
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
   * Takes a step with the given gradients. A variable whose gradient is null is left as it is, with its states; a variable that appears for the first time
   * counts t from there.
   *
   * @param variableGradients - gradients by variable name; the caller still has to dispose of them
   * @param inputs - what the equations read besides gradients, such as `{ loss }`
   * @throws ArrayError for a gradient that fits no variable and for a missing input, before anything changes; DivergenceError after a step that left
   * weights that are not finite; UnsupportedError on a backend on which the engine cannot step; DisposedError
   */
  override applyGradients(variableGradients: NamedTensorMap | NamedTensor[], inputs: TfjsInputs = {}): void {
    const engine = this.atWork('applyGradients');
    engine.step(updatesOf(this.name, variableGradients), inputsOf(this.name, inputs));
    this.iterations_ = this.t;
  }

  /** Takes a step with the batches accumulated so far, before there are `accumulate` of them: for the end of an epoch, say. */
  flush(): void {
    this.atWork('flush').flush();
  }

  /**
   * Runs a function with the variables set to the weights to evaluate the model at, which schedule-free methods and averages do not train. For
   * `model.evaluate`, `model.predict`, and saving a model for use. The training weights are restored when the function returns or its promise settles.
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
   * What `model.save` stores of the optimizer: everything needed to resume training, bit for bit. Since TF.js never disposes of these tensors, their values
   * lie outside of its memory: read them with `data()` or `dataSync()`; `clone()` makes a tensor to compute with.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    if (this.disposed) throw new DisposedError(this.name, 'getWeights');
    const { t, engine } = this;
    const [saved, { toWeights }] = await Promise.all([engine?.save(), import('./saved-weights.ts')]);
    return toWeights(saved === undefined ? 0 : t, saved);
  }

  /**
   * Resumes from what `getWeights` returned: variables with the same names, or in the same order if their shapes agree, get the states that they had; if it was
   * called before the first step, the optimizer is as before its first step. The hyperparameters stay those of this optimizer.
   *
   * @throws CheckpointError if the weights belong to other equations; nothing has changed then
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

  /** The equations and current hyperparameters, for a model's file. Throws a ThalwegError if one of them is a function. */
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

  /** Frees memory. Everything but `t` throws a DisposedError from now on. */
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
 * Makes an optimizer of TF.js from any method: for `model.compile`, and for `minimize` and `applyGradients` without a model. TF.js saves and loads it with
 * a model.
 *
 * @param method - an optimizer such as `adamw({ lr: 3e-4 })`, a chain, or groups that match variables by name, `'head/*'`, or by rank
 * @param options - the engine, and the options of `init` that apply to TF.js
 * @throws ThalwegError if `method` is not a method that trains; OptionError
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
