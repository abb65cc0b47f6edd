/** What an optimizer of jax-js that holds its state has, whatever steps it. Knows no engine. */
import type { HyperValue } from '../define/hyper.ts';
import type { LoadOptions, LoadReport } from '../checkpoint/load-options.ts';
import type { StepResult } from '../optimizer/optimizer.ts';
import type { JaxInputs } from './transformation.ts';
import type { Tree } from './tree.ts';

/** What steps: our own memory and kernels, with every option and method; or operations of jax-js, where the arrays are. */
export type JaxEngine = 'arena' | 'ops';

/**
 * A method bound to parameters of jax-js.
 *
 * @typeParam P - the tree of the parameters
 * @typeParam N - the names of the hyperparameters
 */
export interface JaxOptimizer<P extends Tree = Tree, N extends string = string> {
  /** What steps. */
  readonly engine: JaxEngine;
  /** Steps taken. */
  readonly t: number;
  /** The hyperparameters: assign a number, a schedule or a function, in force from the next step. */
  readonly hyper: Record<N, HyperValue>;
  /** What became of the last gradients: `'stepped'`, or with `accumulate` or `nonFinite: 'skip'` no step. */
  readonly outcome: StepResult | undefined;
  /** Takes a step. Consumes the gradients, and gives the parameters after it as new arrays, which are yours. */
  step(gradients: P, inputs?: JaxInputs): Promise<P>;
  /** The parameters as new arrays. */
  params(): P;
  /** Where to evaluate the model, as new arrays: the parameters, or what the equations say. */
  evaluate(): P;
  /** Everything that the next steps depend on, as one safetensors file, in which parameters have the names of the tree's keys: `layers/0/wq`. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
  /** Goes on where `save` was called, here or in any optimizer of Thalweg with these names. */
  load(bytes: Uint8Array | ArrayBufferLike, options?: LoadOptions): Promise<LoadReport>;
  /** Gives memory and arrays back. */
  dispose(): void;
}
