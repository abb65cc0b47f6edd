/**
 * The errors of what only the whole library has: loops, checks before a step, threads, memory that is given back. Apart from those of `run-error.ts` so that who
 * steps without does without their texts.
 */
import { hide, ThalwegError } from './error.ts';
import { listed } from './run-error.ts';

/** A gradient or input held NaN or ±∞ under `nonFinite: 'throw'`; nothing was changed, not even the step count. */
export class NonFiniteError extends ThalwegError {
  static {
    this.prototype.name = 'NonFiniteError';
  }
  /** The names of the offending parameters or inputs. */
  readonly parameters: readonly string[];

  /** Describes which `parameters` were not finite at step `t` of `owner`. */
  constructor(owner: string, parameters: readonly string[], t: number) {
    super(
      'non-finite',
      `${owner}: step ${String(t)} was not taken, because ${listed(parameters)} held NaN or an infinity; nothing was changed`,
    );
    this.parameters = parameters;
    hide(this, 'parameters');
  }
}

/** A function that a loop was given does not do what it has to: it returns no number, or does not write its gradient. */
export class ObjectiveError extends ThalwegError {
  static {
    this.prototype.name = 'ObjectiveError';
  }
  /** Says what the function did and what it has to do. */
  constructor(problem: string) {
    super('objective', problem);
  }
}

/** An optimizer was used after `dispose()`. */
export class DisposedError extends ThalwegError {
  static {
    this.prototype.name = 'DisposedError';
  }
  /** Names the `owner` that was used after its end and the `use` that was tried. */
  constructor(owner: string, use: string) {
    super('disposed', `${owner}: ${use} after dispose(); its memory is given back; make a new optimizer`);
  }
}

/** A thread died or did not come back in the middle of a step, so that the arrays are half-written; `load` makes the optimizer whole again. */
export class WorkerError extends ThalwegError {
  static {
    this.prototype.name = 'WorkerError';
  }
  /** Says what happened. */
  constructor(problem: string) {
    super('worker', problem);
  }
}
