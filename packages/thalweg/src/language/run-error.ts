/**
 * The errors of what runs: arrays, steps, files, threads, memory. Apart from those of `error.ts` so that what only defines and prints does without their
 * texts.
 */
import { hide, ThalwegError } from './error.ts';

/** A parameter, gradient or input that is missing, unknown, or of another length or type than declared. */
export class ArrayError extends ThalwegError {
  static {
    this.prototype.name = 'ArrayError';
  }
  /** The optimizer that refused. */
  readonly owner: string;
  /** The name of the parameter or input. */
  readonly parameter: string;

  /** Describes why `owner` refuses what was given for `parameter`. */
  constructor(owner: string, parameter: string, problem: string) {
    super('array', `${owner}: ${problem}`);
    this.owner = owner;
    this.parameter = parameter;
  }
}

/**
 * A step left weights that are NaN or infinite. Unlike other errors it comes after the step, since looking before would cost a reading of everything;
 * the optimizer works on, with the weights as they are. `nonFinite: 'propagate'` asks for no such error.
 *
 * A snapshot holds weights and no states. Where those may hold NaN by now too, as momentum does after such a gradient, `load` what `save` gave.
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
    const remedy = `go back to a snapshot or a checkpoint with a lower learning rate or with clipping; nonFinite: 'propagate' computes on`;
    super('divergence', `${owner}: after step ${String(t)} ${listed(parameters)} held NaN or an infinity; ${reason}; ${remedy}`);
    this.parameters = parameters;
    hide(this, 'parameters');
    this.t = t;
  }
}

/** Characters that a message has of what differs, and characters of each line. */
const longestList = 400;
const longestLine = 300;

/** A saved optimizer that cannot be loaded here: the file is damaged or is of something else. Nothing was changed. */
export class CheckpointError extends ThalwegError {
  static {
    this.prototype.name = 'CheckpointError';
  }
  /** Everything that differs, in words; the message has as much of it as people read. */
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

/** Something that this backend, engine or version cannot do; says what can. */
export class UnsupportedError extends ThalwegError {
  static {
    this.prototype.name = 'UnsupportedError';
  }
  /** Describes what `owner` cannot do. */
  constructor(owner: string, problem: string) {
    super('unsupported', `${owner}: ${problem}`);
  }
}

/** Names one after the other, the first few of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${String(names.length - 5)} more` : shown;
}
