/** The strong Wolfe line search: Moré and Thuente's interval, kept away from steps at which the loss is not finite. */
import { OptionError } from '../../language/error.ts';
import { checkNames, checkNumber, checkWhole } from '../../language/options.ts';
import { decreases, isFiniteTrial, searching, type LineSearch, type Outcome, type Trial } from './line-search.ts';
import { Interval } from './more-thuente.ts';

/** Options of `strongWolfe`. */
export interface StrongWolfeOptions {
  /** c₁ of the sufficient decrease; 1e-4 by default. */
  readonly c1?: number;
  /** c₂ of the curvature condition, above c₁; 0.9 by default; smaller values make the search more exact. */
  readonly c2?: number;
  /** The maximum number of trials; 30 by default. */
  readonly maxEvaluations?: number;
}

/**
 * A line search for the strong Wolfe conditions, by cubic and quadratic interpolation in a shrinking interval (Moré & Thuente 1994).
 *
 * φ(s) ≤ φ(0) + c₁·s·φ′(0) and |φ′(s)| ≤ c₂·|φ′(0)|. A step whose loss or gradient is not finite counts as too long, and no later trial goes that far. If
 * no trial meets both conditions, the lowest that meets the first is used.
 *
 * @param options - `c1` c₁, `c2` c₂, and `maxEvaluations`
 * @throws OptionError for an option that is unknown or out of range
 * @example
 * ```ts
 * import { lbfgs, strongWolfe } from 'thalweg';
 * lbfgs({ lineSearch: strongWolfe({ c2: 0.5 }) });
 * ```
 */
export function strongWolfe(options: StrongWolfeOptions = {}): LineSearch {
  const name = 'strongWolfe';
  checkNames(name, options, ['c1', 'c2', 'maxEvaluations']);
  const { c1 = 1e-4, c2 = 0.9, maxEvaluations = 30 } = options;
  checkNumber(name, 'c1', c1, '(0, 1)');
  checkNumber(name, 'c2', c2, '(0, 1)');
  checkWhole(name, 'maxEvaluations', maxEvaluations, 1);
  if (c1 >= c2) throw new OptionError(name, 'c2', c2, `must be above c1 (${String(c1)}), not ${String(c2)}`);
  return {
    name,
    search: searching(function* (start, first) {
      const interval = new Interval(start, c1, first);
      const walls = new Walls();
      let lowest = start;
      let step: number | undefined = first;
      for (let i = 0; i < maxEvaluations && step !== undefined; i++) {
        const trial = yield step;
        if (!isFiniteTrial(trial)) step = walls.behind(step, interval.best);
        else {
          if (decreases(trial, start, c1) && Math.abs(trial.slope) <= c2 * Math.abs(start.slope)) return { meets: 'strongWolfe', trial };
          if (trial.loss < lowest.loss) lowest = trial;
          step = walls.before(interval.next(trial), interval.best);
        }
      }
      return fallback(lowest, start, c1);
    }),
  };
}

function fallback(lowest: Trial, start: Trial, c1: number): Outcome {
  return { meets: lowest !== start && decreases(lowest, start, c1) ? 'armijo' : 'none', trial: lowest };
}

/** The nearest steps on either side of the best one at which the loss was not finite. */
class Walls {
  private below = -Infinity;
  private above = Infinity;

  /** Puts a wall at `step` and returns a step nine tenths of the way back to `best`. */
  behind(step: number, best: Trial): number {
    if (step > best.step) this.above = step;
    else this.below = step;
    return best.step + 0.1 * (step - best.step);
  }

  /** `step`, or where a wall is in the way the middle between it and `best`. */
  before(step: number | undefined, best: Trial): number | undefined {
    if (step === undefined || (step > this.below && step < this.above)) return step;
    const middle = best.step + 0.5 * ((step >= this.above ? this.above : this.below) - best.step);
    return middle === best.step ? undefined : middle;
  }
}
