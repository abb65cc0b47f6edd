/**
 * `tfjsOptimizer`: a method as an optimizer of TF.js, in whatever TF.js does with one: `compile`, `fit`, `minimize`, `applyGradients`, weights, configuration.
 * Chooses the engine that steps; takes no step itself.
 */
import {
  dispose,
  engine as tfjs,
  getBackend,
  Optimizer as TfOptimizer,
  type NamedTensorMap,
  type Scalar,
  type serialization,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { OptionError, ThalwegError } from '../language/error.ts';
import { checkNames, describe, isRecord, oneOf } from '../language/options.ts';
import { ArrayError, DisposedError, UnsupportedError } from '../language/run-error.ts';
import type { HyperValue } from '../define/hyper.ts';
import { asMethod, callIt, type Method } from '../define/method.ts';
import type { StepResult } from '../optimizer/optimizer.ts';
import type { InitOptions } from '../train/init-options.ts';
import { startThreads } from '../train/threads.ts';
import { Arena } from './arena.ts';
import { isSame } from './bindings.ts';
import type { Engine, GivenInputs, NamedTensor, Update } from './engine.ts';
import { HeldHyper } from './held-hyper.ts';
import { Operations } from './operations.ts';
import { decodeMethod, encodeMethod, fromText, toText } from './saved-method.ts';
import { fromWeights, toWeights } from './saved-weights.ts';
import { computesOnCpu } from './values.ts';

/** How to make an optimizer of TF.js: the options of `init` that make sense there. */
export interface TfjsOptions extends Pick<InitOptions, 'nonFinite' | 'maximize' | 'accumulate' | 'threads' | 'backend' | 'state'> {
  /**
   * What takes the steps. `'arena'`: the library's own kernels, exact, for every optimizer, where TF.js computes on the CPU (the backends `cpu`, `wasm` and
   * `tensorflow`). `'ops'`: TF.js's operations, on any backend, for equations that it has operations for; nothing is read back from a GPU. `'auto'`, by
   * default, is `'arena'` where that can step and `'ops'` elsewhere.
   */
  readonly engine?: 'auto' | 'arena' | 'ops';
}

/** What the equations read besides gradients, by name: a number, a scalar, or a tensor for each variable by the variable's name. */
export type TfjsInputs = Readonly<Record<string, number | Tensor | NamedTensorMap>>;

/** Options that only an arena has, with what may be said of them elsewhere. */
const plainly: Readonly<Record<string, readonly unknown[]>> = {
  nonFinite: ['stop', 'propagate'],
  accumulate: [1],
  threads: ['auto', 1],
  backend: ['auto'],
  state: ['float32'],
};

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
  private readonly method: Method;
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
    if (!made.trains)
      throw new ThalwegError(
        'method',
        `${made.name}: never assigns w, which is what the parameter is called, so it trains nothing; chain it with an optimizer`,
      );
    checkNames(made.name, options, optionNames);
    const { engine = 'auto', ...others } = options;
    this.wanted = oneOf(made.name, 'engine', engine, ['auto', 'arena', 'ops']);
    this.name = made.name;
    this.method = made;
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

  set learningRate(rate: HyperValue) {
    this.held.setRate(rate);
  }

  /** Waits until the threads run that share the steps of large models. Without it steps are right too, on one thread until others run. */
  async ready(): Promise<void> {
    await startThreads(this.options.threads ?? 'auto');
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
    this.stepWith(variableGradients, inputs);
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
    if (result instanceof Promise) return result.finally(end) as T;
    end();
    return result;
  }

  /**
   * What `model.save` keeps of the optimizer: everything that the next steps depend on, bit for bit. TF.js lets nobody dispose of what it is given here, so
   * the values lie outside of its memory: read them with `data()` or `dataSync()`; `clone()` makes a tensor to compute with.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    if (this.disposed) throw new DisposedError(this.name, 'getWeights');
    const { engine } = this;
    const t = this.t;
    return toWeights(t, await engine?.save());
  }

  /**
   * Goes on where `getWeights` was called: variables of the same names, or in the same order where their shapes are the same, have the states that they had. The
   * hyperparameters stay those of this optimizer.
   *
   * @throws CheckpointError where the weights are not of an optimizer with these equations; nothing has changed then
   */
  override async setWeights(weightValues: NamedTensor[]): Promise<void> {
    const saved = await fromWeights(this.name, weightValues);
    const engine = this.atWork('setWeights');
    if (saved === undefined) return;
    await engine.load(saved);
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

  private stepWith(gradients: NamedTensorMap | NamedTensor[], inputs: TfjsInputs): StepResult {
    const engine = this.atWork('applyGradients');
    if (this.away)
      throw new ThalwegError('evaluating', `${this.name}: a step inside evaluating(); the variables are where the model is evaluated`);
    const given = Array.isArray(gradients) ? gradients : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const seen = new Set<string>();
    const updates = given.map(({ name, tensor }): Update => {
      if (seen.has(name)) throw new ArrayError(this.name, name, `there are two gradients of ${name}`);
      seen.add(name);
      const variable = this.variable(name);
      // TF.js says null or nothing where there is none, whatever its types promise.
      const gradient = tensor as Tensor | null | undefined;
      if (gradient === null || gradient === undefined) return { variable };
      return { variable, gradient: this.fitting(`the gradient of ${name}`, name, gradient, variable) };
    });
    return engine.step(updates, this.inputs(inputs));
  }

  private inputs(inputs: TfjsInputs): GivenInputs {
    const ofEach = (input: string, tensors: NamedTensorMap): ReadonlyMap<Variable, Tensor> =>
      new Map(
        Object.entries(tensors).map(([name, one]) => {
          const variable = this.variable(name);
          return [variable, this.fitting(`the ${input} of ${name}`, name, one, variable)] as const;
        }),
      );
    return new Map(
      Object.entries(inputs).map(
        ([input, value]) => [input, typeof value === 'number' || isTensor(value) ? value : ofEach(input, value)] as const,
      ),
    );
  }

  private variable(name: string): Variable {
    const variable = tfjs().registeredVariables[name];
    if (variable === undefined)
      throw new ArrayError(this.name, name, `there is a gradient of ${name}, and TF.js has no variable of that name`);
    if (variable.dtype !== 'float32')
      throw new ArrayError(this.name, name, `${name} is ${variable.dtype}, and float32 is what can be trained`);
    return variable;
  }

  private fitting(title: string, name: string, tensor: Tensor, variable: Variable): Tensor {
    if (tensor.isDisposed) throw new ArrayError(this.name, name, `${title} has been disposed of`);
    const words = (one: Tensor): string => `${one.dtype} of shape [${one.shape.join(', ')}]`;
    if (tensor.dtype !== 'float32' || !isSame(tensor.shape, variable.shape))
      throw new ArrayError(this.name, name, `${title} is ${words(tensor)}, and the variable is ${words(variable)}`);
    return tensor;
  }

  /** The engine, on a backend on which it can step. */
  private atWork(use: string): Engine {
    if (this.disposed) throw new DisposedError(this.name, use);
    this.engine ??= this.choose();
    if (this.engine.name === 'arena' && !computesOnCpu()) {
      const problem = `the engine 'arena' steps on the CPU, and TF.js computes in ${getBackend()}, from which a step would have to wait for every gradient; the engine 'ops' steps there`;
      throw new UnsupportedError(this.name, problem);
    }
    return this.engine;
  }

  private choose(): Engine {
    const { method, options, held, wanted } = this;
    if (wanted === 'arena' || (wanted === 'auto' && computesOnCpu())) return new Arena(method, options, held.assigned);
    for (const [option, plain] of Object.entries(plainly)) {
      const given: unknown = Reflect.get(options, option);
      if (given === undefined || plain.includes(given)) continue;
      throw new OptionError(
        this.name,
        option,
        given,
        `is for the engine 'arena', and the step is taken by the operations of TF.js in ${getBackend()}`,
      );
    }
    return new Operations(method, options.maximize === true, held.assigned);
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

function isTensor(value: Tensor | NamedTensorMap): value is Tensor {
  return 'dataId' in value && 'dtype' in value;
}
