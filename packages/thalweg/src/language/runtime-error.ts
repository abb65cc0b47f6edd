/**
 * Errors that only the whole library throws: loops, checks before a step, threads, freed memory. Separate from `run-error.ts`, so that adapters do not
 * include their texts.
 */
import { hide, ThalwegError } from './error.ts';
import { listed } from './run-error.ts';

/** A gradient or input held NaN or ±∞ with `nonFinite: 'throw'`; nothing was changed, not even the step count. */
export class NonFiniteError extends ThalwegError {
  static {
    this.prototype.name = 'NonFiniteError';
  }
  /** The names of the parameters or inputs with such values. */
  readonly parameters: readonly string[];

  /** Describes which `parameters` were not finite at step `t` of `owner`. */
  constructor(owner: string, parameters: readonly string[], t: number) {
    super(
      'non-finite',
      `${owner}: step ${String(t)} was not taken, because ${listed(parameters)} held NaN or infinity; nothing was changed`,
    );
    this.parameters = parameters;
    hide(this, 'parameters');
  }
}

/** A function that was passed to a loop does not do what it must: it returns no number, or does not write its gradient. */
export class ObjectiveError extends ThalwegError {
  static {
    this.prototype.name = 'ObjectiveError';
  }
  /** Says what the function did and what it must do. */
  constructor(problem: string) {
    super('objective', problem);
  }
}

/** An optimizer was used after `dispose()`. */
export class DisposedError extends ThalwegError {
  static {
    this.prototype.name = 'DisposedError';
  }
  /** Names the `owner` that was used after `dispose()` and the `use`. */
  constructor(owner: string, use: string) {
    super('disposed', `${owner}: ${use} after dispose(), which freed its memory; make a new optimizer`);
  }
}

/** A thread died or stopped responding during a step, so that the arrays are half-written; `load` a checkpoint to continue. */
export class WorkerError extends ThalwegError {
  static {
    this.prototype.name = 'WorkerError';
  }
  /** Says what happened. */
  constructor(problem: string) {
    super('worker', problem);
  }
}
