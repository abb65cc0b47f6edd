/** What a line search is: it chooses the step length along a direction. Knows losses as functions of one step; no vectors. */
import { ThalwegError } from '../../language/error.ts';
import { describe, wrongOption } from '../../language/options.ts';
import { isThenable } from '../turns.ts';

/** The loss at a step along a direction. */
export interface Trial {
  /** How far along the direction d: the point is w + step·d. */
  readonly step: number;
  /** The loss there, φ(step). */
  readonly loss: number;
  /** Its derivative along d there, φ′(step) = ⟨g, d⟩. */
  readonly slope: number;
}

/** Evaluates the loss at a step along a direction. Both numbers may be NaN or infinite. */
export type Ray = (step: number) => Trial | PromiseLike<Trial>;

/** Which conditions a step is known to meet: both strong Wolfe conditions, only the first (Armijo's sufficient decrease), or none. */
export type Conditions = 'strongWolfe' | 'armijo' | 'none';

/** What a line search found. */
export interface Outcome {
  /** The conditions that `trial` meets. */
  readonly meets: Conditions;
  /** The step to take; if it meets no condition, the lowest that was evaluated, including the start. */
  readonly trial: Trial;
}

/** Chooses the step length along a direction. Made by `backtracking` or `strongWolfe`. */
export interface LineSearch {
  /** The name, for error messages. */
  readonly name: string;
  /**
   * Searches along `ray` from `start`, the trial at step 0, whose slope is negative; `first` is the step to try first. If `ray` returns trials and not
   * promises, the search may return its outcome without a promise, and then nothing waits.
   */
  search(ray: Ray, start: Trial, first: number): Outcome | PromiseLike<Outcome>;
}

/** A search as what it does between trials: it yields the steps to try, and is given the trials. */
export type Trials = (start: Trial, first: number) => Generator<number, Outcome, Trial>;

/** The search of a line search that is written so: at once, as long as trials come at once. */
export function searching(trials: Trials): LineSearch['search'] {
  return (ray, start, first) => {
    const run = trials(start, first);
    const goOn = (next: IteratorResult<number, Outcome>): Outcome | PromiseLike<Outcome> => {
      while (next.done !== true) {
        const trial = ray(next.value);
        if (isThenable(trial)) return Promise.resolve(trial).then((given) => goOn(run.next(given)));
        next = run.next(trial);
      }
      return next.value;
    };
    return goOn(run.next());
  };
}

/** Whether loss and slope are both finite. */
export function isFiniteTrial({ loss, slope }: Trial): boolean {
  return Number.isFinite(loss) && Number.isFinite(slope);
}

/** Armijo's condition, φ(s) ≤ φ(0) + c₁·s·φ′(0). */
export function decreases(trial: Trial, start: Trial, c1: number): boolean {
  return trial.loss <= start.loss + c1 * trial.step * start.slope;
}

/** Throws an OptionError where `value` is no line search. */
export function checkLineSearch(owner: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && typeof Reflect.get(value, 'search') === 'function') return;
  wrongOption(owner, 'lineSearch', value, 'a line search such as strongWolfe()');
}

/** What a search found. Throws a ThalwegError where that is no outcome, as a search of a user's may have it. */
export function checkOutcome(outcome: Outcome): Outcome {
  const given = outcome as
    { readonly meets?: unknown; readonly trial?: { readonly step?: unknown; readonly loss?: unknown } } | null | undefined;
  if (typeof given?.meets === 'string' && typeof given.trial?.step === 'number' && typeof given.trial.loss === 'number') return outcome;
  throw new ThalwegError('search', `a line search must return { meets, trial: { step, loss, slope } }, not ${describe(given)}`);
}
