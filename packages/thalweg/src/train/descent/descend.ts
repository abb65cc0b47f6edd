/**
 * The loop of every deterministic method: a direction, a line search along it, the next point. Knows the objective as a function of the
 * space's arrays; which direction and how far is others' business.
 */
import type { Parameter } from '../tensor.ts';
import type { Outcome, Trial } from './line-search.ts';
import type { Direction, Minimizer } from './minimizer.ts';
import { Space, type Arrays } from './space.ts';
import { StartError } from './start-error.ts';
import { dot, norm } from './vector.ts';

/** What is to be minimized, and when to stop. */
export interface Problem {
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Returns the loss at `w` and writes its gradient into `g`. */
  readonly evaluate: (w: Arrays, g: Arrays) => number | Promise<number>;
  readonly steps: number;
  readonly tolerance: number;
  /** Called before each step. */
  readonly onStep: (t: number, loss: number, w: Arrays) => void;
  readonly isAborted: () => boolean;
}

/**
 * Why it stopped: the steps were used up, the gradient is small enough, the loss is not finite, the signal was aborted, or a line search
 * found no step that lowers the loss, as happens where rounding hides what is left to gain.
 */
export type Stop = 'steps' | 'tolerance' | 'diverged' | 'aborted' | 'stalled';

/** Where a loop arrived. */
export interface Arrival {
  readonly w: Arrays;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly steps: number;
  readonly evaluations: number;
  readonly reason: Stop;
}

/** Runs `minimizer` on `problem`, upwards to `maximize`. Throws a StartError where loss or gradient is not finite at the start. */
export async function descend(minimizer: Minimizer, problem: Problem, maximize: boolean): Promise<Arrival> {
  return new Descent(minimizer, problem, maximize ? -1 : 1).run();
}

class Descent {
  private readonly minimizer: Minimizer;
  private readonly problem: Problem;
  /** −1 to maximize: losses and gradients below are those of what descends. */
  private readonly sign: 1 | -1;
  private readonly space: Space;
  /** The accepted point, and the gradient there. */
  private readonly w: Float64Array;
  private readonly g: Float64Array;
  /** The gradient of the last evaluation. */
  private readonly trialGradient: Float64Array;
  private evaluations = 0;

  constructor(minimizer: Minimizer, problem: Problem, sign: 1 | -1) {
    [this.minimizer, this.problem, this.sign] = [minimizer, problem, sign];
    this.space = new Space(minimizer.name, problem.parameters);
    const vector = (): Float64Array => new Float64Array(this.space.size);
    [this.w, this.g, this.trialGradient] = [vector(), vector(), vector()];
  }

  async run(): Promise<Arrival> {
    const { space, sign, problem } = this;
    const directions = this.minimizer.directions(space.size);
    space.readPoint(this.w);
    let loss = await this.evaluate();
    let gradientNorm = norm(this.trialGradient);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) throw new StartError(this.minimizer.name, sign * loss);
    this.g.set(this.trialGradient);
    let steps = 0;
    const arrive = (reason: Stop): Arrival => {
      return { w: space.w, loss: sign * loss, gradientNorm, steps, evaluations: this.evaluations, reason };
    };
    for (;;) {
      if (problem.isAborted()) return arrive('aborted');
      if (gradientNorm <= problem.tolerance) return arrive('tolerance');
      if (steps === problem.steps) return arrive('steps');
      problem.onStep(steps, sign * loss, space.w);
      let found: Outcome;
      let improves: boolean;
      do {
        found = await this.search(directions.next({ w: this.w, g: this.g, loss }), loss);
        improves = found.meets !== 'none' && this.isBetter(found.trial, loss, gradientNorm);
      } while (!improves && directions.restart());
      if (improves || found.trial.loss < loss) {
        space.readPoint(this.w);
        this.g.set(this.trialGradient);
        [loss, gradientNorm] = [found.trial.loss, norm(this.g)];
      } else space.place(this.w);
      if (!improves) return arrive('stalled');
      steps += 1;
    }
  }

  /** Searches along a direction. A trial other than the start is where the space and `trialGradient` then are. */
  private async search({ d, first }: Direction, loss: number): Promise<Outcome> {
    const start: Trial = { step: 0, loss, slope: dot(this.g, d) };
    let last = 0;
    const ray = async (step: number): Promise<Trial> => {
      this.space.move(this.w, step, d);
      last = step;
      const trialLoss = await this.evaluate();
      return { step, loss: trialLoss, slope: dot(this.trialGradient, d) };
    };
    if (!(start.slope < 0 && start.slope > -Infinity && first > 0)) return { meets: 'none', trial: start };
    const { meets, trial } = await this.minimizer.lineSearch.search(ray, start, first);
    return { meets, trial: trial.step === last || trial.step === 0 ? trial : await ray(trial.step) };
  }

  /** Whether the trial lowers the loss, or where rounding hides that, the gradient. */
  private isBetter(trial: Trial, loss: number, gradientNorm: number): boolean {
    return trial.loss < loss || (trial.loss === loss && norm(this.trialGradient) < gradientNorm);
  }

  private async evaluate(): Promise<number> {
    this.evaluations += 1;
    const value = await this.problem.evaluate(this.space.w, this.space.g);
    this.space.readGradient(this.trialGradient, this.sign);
    return this.sign * value;
  }
}
