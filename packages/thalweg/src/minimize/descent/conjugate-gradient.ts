/** Nonlinear conjugate gradients. */
import { checkNames, checkWhole, oneOf } from '../../language/options.ts';
import { FirstStep } from './first-step.ts';
import type { LineSearch } from './line-search.ts';
import { minimizer, type Direction, type Directions, type Minimizer, type Point } from './minimizer.ts';
import { strongWolfe } from './strong-wolfe.ts';
import { dot, norm } from './vector.ts';

/** The formulas for β, which says how much of the last direction is kept. */
export type ConjugateFormula = 'polakRibiere' | 'fletcherReeves' | 'hestenesStiefel';

/** Options of `conjugateGradient`. */
export interface ConjugateGradientOptions {
  /** The formula for β; `'polakRibiere'` by default. */
  readonly formula?: ConjugateFormula;
  /** After how many directions to restart from −g; by default the number of dimensions. With `Infinity` only β decides. */
  readonly restart?: number;
  /** The line search; `strongWolfe({ c2: 0.1 })` by default. */
  readonly lineSearch?: LineSearch;
}

/** β from the last gradient h and direction d, the gradient g, and y = g − h. */
const formulas: Readonly<Record<ConjugateFormula, (g: Float64Array, y: Float64Array, d: Float64Array, hh: number) => number>> = {
  polakRibiere: (g, y, _d, hh) => Math.max(0, dot(g, y) / hh),
  fletcherReeves: (g, _y, _d, hh) => dot(g, g) / hh,
  hestenesStiefel: (g, y, d) => Math.max(0, dot(g, y) / dot(d, y)),
};

/** A direction must descend by at least this share of what −g does (Gilbert & Nocedal 1992). */
const descent = 0.01;

/**
 * Nonlinear conjugate gradients (Fletcher & Reeves 1964; Polak & Ribière 1969; Hestenes & Stiefel 1952).
 *
 * d ← −g + β·d, w ← w + s·d, where with y = g − g₋₁: β = ⟨g, g⟩/⟨g₋₁, g₋₁⟩ (Fletcher–Reeves), max(0, ⟨g, y⟩/⟨g₋₁, g₋₁⟩) (Polak–Ribière, made PR⁺ by the
 * maximum: Gilbert & Nocedal 1992), or max(0, ⟨g, y⟩/⟨d, y⟩) (Hestenes–Stiefel). It restarts from −g every `restart` directions, and if ⟨g, d⟩ >
 * −0.01·‖g‖². Evaluates the loss several times per step, so it runs in `minimize` only.
 *
 * @param options - `formula` β, `restart`, and `lineSearch`
 * @throws OptionError for an option that is unknown or out of range
 * @example
 * ```ts
 * import { conjugateGradient, minimize } from 'thalweg';
 * const bowl = (w: Float64Array, g: Float64Array) => {
 *   g.set([2 * w[0]!, 200 * w[1]!]);
 *   return w[0]! ** 2 + 100 * w[1]! ** 2;
 * };
 * const { loss } = await minimize(bowl, Float64Array.of(1, 1), { optimizer: conjugateGradient(), steps: 20, tolerance: 1e-8 });
 * loss < 1e-16; // true
 * ```
 */
export function conjugateGradient(options: ConjugateGradientOptions = {}): Minimizer {
  const name = 'conjugateGradient';
  checkNames(name, options, ['formula', 'restart', 'lineSearch']);
  const { formula = 'polakRibiere', restart, lineSearch = strongWolfe({ c2: 0.1 }) } = options;
  oneOf<string>(name, 'formula', formula, Object.keys(formulas));
  if (restart !== undefined && restart !== Infinity) checkWhole(name, 'restart', restart, 1);
  return minimizer(name, lineSearch, (size) => new ConjugateDirections(size, formula, restart ?? size));
}

class ConjugateDirections implements Directions {
  private readonly d: Float64Array;
  /** The last gradient, and then the difference to it. */
  private readonly y: Float64Array;
  private readonly firstStep = new FirstStep();
  private readonly beta: (typeof formulas)[ConjugateFormula];
  private readonly every: number;
  /** Directions since −g; 0 where the next one is −g. */
  private since = 0;

  constructor(size: number, formula: ConjugateFormula, every: number) {
    [this.d, this.y] = [new Float64Array(size), new Float64Array(size)];
    [this.beta, this.every] = [formulas[formula], every];
  }

  next({ g, loss }: Point): Direction {
    const { d, y } = this;
    const gg = dot(g, g);
    const beta = this.since === 0 || this.since >= this.every ? 0 : this.conjugacy(g);
    for (let i = 0; i < d.length; i++) d[i] = beta * d[i]! - g[i]!;
    let slope = dot(g, d);
    this.since += 1;
    if (beta === 0 || !(slope <= -descent * gg)) {
      for (let i = 0; i < d.length; i++) d[i] = -g[i]!;
      [slope, this.since] = [-gg, 1];
    }
    y.set(g);
    return { d, first: this.firstStep.next(loss, slope, norm(g)) };
  }

  restart(): boolean {
    const had = this.firstStep.restart();
    this.since = 0;
    return had;
  }

  private conjugacy(g: Float64Array): number {
    const { d, y } = this;
    const hh = dot(y, y);
    for (let i = 0; i < y.length; i++) y[i] = g[i]! - y[i]!;
    return this.beta(g, y, d, hh);
  }
}
