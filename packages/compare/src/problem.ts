/**
 * What a problem is, for the built-in ones and for a user's file alike. Knows nothing of optimizers, protocols or reports.
 */
import type { numpy as np } from '@jax-js/jax';
import { ThalwegError, type Parameter, type Rows, type SparseTensor } from 'thalweg';
import type { Landscape, Metric } from './schema.ts';

/** Arrays by parameter name. */
export type Arrays = Readonly<Record<string, Float32Array | Float64Array>>;

/** First values by parameter name. */
export type Start = Readonly<Record<string, Parameter>>;

/** The names of the parameters that are tables: declared with `sparse`, so that a step moves the rows that have a gradient and no others. */
export type TableOf<P extends Start> = { [K in keyof P]: P[K] extends SparseTensor ? K : never }[keyof P];

type Floats = Float32Array | Float64Array;

/** Arrays of all parameters, those of `P` by their names. */
export type ParamsOf<P extends Start> = Arrays & Readonly<Record<keyof P, Floats>>;

/** Arrays for the gradients of all parameters that are no tables. */
export type GradsOf<P extends Start> = Arrays &
  Readonly<Record<Exclude<keyof P, TableOf<P>>, Floats>> &
  Readonly<Partial<Record<string extends keyof P ? never : TableOf<P>, never>>>;

/** What the gradient of a model with tables returns: the training loss, and `rows` for each table; one that is left out has no gradient in this step. */
export interface LossAndRows<P extends Start = Start> {
  readonly loss: number;
  readonly rows: string extends keyof P ? Readonly<Record<string, Rows>> : Readonly<Partial<Record<TableOf<P>, Rows>>>;
}

/** What a gradient returns: the loss; where there are tables, the loss and their rows. */
export type GradientResult<P extends Start = Start> = string extends keyof P
  ? number | LossAndRows
  : [TableOf<P>] extends [never]
    ? number
    : LossAndRows<P>;

/** Which held-out data to measure on. A landscape has none and measures the point itself. */
export type Split = 'validation' | 'test';

/** A value, or the promise of one: either is taken from a problem's functions. */
export type Awaitable<Value> = Value | Promise<Value>;

/** The training loss of a model that is written in jax-js. */
export interface Traced {
  /** The loss, a number, of parameters as `start` names and shapes them, on a batch. Pure: jax-js traces it, maps it over several runs and consumes its arguments. */
  loss(params: Readonly<Record<string, np.Array>>, ...batch: readonly np.Array[]): np.Array;
  /** The batch of a step, from `seed` and `step` alone, as `gradient` has it. */
  batch(seed: number, step: number): np.Array[];
}

/** A problem with its data loaded. What a function returns, or resolves to, is checked each time. */
export interface Model<P extends Start = Start> {
  /** First weights for a seed, finite: the same for every optimizer. A table of `sparse` rows, such as an embedding, needs `sparse: true` of the problem. */
  start(seed: number): Awaitable<P>;
  /**
   * Writes the gradient at `params` into `grads`, every element of it, and returns the training loss. The batch, and any noise, must
   * follow from `seed` and `step` (counted from 1) alone, so that every optimizer sees the same. Tables have no array in `grads`: their gradients are
   * returned with the loss, `{ loss, rows: { E: rows(indices, values) } }`.
   */
  gradient(params: ParamsOf<P>, grads: GradsOf<P>, seed: number, step: number): Awaitable<GradientResult<P>>;
  /** The tuning metric on validation data, or the test metric on test data; with the loss there, which decides between equals of a coarse metric. */
  evaluate(params: ParamsOf<P>, split: Split): Awaitable<number | Evaluation>;
  /**
   * The tuning metric as it stands in the middle of a run, a hundred times in each: on part of the validation data, say, where all of it would take longer than
   * the training. By default `evaluate(params, 'validation')`. Curves and the time to the target come from it; what chooses and ranks does not.
   */
  monitor?(params: ParamsOf<P>): Awaitable<number>;
  /** The loss of `gradient` in jax-js, where it is written so: then a scan takes the steps of all its learning rates together. Needs `traced: true` of the problem. */
  readonly traced?: Traced;
}

/** A metric's value, such as a share of errors, and the loss on the same data. */
export interface Evaluation {
  readonly value: number;
  readonly loss: number;
}

/** How many steps a run takes in each preset. */
export interface Lengths {
  readonly quick: number;
  readonly standard: number;
  readonly thorough: number;
}

/** A problem to train. */
export interface Problem<P extends Start = Start> {
  /** Lower-case, unique: `digits`. */
  readonly id: string;
  readonly title: string;
  /** Two or three sentences: data, model, sizes, split. */
  readonly description: string;
  readonly steps: Lengths;
  /** Examples per step; null where there are none. */
  readonly batchSize: number | null;
  /** What learning rates are chosen by, on validation data. */
  readonly tuningMetric: Metric;
  /** What is reported from test data: best the same metric, or what was chosen is not what is ranked. */
  readonly testMetric: Metric;
  /** Examples in the test data, where the test metric is a percentage of them: its standard error is the margin within which optimizers count as equal. */
  readonly testSize?: number;
  /** The difference of the test metric below which two optimizers count as equal, instead. */
  readonly margin?: number;
  /** A value of the tuning metric that counts as solved, for the time to it. */
  readonly target: number;
  /** Whether its model has `traced`. */
  readonly traced?: true;
  /** Whether some of its model's parameters are tables of `sparse` rows. Methods that need every row are then refused. */
  readonly sparse?: true;
  /** Loads the data. Called once per worker. */
  load(): Awaitable<Model<P>>;
  /**
   * Files, relative to the problem's own, that runs depend on and that JavaScript does not read: by native code, say, or another process. What it
   * imports or reads with `fs` is noticed without.
   */
  readonly data?: readonly string[];
  /** Enough to draw contours, for a problem of one parameter `w` with two elements. */
  readonly landscape?: Landscape;
}

/** A problem that is not one: says which field or function of which file, and what would be right. */
export class ProblemError extends ThalwegError {
  /** Where the problem came from. */
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
