/** What an optimizer of jax-js that holds its state has, on either engine. Knows no engine. */
import type { HyperValue } from '../define/hyper.ts';
import type { LoadOptions, LoadReport } from '../checkpoint/load-options.ts';
import type { StepResult } from '../optimizer/optimizer.ts';
import type { JaxInputs } from './transformation.ts';
import type { Tree } from './tree.ts';

/**
 * What takes the steps: `'arena'` is Thalweg's own memory and kernels, with every option and method; `'ops'` is jax-js's operations, on the device of the
 * arrays.
 */
export type JaxEngine = 'arena' | 'ops';

/**
 * A method bound to parameters of jax-js.
 *
 * @typeParam P - the tree of the parameters
 * @typeParam N - the names of the hyperparameters
 */
export interface JaxOptimizer<P extends Tree = Tree, N extends string = string> {
  /** What takes the steps. */
  readonly engine: JaxEngine;
  /** The number of steps taken. */
  readonly t: number;
  /** The hyperparameters: assign a number, a schedule or a function; it takes effect at the next step. */
  readonly hyper: Record<N, HyperValue>;
  /** The result of the last call of `step`: `'stepped'`, or no step with `accumulate` or `nonFinite: 'skip'`. */
  readonly outcome: StepResult | undefined;
  /** Takes a step. Consumes the gradients and returns the new parameters as new arrays, which you own. */
  step(gradients: P, inputs?: JaxInputs): Promise<P>;
  /** The parameters, as new arrays. */
  params(): P;
  /** The weights to evaluate the model at, as new arrays: the parameters, or what the method says, such as an average. */
  evaluate(): P;
  /** The full state of training as one safetensors file. Parameters are named by the keys of the tree: `layers/0/wq`. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
  /** Resumes from what `save` returned, here or in any optimizer of Thalweg with these parameter names. */
  load(bytes: Uint8Array | ArrayBufferLike, options?: LoadOptions): Promise<LoadReport>;
  /** Frees memory and arrays. */
  dispose(): void;
}
