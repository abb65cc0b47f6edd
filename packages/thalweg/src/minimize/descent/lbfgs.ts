/** L-BFGS. */
import { checkNames, checkWhole } from '../../language/options.ts';
import type { LineSearch } from './line-search.ts';
import { minimizer, type Direction, type Directions, type Minimizer, type Point } from './minimizer.ts';
import { strongWolfe } from './strong-wolfe.ts';
import { addScaled, dot, norm, setScaled } from './vector.ts';

/** Options of `lbfgs`. */
export interface LbfgsOptions {
  /** m, the number of stored step pairs; 10 by default. */
  readonly history?: number;
  /** The line search; `strongWolfe()` by default. */
  readonly lineSearch?: LineSearch;
}

/**
 * L-BFGS, the limited-memory quasi-Newton method (Nocedal 1980; Liu & Nocedal 1989; Nocedal & Wright 2006, algorithms 7.4 and 7.5).
 *
 * w ← w − s·H·g, where H is γ·I with γ = ⟨s, y⟩/⟨y, y⟩ of the last step, updated by the last m pairs s = w − w₋₁, y = g − g₋₁: H ← (I − ρ·s·yᵀ)·H·(I −
 * ρ·y·sᵀ) + ρ·s·sᵀ with ρ = 1/⟨s, y⟩. Pairs without curvature, ⟨s, y⟩ ≤ ε·|⟨g₋₁, s⟩|, are left out. The first trial step has length 1, later ones are H·g
 * itself. Stores 2·m float64 vectors. Evaluates the loss several times per step, so it runs in `minimize` only.
 *
 * @param options - `history` m, and `lineSearch`
 * @throws OptionError for an option that is unknown or out of range
 * @example
 * ```ts
 * import { lbfgs, minimize } from 'thalweg';
 * const rosenbrock = (w: Float64Array, g: Float64Array) => {
 *   const [x = 0, y = 0] = w;
 *   g.set([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]);
 *   return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
 * };
 * const { w, reason } = await minimize(rosenbrock, Float64Array.of(-1.2, 1), { optimizer: lbfgs(), steps: 100, tolerance: 1e-8 });
 * reason; // 'tolerance', with w = (1, 1)
 * ```
 */
export function lbfgs(options: LbfgsOptions = {}): Minimizer {
  const name = 'lbfgs';
  checkNames(name, options, ['history', 'lineSearch']);
  const { history = 10, lineSearch = strongWolfe() } = options;
  checkWhole(name, 'history', history, 1);
  return minimizer(name, lineSearch, (size) => new QuasiNewtonDirections(size, history));
}

/** A step s, the change y of the gradient over it, ρ = 1/⟨s, y⟩, and a number that the two loops share. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  rho: number;
  alpha: number;
}

class QuasiNewtonDirections implements Directions {
  private readonly d: Float64Array;
  private readonly history: number;
  /** Oldest first. */
  private pairs: Pair[] = [];
  /** The pair in the making: the last point and gradient, until the next are known. */
  private last: Pair | undefined;

  constructor(size: number, history: number) {
    this.d = new Float64Array(size);
    this.history = history;
  }

  next({ w, g }: Point): Direction {
    const spare = this.last === undefined ? this.empty() : this.learn(this.last, w, g);
    spare.s.set(w);
    spare.y.set(g);
    this.last = spare;
    this.twoLoops(g);
    return { d: this.d, first: this.pairs.length === 0 ? 1 / norm(g) : 1 };
  }

  restart(): boolean {
    const had = this.pairs.length > 0;
    this.pairs = [];
    this.last = undefined;
    return had;
  }

  /** Completes `pair` and keeps it if it has curvature. Returns one to write the new point into. */
  private learn(pair: Pair, w: Float64Array, g: Float64Array): Pair {
    const { s, y } = pair;
    for (let i = 0; i < s.length; i++) s[i] = w[i]! - s[i]!;
    const expected = Math.abs(dot(y, s));
    for (let i = 0; i < y.length; i++) y[i] = g[i]! - y[i]!;
    const curvature = dot(s, y);
    if (!(curvature > Number.EPSILON * expected)) return pair;
    pair.rho = 1 / curvature;
    this.pairs.push(pair);
    const oldest = this.pairs.length > this.history ? this.pairs.shift() : undefined;
    return oldest ?? this.empty();
  }

  /** d ← −H·g, without H: algorithm 7.4. */
  private twoLoops(g: Float64Array): void {
    const { d, pairs } = this;
    setScaled(d, -1, g);
    for (const pair of pairs.toReversed()) {
      pair.alpha = pair.rho * dot(pair.s, d);
      addScaled(d, -pair.alpha, pair.y);
    }
    const newest = pairs.at(-1);
    if (newest !== undefined) setScaled(d, 1 / (newest.rho * dot(newest.y, newest.y)), d);
    for (const { s, y, rho, alpha } of pairs) addScaled(d, alpha - rho * dot(y, d), s);
  }

  private empty(): Pair {
    return { s: new Float64Array(this.d.length), y: new Float64Array(this.d.length), rho: 0, alpha: 0 };
  }
}
