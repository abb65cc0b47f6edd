/** What a problem is, for built-in problems and users' files alike. Knows nothing of optimizers, protocols or reports. */
import type { numpy as np } from '@jax-js/jax';
import { ThalwegError, type Parameter, type Rows, type SparseTensor } from 'thalweg';
import type { Landscape, Metric } from './schema.ts';

/** Arrays by parameter name. */
export type Arrays = Readonly<Record<string, Float32Array | Float64Array>>;

/** Initial values by parameter name. */
export type Start = Readonly<Record<string, Parameter>>;

/** The names of the sparse parameters: declared with `sparse`, so that a step updates only the rows that have a gradient. */
export type TableOf<P extends Start> = { [K in keyof P]: P[K] extends SparseTensor ? K : never }[keyof P];

type Floats = Float32Array | Float64Array;

/** Arrays of all parameters; those in `P` by their names. */
export type ParamsOf<P extends Start> = Arrays & Readonly<Record<keyof P, Floats>>;

/** Arrays for the gradients of all dense parameters. */
export type GradsOf<P extends Start> = Arrays &
  Readonly<Record<Exclude<keyof P, TableOf<P>>, Floats>> &
  Readonly<Partial<Record<string extends keyof P ? never : TableOf<P>, never>>>;

/**
 * What the gradient of a model with sparse parameters returns: the training loss, and `rows` for each of them; an omitted one has no gradient in this step.
 */
export interface LossAndRows<P extends Start = Start> {
  readonly loss: number;
  readonly rows: string extends keyof P ? Readonly<Record<string, Rows>> : Readonly<Partial<Record<TableOf<P>, Rows>>>;
}

/** What a gradient returns: the loss; with sparse parameters, the loss and their rows. */
export type GradientResult<P extends Start = Start> = string extends keyof P
  ? number | LossAndRows
  : [TableOf<P>] extends [never]
    ? number
    : LossAndRows<P>;

/** Which held-out data to measure on. A landscape has none and measures the point itself. */
export type Split = 'validation' | 'test';

/** A value or a promise of one; a problem's functions may return either. */
export type Awaitable<Value> = Value | Promise<Value>;

/** The training loss of a model written in jax-js. */
export interface Traced {
  /**
   * The loss, a scalar, of parameters with the names and shapes of `start`, on a batch. Pure: jax-js traces it, maps it over several runs, and it consumes
   * its arguments.
   */
  loss(params: Readonly<Record<string, np.Array>>, ...batch: readonly np.Array[]): np.Array;
  /** The batch of a step, from `seed` and `step` alone, the same as in `gradient`. */
  batch(seed: number, step: number): np.Array[];
}

/** A problem with its data loaded. The results of its functions are checked, as values or as promises of them. */
export interface Model<P extends Start = Start> {
  /**
   * Initial weights for a seed, all finite: the same for every optimizer. Sparse parameters, such as embeddings made by `sparse`, need `sparse: true` in
   * the problem.
   */
  start(seed: number): Awaitable<P>;
  /**
   * Writes the gradient at `params` into `grads`, every element of it, and returns the training loss. The batch, and any noise, must depend on `seed` and
   * `step` (counted from 1) alone, so that every optimizer sees the same. Sparse parameters have no array in `grads`: return their gradients with the loss,
   * `{ loss, rows: { E: rows(indices, values) } }`.
   */
  gradient(params: ParamsOf<P>, grads: GradsOf<P>, seed: number, step: number): Awaitable<GradientResult<P>>;
  /** The tuning metric on validation data, or the test metric on test data; optionally with the loss there, which breaks ties of a coarse metric. */
  evaluate(params: ParamsOf<P>, split: Split): Awaitable<number | Evaluation>;
  /**
   * The tuning metric during a run, about a hundred times in each: for example on part of the validation data, if all of it would take longer than the
   * training. By default `evaluate(params, 'validation')`. It is used for curves and the time to the target, not for tuning and ranking.
   */
  monitor?(params: ParamsOf<P>): Awaitable<number>;
  /** The loss of `gradient` in jax-js, if it is written so: then a scan runs all its learning rates together. Needs `traced: true` in the problem. */
  readonly traced?: Traced;
}

/** A metric's value, such as an error rate, and the loss on the same data. */
export interface Evaluation {
  readonly value: number;
  readonly loss: number;
}

/** The number of steps of a run in each preset. */
export interface Lengths {
  readonly quick: number;
  readonly standard: number;
  readonly thorough: number;
}

/** A problem to train. */
export interface Problem<P extends Start = Start> {
  /** A unique name in lower case: `digits`. */
  readonly id: string;
  readonly title: string;
  /** Two or three sentences: data, model, sizes, split. */
  readonly description: string;
  readonly steps: Lengths;
  /** Examples per step; null if there are none. */
  readonly batchSize: number | null;
  /** The metric by which learning rates are chosen, on validation data. */
  readonly tuningMetric: Metric;
  /** The metric that is reported, on test data: preferably the same, or else what was tuned is not what is ranked. */
  readonly testMetric: Metric;
  /** The number of test examples, if the test metric is a percentage of them: its standard error is the margin within which optimizers count as equal. */
  readonly testSize?: number;
  /** Alternatively, the difference of the test metric below which two optimizers count as equal. */
  readonly margin?: number;
  /** The value of the tuning metric that counts as solved, for the time to target. */
  readonly target: number;
  /** Whether its model has `traced`. */
  readonly traced?: true;
  /** Whether some parameters of its model are made by `sparse`. Methods that need every row are then refused. */
  readonly sparse?: true;
  /** Loads the data. Called once per worker. */
  load(): Awaitable<Model<P>>;
  /**
   * Files, relative to the problem's own, that runs depend on and that JavaScript does not read, but native code or another process does. What it imports
   * or reads with `fs` is found automatically.
   */
  readonly data?: readonly string[];
  /** Data for a contour map, for a problem with one parameter `w` of two elements. */
  readonly landscape?: Landscape;
}

/** An invalid problem: says which field or function of which file is wrong, and what would be right. */
export class ProblemError extends ThalwegError {
  /** The file that the problem came from. */
  readonly file: string;
  /** What is wrong with it. */
  readonly problem: string;

  /** Describes what is wrong with the problem in `file`. */
  constructor(file: string, problem: string) {
    super('problem', `${file}: ${problem}`);
    this.file = file;
    this.problem = problem;
  }
}
