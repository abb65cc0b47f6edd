/**
 * The interval of Moré and Thuente's line search ("Line search algorithms with guaranteed sufficient decrease", ACM Transactions on
 * Mathematical Software 20, 1994): it shrinks around a step that meets the strong Wolfe conditions. Pure: it is handed trials and
 * proposes the next step.
 */
import type { Trial } from './line-search.ts';

/** How far an unbounded search extrapolates beyond its last step, in lengths of the stride before: from the least to the most. */
const extrapolation = [1.1, 4] as const;
/** An interval that has not shrunk by this factor over two trials is halved. */
const enough = 0.66;

/** The interval between the lowest step so far and another; until a minimum is bracketed it is open upwards. */
export class Interval {
  /** The lowest trial so far: of the loss, or at first of the auxiliary function. */
  best: Trial;
  private other: Trial;
  private bracketed = false;
  /** While no trial has met the decrease with a slope upwards, trials are judged by ψ(s) = φ(s) − c₁·s·φ′(0). */
  private auxiliary = true;
  private readonly start: Trial;
  private readonly tilt: number;
  private low = 0;
  private high: number;
  private width = Infinity;
  private widthBefore = Infinity;

  /** Begins at `start`, the trial at step 0; `first` is the first step that will be tried. */
  constructor(start: Trial, c1: number, first: number) {
    [this.start, this.best, this.other] = [start, start, start];
    this.tilt = c1 * start.slope;
    this.high = first + extrapolation[1] * first;
  }

  /** Takes a finite trial in and returns the step to try next, or undefined where rounding leaves none. */
  next(trial: Trial): number | undefined {
    const sufficient = trial.loss <= this.start.loss + trial.step * this.tilt;
    if (sufficient && trial.slope >= 0) this.auxiliary = false;
    const tilt = this.auxiliary && !sufficient && trial.loss <= this.best.loss ? this.tilt : 0;
    let step = this.propose(tilted(this.best, tilt), tilted(this.other, tilt), tilted(trial, tilt));
    this.replace(trial, tilt);
    if (this.bracketed) {
      if (Math.abs(this.other.step - this.best.step) >= enough * this.widthBefore) step = middle(this.best, this.other);
      [this.widthBefore, this.width] = [this.width, Math.abs(this.other.step - this.best.step)];
      [this.low, this.high] = [Math.min(this.best.step, this.other.step), Math.max(this.best.step, this.other.step)];
      if (!(step > this.low && step < this.high)) step = middle(this.best, this.other);
      return step > this.low && step < this.high ? step : undefined;
    }
    const stride = step - this.best.step;
    [this.low, this.high] = [step + extrapolation[0] * stride, step + extrapolation[1] * stride];
    return Number.isFinite(step) ? step : undefined;
  }

  /** Section 4 of the paper: the next step from the lowest trial x, the other end y and the new trial p. */
  private propose(x: Trial, y: Trial, p: Trial): number {
    if (p.loss > x.loss) {
      const [cubic, quadratic] = [cubicStep(x, p), quadraticStep(x, p)];
      return Math.abs(cubic - x.step) <= Math.abs(quadratic - x.step) ? cubic : cubic + (quadratic - cubic) / 2;
    }
    const [cubic, secant] = [cubicStep(p, x), secantStep(p, x)];
    const farther = Math.abs(cubic - p.step) > Math.abs(secant - p.step) ? cubic : secant;
    if (isUphill(p, x)) return farther;
    const limit = p.step > x.step ? this.high : this.low;
    if (Math.abs(p.slope) < Math.abs(x.slope)) {
      // A cubic without a minimum beyond p says nothing: go to the limit.
      const ahead = (cubic - p.step) * (p.step - x.step) > 0 ? cubic : limit;
      const nearer = Math.abs(ahead - p.step) < Math.abs(secant - p.step);
      if (!this.bracketed) return Math.max(this.low, Math.min(this.high, nearer ? secant : ahead));
      const furthest = p.step + enough * (y.step - p.step);
      return (p.step > x.step ? Math.min : Math.max)(furthest, nearer ? ahead : secant);
    }
    return this.bracketed ? cubicStep(p, y) : limit;
  }

  /** Section 2 of the paper: the interval after the new trial p. Comparisons are of the tilted losses and slopes. */
  private replace(p: Trial, tilt: number): void {
    const before = tilted(this.best, tilt);
    const now = tilted(p, tilt);
    if (now.loss > before.loss) [this.other, this.bracketed] = [p, true];
    else {
      if (isUphill(now, before)) [this.other, this.bracketed] = [this.best, true];
      this.best = p;
    }
  }
}

/** The trial as the function tilted by −`tilt`·s has it. */
function tilted(trial: Trial, tilt: number): Trial {
  return tilt === 0 ? trial : { step: trial.step, loss: trial.loss - trial.step * tilt, slope: trial.slope - tilt };
}

/** Whether the slopes have opposite signs, so that a minimum lies between. */
function isUphill(p: Trial, x: Trial): boolean {
  return Math.sign(p.slope) * Math.sign(x.slope) < 0;
}

function middle(a: Trial, b: Trial): number {
  return a.step + 0.5 * (b.step - a.step);
}

/** The minimum of the cubic through both losses and slopes, computed from `a`; NaN where it has none. */
function cubicStep(a: Trial, b: Trial): number {
  const theta = (3 * (a.loss - b.loss)) / (b.step - a.step) + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const discriminant = (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale);
  if (!(discriminant > 0)) return NaN;
  const gamma = (b.step < a.step ? -scale : scale) * Math.sqrt(discriminant);
  return a.step + ((gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope)) * (b.step - a.step);
}

/** The minimum of the parabola through both losses and the slope of `a`. */
function quadraticStep(a: Trial, b: Trial): number {
  return a.step + (a.slope / ((a.loss - b.loss) / (b.step - a.step) + a.slope) / 2) * (b.step - a.step);
}

/** The minimum of the parabola through both slopes. */
function secantStep(a: Trial, b: Trial): number {
  return a.step + (a.slope / (a.slope - b.slope)) * (b.step - a.step);
}
