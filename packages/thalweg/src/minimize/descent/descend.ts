/**
 * The loop of every deterministic method: a direction, a line search along it, the next point. Knows the objective as a function of the space's arrays;
 * direction and step length are computed elsewhere.
 */
import type { Evaluation } from '../objective.ts';
import type { Declared } from '../../train/tensor.ts';
import { isThenable, whenThere, type Turns } from '../turns.ts';
import { checkOutcome, type Trial } from './line-search.ts';
import type { Direction, Minimizer } from './minimizer.ts';
import { Space, type Arrays } from './space.ts';
import { StartError } from './start-error.ts';
import { dot, norm, setScaled } from './vector.ts';

/** What is to be minimized, and when to stop. */
export interface Problem {
  readonly parameters: Readonly<Record<string, Declared>>;
  /** How the loss at a point and its gradient are found, for the arrays that a loop works on. */
  readonly objective: (w: Arrays, g: Arrays) => Evaluation;
  readonly steps: number;
  readonly tolerance: number;
  /** Called before each step, and awaited. */
  readonly onStep: ((t: number, loss: number, w: Arrays) => unknown) | undefined;
  readonly turns: Turns;
}

/**
 * Why it stopped: all steps were taken (`'steps'`), the gradient is small enough (`'tolerance'`), the loss is not finite (`'diverged'`), the signal was
 * aborted, or a line search found no step that lowers the loss, as happens when rounding hides what is left to gain.
 */
export type Stop = 'steps' | 'tolerance' | 'diverged' | 'aborted' | 'stalled';

/** Where a loop arrived. */
export interface Arrival {
  readonly w: Arrays;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly steps: number;
  readonly skipped: number;
  readonly evaluations: number;
  readonly reason: Stop;
}

/** Thrown out of a line search when the signal is aborted. */
class Interruption extends Error {}

/** Runs `minimizer` on `problem`, upwards to `maximize`. Throws a StartError where loss or gradient is not finite at the start. */
export async function descend(minimizer: Minimizer, problem: Problem, maximize: boolean): Promise<Arrival> {
  return await new Descent(minimizer, problem, maximize ? -1 : 1).run();
}

class Descent {
  private readonly minimizer: Minimizer;
  private readonly problem: Problem;
  /** Losses and gradients below are the user's times this: −1 to maximize, and a power of two that keeps squares in range. */
  private factor: number;
  private readonly space: Space;
  private readonly evaluation: Evaluation;
  /** The accepted point, and the gradient there. */
  private readonly w: Float64Array;
  private readonly g: Float64Array;
  /** The gradient of the last evaluation. */
  private readonly trialGradient: Float64Array;
  private evaluations = 0;

  constructor(minimizer: Minimizer, problem: Problem, sign: 1 | -1) {
    [this.minimizer, this.problem, this.factor] = [minimizer, problem, sign];
    this.space = new Space(minimizer.name, problem.parameters);
    this.evaluation = problem.objective(this.space.w, this.space.g);
    const vector = (): Float64Array => new Float64Array(this.space.size);
    [this.w, this.g, this.trialGradient] = [vector(), vector(), vector()];
  }

  async run(): Promise<Arrival> {
    const { space, problem } = this;
    const directions = this.minimizer.directions(space.size);
    space.readPoint(this.w);
    let loss = await this.start();
    let gradientNorm = norm(this.g);
    let steps = 0;
    const arrive = (reason: Stop): Arrival => {
      space.place(this.w);
      const { w } = space;
      const size = Math.abs(this.factor);
      return { w, loss: loss / this.factor, gradientNorm: gradientNorm / size, steps, skipped: 0, evaluations: this.evaluations, reason };
    };
    for (;;) {
      if (problem.turns.aborted) return arrive('aborted');
      if (gradientNorm / Math.abs(this.factor) <= problem.tolerance) return arrive('tolerance');
      if (steps === problem.steps) return arrive('steps');
      const seen = problem.onStep?.(steps, loss / this.factor, space.w);
      if (isThenable(seen)) await seen;
      try {
        let found = this.search(directions.next({ w: this.w, g: this.g, loss }), loss);
        let trial = isThenable(found) ? await found : found;
        if (!this.isBetter(trial, loss, gradientNorm) && directions.restart()) {
          found = this.search(directions.next({ w: this.w, g: this.g, loss }), loss);
          trial = isThenable(found) ? await found : found;
        }
        if (!this.isBetter(trial, loss, gradientNorm)) return arrive('stalled');
        loss = trial.loss;
      } catch (error) {
        if (error instanceof Interruption) return arrive('aborted');
        throw error;
      }
      space.readPoint(this.w);
      this.g.set(this.trialGradient);
      gradientNorm = norm(this.g);
      steps += 1;
    }
  }

  /** Evaluates the start and returns its loss. Where the squares of gradients would leave float64, all is computed in a larger or smaller unit. */
  private async start(): Promise<number> {
    const loss = await this.evaluate();
    const gradientNorm = norm(this.trialGradient);
    if (Number.isFinite(loss) && Number.isNaN(gradientNorm)) this.evaluation.checkWritten();
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) throw new StartError(this.minimizer.name, loss / this.factor);
    const unit = gradientNorm === 0 || (gradientNorm > 1e-100 && gradientNorm < 1e100) ? 1 : 2 ** -Math.floor(Math.log2(gradientNorm));
    const scales = Number.isFinite(unit) && Number.isFinite(unit * loss);
    if (scales) this.factor *= unit;
    setScaled(this.g, scales ? unit : 1, this.trialGradient);
    return scales ? unit * loss : loss;
  }

  /** Searches along a direction. A trial other than the start is where the space and `trialGradient` then are. */
  private search({ d, first }: Direction, loss: number): Trial | PromiseLike<Trial> {
    const start: Trial = { step: 0, loss, slope: dot(this.g, d) };
    let last = 0;
    const ray = (step: number): Trial | PromiseLike<Trial> => {
      last = step;
      // Where rounding leaves the point as it is, there is nothing to evaluate.
      if (!this.space.move(this.w, step, d)) {
        this.trialGradient.set(this.g);
        return { ...start, step };
      }
      return whenThere(this.evaluate(), (trialLoss) => {
        if (this.problem.turns.aborted) throw new Interruption();
        const slope = dot(this.trialGradient, d);
        if (Number.isNaN(slope) && Number.isFinite(trialLoss)) this.evaluation.checkWritten();
        return { step, loss: trialLoss, slope };
      });
    };
    if (!(start.slope < 0 && start.slope > -Infinity && first > 0)) return start;
    return whenThere(this.minimizer.lineSearch.search(ray, start, Math.min(first, Number.MAX_VALUE)), (outcome) => {
      const { meets, trial } = checkOutcome(outcome);
      if (meets === 'none' && !(trial.loss < loss)) return start;
      return trial.step === last || trial.step === 0 ? trial : ray(trial.step);
    });
  }

  /** Whether the trial lowers the loss, or where rounding hides that, the gradient. */
  private isBetter(trial: Trial, loss: number, gradientNorm: number): boolean {
    if (trial.step === 0 || !Number.isFinite(trial.loss) || !(trial.loss <= loss)) return false;
    const trialNorm = norm(this.trialGradient);
    return trial.loss < loss ? Number.isFinite(trialNorm) : trialNorm < gradientNorm;
  }

  private evaluate(): number | PromiseLike<number> {
    this.evaluations += 1;
    return whenThere(this.evaluation.at(), (value) => {
      this.space.readGradient(this.trialGradient, this.factor);
      const turn = this.problem.turns.due();
      return turn === undefined ? this.factor * value : turn.then(() => this.factor * value);
    });
  }
}
