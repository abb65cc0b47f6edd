/**
 * Errors at run time: arrays, steps, files, threads, memory. Separate from `error.ts`, so that what only defines and prints methods does not include their
 * texts.
 */
import { hide, ThalwegError } from './error.ts';

/** A parameter, gradient or input that is missing or unknown, or has the wrong length or type. */
export class ArrayError extends ThalwegError {
  static {
    this.prototype.name = 'ArrayError';
  }
  /** The optimizer that rejected it. */
  readonly owner: string;
  /** The name of the parameter or input. */
  readonly parameter: string;

  /** Describes why `owner` rejects what was given for `parameter`. */
  constructor(owner: string, parameter: string, problem: string) {
    super('array', `${owner}: ${problem}`);
    this.owner = owner;
    this.parameter = parameter;
  }
}

/**
 * A step left weights that are NaN or infinite. Unlike other errors it is thrown after the step, since checking before would cost a pass over the arrays;
 * the optimizer remains usable, with the weights as they are. `nonFinite: 'propagate'` turns this error off.
 *
 * A snapshot holds weights and no states. If the states may hold NaN too, as momentum does after such a gradient, `load` a checkpoint made by `save`.
 *
 * @example
 * ```ts
 * import { DivergenceError, sgd } from 'thalweg';
 * const opt = await sgd({ lr: 1e30 }).init({ w: Float32Array.of(1) });
 * const good = opt.snapshot();
 * try {
 *   opt.step({ w: Float32Array.of(1e20) });
 * } catch (error) {
 *   if (!(error instanceof DivergenceError)) throw error;
 *   opt.restore(good);
 *   opt.hyper.lr = 0.1;
 * }
 * opt.params.w; // 1
 * ```
 */
export class DivergenceError extends ThalwegError {
  static {
    this.prototype.name = 'DivergenceError';
  }
  /** The names of the parameters. */
  readonly parameters: readonly string[];
  /** The step after which they were found. */
  readonly t: number;

  /** Describes which `parameters` of `owner` were found not finite after step `t`, and why that may be. */
  constructor(owner: string, parameters: readonly string[], t: number, reason: string) {
    const remedy = `restore a snapshot or checkpoint and lower the learning rate or clip gradients; nonFinite: 'propagate' omits this check`;
    super('divergence', `${owner}: after step ${String(t)} ${listed(parameters)} held NaN or infinity; ${reason}; ${remedy}`);
    this.parameters = parameters;
    hide(this, 'parameters');
    this.t = t;
  }
}

/** Characters that a message has of what differs, and characters of each line. */
const longestList = 400;
const longestLine = 300;

/** A checkpoint that cannot be loaded: it is damaged or belongs to something else. Nothing was changed. */
export class CheckpointError extends ThalwegError {
  static {
    this.prototype.name = 'CheckpointError';
  }
  /** All differences, in words; the message has the first ones. */
  readonly differences: readonly string[];

  /** Lists what keeps `owner` from going on where the file ends, and says what would be taken otherwise. */
  constructor(owner: string, differences: readonly string[], remedy?: string) {
    let length = 0;
    const lines = differences
      .map((one) => `  - ${one.length > longestLine ? `${one.slice(0, longestLine)} …` : one}`)
      .filter((one, i) => (length += one.length) <= longestList || i === 0);
    const rest = differences.length - lines.length;
    if (rest > 0) lines.push(`  - and ${String(rest)} more, in error.differences`);
    if (remedy !== undefined) lines.push(remedy);
    super('checkpoint', [`${owner}: the checkpoint cannot be loaded`, ...lines].join('\n'));
    this.differences = differences;
    hide(this, 'differences');
  }
}

/** Something that this backend, engine or version does not support; the message says what does. */
export class UnsupportedError extends ThalwegError {
  static {
    this.prototype.name = 'UnsupportedError';
  }
  /** Describes what `owner` does not support. */
  constructor(owner: string, problem: string) {
    super('unsupported', `${owner}: ${problem}`);
  }
}

/** Names one after the other, the first few of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${String(names.length - 5)} more` : shown;
}
