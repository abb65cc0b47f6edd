/**
 * The record of a run while it trains: how many gradients it has computed, curves and results at every hundredth of its budget, the target, divergence. A
 * step may need several gradients; each mark uses the newest weights that cost no more than the mark. Knows a model; knows no optimizer.
 */
import { largestOfRun } from '../limits.ts';
import { hasDiverged } from '../models/network.ts';
import { pathInterval } from '../path.ts';
import type { Arrays, LossAndRows, Problem } from '../problem.ts';
import { cost, type Measured } from '../quantile.ts';
import type { Trial } from '../schema.ts';
import type { CheckedModel } from './checked.ts';

/** So many evaluations in a run, and the mean of so many of the last is its result: one alone is as noisy as the last batch. */
const [evaluations, averaged] = [100, 5];

/** Weights: those that are trained, and what finds those that a method says to evaluate, which may take a while. */
export interface Weights {
  readonly params: Arrays;
  readonly evaluated: () => Arrays;
}

/** The record of one run. */
export class RunRecord {
  /** Gradients so far: each call of the model's gradient is one. */
  spent = 0;
  /** Steps so far. */
  private steps = 0;
  private noted = 0;
  private losses: number[] = [];
  private firstLoss = NaN;
  private divergedAt: number | null = null;
  private reached: Trial['reached'] = null;
  private gradientSeconds = 0;
  private stepSeconds = 0;
  private started = 0;
  private readonly training = { steps: [] as number[], values: [] as (number | null)[] };
  private readonly validation = { steps: [] as number[], values: [] as (number | null)[] };
  private readonly ends: Record<'validation' | 'test', Measured[]> = { validation: [], test: [] };
  private readonly path: [number | null, number | null][] = [];
  private readonly lasts: ReadonlySet<number>;
  /** What was measured last, and whether the weights are still the same. */
  private last: { value: number | null; ends?: Record<'validation' | 'test', Measured> } | undefined;
  private readonly problem: Problem;
  private readonly model: CheckedModel;
  private readonly seed: number;
  private readonly budget: number;

  constructor(problem: Problem, model: CheckedModel, seed: number, budget: number) {
    [this.problem, this.model, this.seed, this.budget] = [problem, model, seed, budget];
    const marks = Array.from({ length: budget }, (_, i) => i + 1).filter((at) => this.isMark(at));
    this.lasts = new Set(marks.slice(-averaged));
  }

  /** Gradients that may still be spent. */
  get left(): number {
    return this.divergedAt === null ? this.budget - this.spent : 0;
  }

  /** Notes the first weights. */
  async begin({ params, evaluated }: Weights): Promise<void> {
    this.validation.steps.push(0);
    this.validation.values.push(shortened(await this.model.monitor(evaluated(), true)));
    this.point(0, params);
    this.started = performance.now();
  }

  /** The gradient of step `batch`, counted. */
  async gradient(params: Arrays, grads: Arrays, batch: number): Promise<LossAndRows> {
    const from = performance.now();
    const found = await this.model.gradient(params, grads, this.seed, batch, this.spent === 0);
    this.gradientSeconds += (performance.now() - from) / 1000;
    if (this.spent === 0) this.firstLoss = found.loss;
    this.spent += 1;
    return found;
  }

  /** Whether the loss at a step's start says that the run has diverged; it then ends. */
  lose(loss: number): boolean {
    if (hasDiverged(loss, this.firstLoss)) this.divergedAt = this.spent;
    return this.divergedAt !== null;
  }

  /** Notes a step, or `count` of them: the loss at its start, where it led, and where it came from if it may have spent several gradients. */
  async took(loss: number, now: Weights, before: Weights = now, count = 1): Promise<void> {
    this.stepSeconds += (performance.now() - this.started) / 1000;
    this.steps += count;
    this.losses.push(loss);
    while (this.noted < this.spent) {
      this.noted += 1;
      const isNow = this.noted === this.spent;
      if (isNow) this.last = undefined;
      await this.note(this.noted, isNow ? now : before);
    }
    this.last = undefined;
    this.started = performance.now();
  }

  /** Notes that nothing more comes: gradients that are left change nothing. */
  async end(weights: Weights): Promise<void> {
    if (this.divergedAt !== null) return;
    while (this.noted < this.budget) await this.note(++this.noted, weights);
  }

  /** What became of it. */
  trial(lr: number): Trial {
    const none = { value: null, loss: null };
    const [chosenBy, result] = this.divergedAt === null ? [meanOf(this.ends.validation), meanOf(this.ends.test)] : [none, none];
    // A run without a finite result has diverged, wherever that shows first.
    if (chosenBy.value === null || result.value === null) this.divergedAt ??= this.budget;
    const isLost = this.divergedAt !== null;
    const { training, validation, reached } = this;
    return {
      seed: this.seed,
      lr,
      diverged: isLost,
      divergedAt: this.divergedAt,
      validationMetric: isLost ? null : chosenBy.value,
      testMetric: isLost ? null : result.value,
      validationLoss: isLost ? null : chosenBy.loss,
      testLoss: isLost ? null : result.loss,
      finalLoss: training.values.at(-1) ?? null,
      training,
      validation,
      reached,
      ...(this.steps === this.spent || isLost ? {} : { taken: this.steps }),
      seconds: { gradient: this.gradientSeconds, optimizer: Math.max(0, this.stepSeconds - this.gradientSeconds) },
      ...(this.problem.landscape === undefined ? {} : { path: this.path }),
    };
  }

  private isMark(at: number): boolean {
    return at % Math.max(1, Math.round(this.budget / evaluations)) === 0 || at === this.budget;
  }

  private async note(at: number, { params, evaluated }: Weights): Promise<void> {
    this.point(at, params);
    if (!this.isMark(at)) return;
    if (this.losses.length > 0) {
      this.training.steps.push(at);
      this.training.values.push(shortened(this.losses.reduce((sum, one) => sum + one, 0) / this.losses.length));
      this.losses = [];
    }
    if (this.lasts.has(at)) {
      const split = async (which: 'validation' | 'test'): Promise<Measured> =>
        await (this.last?.ends?.[which] ?? this.model.evaluate(evaluated(), which));
      const ends = { validation: await split('validation'), test: await split('test') };
      for (const which of ['validation', 'test'] as const) this.ends[which].push(ends[which]);
      this.last = { ...(this.last ?? { value: shortened(await this.model.monitor(evaluated())) }), ends };
    }
    this.last ??= { value: shortened(await this.model.monitor(evaluated())) };
    const { value } = this.last;
    this.validation.steps.push(at);
    this.validation.values.push(value);
    const { tuningMetric, target } = this.problem;
    if (this.reached === null && cost(value, tuningMetric) <= cost(target, tuningMetric)) {
      this.reached = { steps: this.steps, gradients: at, seconds: this.stepSeconds };
    }
  }

  private point(at: number, params: Arrays): void {
    if (this.problem.landscape === undefined || at % pathInterval(this.budget) !== 0) return;
    const [x = NaN, y = NaN] = params['w'] ?? [];
    this.path.push([shortened(x), shortened(y)]);
  }
}

/** Value and loss, each the mean of all; null where one of them is none or not finite. */
function meanOf(measured: readonly Measured[]): Measured {
  const mean = (which: keyof Measured): number | null => {
    const values = measured.map((one) => one[which]);
    return finiteOrNull(values.reduce<number>((sum, one) => sum + (one ?? NaN), 0) / values.length);
  };
  return { value: mean('value'), loss: mean('loss') };
}

/** A coordinate or a point of a curve for JSON: six digits are more than a figure can show, and half as long. */
function shortened(value: number): number | null {
  return finiteOrNull(Number(value.toPrecision(6)));
}

/** A number for JSON: null unless it is finite, and small enough to be shown. */
function finiteOrNull(value: number | null): number | null {
  return value !== null && Math.abs(value) <= largestOfRun ? value : null;
}
