/** The backtracking line search. */
import { checkNames, checkNumber, checkWhole } from '../../language/options.ts';
import { decreases, isFiniteTrial, searching, type LineSearch } from './line-search.ts';

/** Options of `backtracking`. */
export interface BacktrackingOptions {
  /** c₁ of the sufficient decrease; 1e-4 by default. */
  readonly c1?: number;
  /** ρ, the factor by which a step that is too long is shortened; ½ by default. */
  readonly shrink?: number;
  /** The maximum number of trials; 60 by default. */
  readonly maxEvaluations?: number;
}

/**
 * Backtracking: shortens the step until the loss decreases sufficiently (Armijo 1966; Nocedal & Wright 2006, algorithm 3.1).
 *
 * φ(s) ≤ φ(0) + c₁·s·φ′(0), for s = s₀, ρ·s₀, ρ²·s₀, …. A trial whose loss or gradient is not finite counts as too long.
 *
 * @param options - `c1` c₁, `shrink` ρ, and `maxEvaluations`
 * @throws OptionError for an option that is unknown or out of range
 * @example
 * ```ts
 * import { backtracking, gradientDescent } from 'thalweg';
 * gradientDescent({ lineSearch: backtracking({ shrink: 0.3 }) });
 * ```
 */
export function backtracking(options: BacktrackingOptions = {}): LineSearch {
  const name = 'backtracking';
  checkNames(name, options, ['c1', 'shrink', 'maxEvaluations']);
  const { c1 = 1e-4, shrink = 0.5, maxEvaluations = 60 } = options;
  checkNumber(name, 'c1', c1, '(0, 1)');
  checkNumber(name, 'shrink', shrink, '(0, 1)');
  checkWhole(name, 'maxEvaluations', maxEvaluations, 1);
  return {
    name,
    search: searching(function* (start, first) {
      let lowest = start;
      for (let i = 0, step = first; i < maxEvaluations && step > 0; i++, step *= shrink) {
        const trial = yield step;
        if (!isFiniteTrial(trial)) continue;
        if (decreases(trial, start, c1)) return { meets: 'armijo', trial };
        if (trial.loss < lowest.loss) lowest = trial;
      }
      return { meets: 'none', trial: lowest };
    }),
  };
}
