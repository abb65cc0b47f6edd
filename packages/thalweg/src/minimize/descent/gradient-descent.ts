/** Gradient descent with a line search. */
import { checkNames } from '../../language/options.ts';
import { backtracking } from './backtracking.ts';
import { FirstStep } from './first-step.ts';
import type { LineSearch } from './line-search.ts';
import { minimizer, type Minimizer } from './minimizer.ts';
import { norm, setScaled } from './vector.ts';

/** Options of `gradientDescent`. */
export interface GradientDescentOptions {
  /** The line search; `backtracking()` by default. */
  readonly lineSearch?: LineSearch;
}

/**
 * Gradient descent whose step a line search chooses (Cauchy 1847; Nocedal & Wright 2006, chapter 3).
 *
 * w ← w − s·g, with the first trial s₀ = 1.01·2·(f − f₋₁)/φ′(0), where φ′(0) = −‖g‖². Evaluates the loss several times per step, so it runs in `minimize`
 * only.
 *
 * @param options - `lineSearch`, such as `backtracking()` or `strongWolfe()`
 * @throws OptionError for an option that is unknown or out of range
 * @example
 * ```ts
 * import { gradientDescent, minimize } from 'thalweg';
 * const bowl = (w: Float64Array, g: Float64Array) => ((g[0] = 2 * (w[0]! - 3)), (w[0]! - 3) ** 2);
 * const { w } = await minimize(bowl, Float64Array.of(0), { optimizer: gradientDescent(), steps: 50, tolerance: 1e-9 });
 * Math.abs(w[0]! - 3) < 1e-9; // true
 * ```
 */
export function gradientDescent(options: GradientDescentOptions = {}): Minimizer {
  const name = 'gradientDescent';
  checkNames(name, options, ['lineSearch']);
  const { lineSearch = backtracking() } = options;
  return minimizer(name, lineSearch, (size) => {
    const d = new Float64Array(size);
    const firstStep = new FirstStep();
    return {
      next({ g, loss }) {
        const length = norm(g);
        setScaled(d, -1, g);
        return { d, first: firstStep.next(loss, -length * length, length) };
      },
      restart: () => firstStep.restart(),
    };
  });
}
