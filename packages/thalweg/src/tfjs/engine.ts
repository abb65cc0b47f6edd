/** The interface of what steps TF.js variables: an arena, or TF.js's own operations. Knows neither. */
import type { Optimizer as TfOptimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Variable as Role } from '../language/variable.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { StepResult } from '../optimizer/optimizer.ts';
import type { Declared } from './bindings.ts';

/** A tensor with a name; TF.js has the type and does not export it. */
export type NamedTensor = Awaited<ReturnType<TfOptimizer['getWeights']>>[number];

/** A variable with its gradient, where it has one. */
export interface Update {
  readonly variable: Variable;
  readonly gradient?: Tensor;
}

/** What equations read besides gradients: a number, or a tensor for each variable. */
export type GivenInputs = ReadonlyMap<string, number | Tensor | ReadonlyMap<Variable, Tensor>>;

/** Everything that the next steps depend on: a checkpoint's bytes, and the parameters in the order in which they came. */
export interface Saved {
  readonly declared: readonly Declared[];
  readonly bytes: Uint8Array;
}

/** What was trained, as values: of each parameter, and of the states that the equations name. */
export interface Held {
  readonly t: number;
  /** The step before a parameter's first. */
  readonly bornOf: (name: string) => number;
  /** The parameter itself or a state of it. */
  readonly valueOf: (name: string, role: Role) => number | Tensor;
}

/** What one engine leaves to another; its tensors are new and kept. */
export interface Left {
  readonly declared: readonly Declared[];
  readonly held: Held;
}

/** Steps variables. */
export interface Engine {
  readonly name: 'arena' | 'ops';
  /** Steps taken. */
  readonly t: number;
  /** Sets a hyperparameter from the next step on. Throws before anything changes. */
  setHyper(name: string, value: HyperValue): void;
  /** Takes a step with these gradients; variables without one stay as they are. */
  step(updates: readonly Update[], inputs: GivenInputs): StepResult;
  /** Takes the step that a window of accumulation has begun. */
  flush(): void;
  /** Sets variables to where the model is to be evaluated; the function that it returns puts them back. */
  moveToEvaluation(): () => void;
  /** What was trained; undefined before the first step. */
  save(): Promise<Saved | undefined>;
  /** The same at once, of what needs no waiting, without what was assigned to variables since the last step; for another engine to go on with. */
  leave?(): Left | undefined;
  /** Goes on where it was saved. Throws with nothing changed. */
  load(saved: Saved): Promise<void>;
  dispose(): void;
}
