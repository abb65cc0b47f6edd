/**
 * What a problem is, for the built-in ones and for a user's file alike. Knows nothing of optimizers, protocols or reports.
 */
import { ThalwegError, type Parameter } from 'thalweg';
import type { Landscape, Metric } from './schema.ts';

/** Arrays by parameter name. */
export type Arrays = Readonly<Record<string, Float32Array | Float64Array>>;

/** Which held-out data to measure on. A landscape has none and measures the point itself. */
export type Split = 'validation' | 'test';

/** A problem with its data loaded. */
export interface Model {
  /** First weights for a seed: the same for every optimizer. */
  start(seed: number): Readonly<Record<string, Parameter>>;
  /**
   * Writes the gradient at `params` into `grads` and returns the training loss. The batch, and any noise, must follow from `seed` and
   * `step` (counted from 1) alone, so that every optimizer sees the same.
   */
  gradient(params: Arrays, grads: Arrays, seed: number, step: number): number;
  /** The tuning metric on validation data, or the test metric on test data. */
  evaluate(params: Arrays, split: Split): number;
}

/** How many steps a run takes in each preset. */
export interface Lengths {
  readonly quick: number;
  readonly standard: number;
  readonly thorough: number;
}

/** A problem to train. */
export interface Problem {
  /** Lower-case, unique: `digits`. */
  readonly id: string;
  readonly title: string;
  /** Two or three sentences: data, model, sizes, split. */
  readonly description: string;
  readonly steps: Lengths;
  /** Examples per step; null where there are none. */
  readonly batchSize: number | null;
  /** What tuning minimizes on validation data. */
  readonly tuningMetric: Metric;
  /** What is reported from test data. */
  readonly testMetric: Metric;
  /** A value of the tuning metric that counts as solved, for the time to it. */
  readonly target: number;
  /** Loads the data. Called once per worker. */
  load(): Model | Promise<Model>;
  /** Enough to draw contours, for a problem of one parameter `w` with two elements. */
  readonly landscape?: Landscape;
}

/** A problem that is not one: says which field of which file, and what would be right. */
export class ProblemError extends ThalwegError {
  /** Describes what is wrong with the problem in `file`. */
  constructor(file: string, problem: string) {
    super('problem', `${file}: ${problem}`);
  }
}

/**
 * Declares a problem, checked; the default export of a file for `thalweg compare ./file.ts`.
 *
 * @throws ProblemError that names the first field that is missing or of the wrong type
 */
export function defineProblem(problem: Problem): Problem {
  return checkProblem('defineProblem', problem);
}

const loss: Metric = { name: 'loss', lowerIsBetter: true, unit: '' };

/** Returns `value` as a problem, or throws a ProblemError that says what is missing. `file` is where it came from. */
export function checkProblem(file: string, value: unknown): Problem {
  if (typeof value !== 'object' || value === null) {
    throw new ProblemError(file, 'must export a problem by default: export default defineProblem({ id, title, steps, load, … })');
  }
  const field = (name: string): unknown => Reflect.get(value, name);
  const require = (name: string, type: 'string' | 'number' | 'function'): void => {
    if (typeof field(name) === type) return;
    const found = field(name) === undefined ? 'is missing' : `is ${typeof field(name)}`;
    throw new ProblemError(file, `the problem's ${name} ${found}; it must be a ${type}`);
  };
  require('id', 'string');
  require('load', 'function');
  require('target', 'number');
  if (!/^[a-z][a-z0-9-]*$/.test(String(field('id'))))
    throw new ProblemError(file, `the id ${JSON.stringify(field('id'))} must be lower-case letters, digits and -`);
  const steps = field('steps');
  const lengths = typeof steps === 'number' ? { quick: steps, standard: steps, thorough: steps } : steps;
  for (const name of ['quick', 'standard', 'thorough']) {
    const length: unknown = typeof lengths === 'object' && lengths !== null ? Reflect.get(lengths, name) : undefined;
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 1) {
      throw new ProblemError(
        file,
        `the problem's steps must be { quick, standard, thorough }, whole numbers from 1; ${name} is ${String(length)}`,
      );
    }
  }
  const defaults = { title: field('id'), description: '', batchSize: null, tuningMetric: loss, testMetric: loss };
  return { ...defaults, ...value, steps: lengths } as Problem;
}

/** Throws a ProblemError unless a loaded model has the functions it must have. */
export function checkModel(file: string, model: unknown): Model {
  for (const name of ['start', 'gradient', 'evaluate']) {
    const found: unknown = typeof model === 'object' && model !== null ? Reflect.get(model, name) : undefined;
    if (typeof found !== 'function')
      throw new ProblemError(file, `load() must return { start, gradient, evaluate }; ${name} is ${typeof found}`);
  }
  return model as Model;
}
