/** One training run: a problem, an optimizer, a learning rate, a seed. Everything but the seconds follows from these. */
import { OptionError } from 'thalweg';
import type { Contestant } from '../contestants.ts';
import { hasDiverged } from '../models/network.ts';
import { pathInterval } from '../path.ts';
import type { Arrays, Problem } from '../problem.ts';
import { cost, type Measured } from '../quantile.ts';
import type { Curve, Trial } from '../schema.ts';
import { applySchedule, type ScheduleName } from '../schedules.ts';
import type { CheckedModel } from './checked.ts';

/** What identifies a run, as sent to workers and kept in the store. */
export interface TrialRequest {
  readonly problem: string;
  readonly contestant: string;
  readonly schedule: ScheduleName;
  readonly lr: number;
  /** What a search chose besides the learning rate. */
  readonly hyper?: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly steps: number;
  /** Whether it is of a scan that may be run together with others of other rates, and the rates that it stands for then (`together.ts`). */
  readonly scan?: true;
  readonly rates?: readonly number[];
}

/** What is followed while it trains: an optimizer, or one run of several that are taken together. */
export interface Trainee {
  readonly params: Arrays;
  readonly grads: Arrays;
  step(gradients: Arrays, inputs: Readonly<Record<string, number>>): unknown;
  evaluate(): Arrays;
  dispose(): void;
}

/** So many evaluations in a run, and the mean of so many of the last is its result: one alone is as noisy as the last batch. */
const [evaluations, averaged] = [100, 5];

/** Trains once. */
export async function runTrial(problem: Problem, model: CheckedModel, contestant: Contestant, request: TrialRequest): Promise<Trial> {
  const { steps, seed, lr, hyper = {} } = request;
  const method = contestant.create(lr, { steps, hyper });
  const opt = await method.init(await model.start(seed), { nonFinite: 'propagate' });
  applySchedule(opt.hyper, request.schedule, steps);
  return follow(problem, model, opt, method.inputs.includes('loss'), request);
}

/** Has an optimizer take the steps of a run, and measures on the way; disposes of it. `needsLoss`: whether its steps are given the loss. */
export async function follow(
  problem: Problem,
  model: CheckedModel,
  opt: Trainee,
  needsLoss: boolean,
  { steps, seed, lr }: TrialRequest,
): Promise<Trial> {
  const training = { steps: [] as number[], values: [] as (number | null)[] };
  const validation = { steps: [0], values: [shortened(await model.monitor(opt.evaluate(), true))] };
  const ends: Record<'validation' | 'test', Measured[]> = { validation: [], test: [] };
  const path: [number | null, number | null][] = [];
  const every = Math.max(1, Math.round(steps / evaluations));
  const isMeasured = (t: number): boolean => t % every === 0 || t === steps;
  const lasts = new Set(Array.from({ length: steps }, (_, i) => i + 1).filter(isMeasured).slice(-averaged)); // prettier-ignore
  const seconds = { gradient: 0, optimizer: 0 };
  let reached: Trial['reached'] = null;
  let divergedAt: number | null = null;
  let firstLoss = NaN;
  let lossSum = 0;
  let lossCount = 0;
  const keepPoint = (t: number): void => {
    if (problem.landscape === undefined || t % pathInterval(steps) !== 0) return;
    const [x = NaN, y = NaN] = opt.params['w'] ?? [];
    path.push([shortened(x), shortened(y)]);
  };
  keepPoint(0);
  for (let t = 1; t <= steps; t++) {
    const started = performance.now();
    const loss = await model.gradient(opt.params, opt.grads, seed, t);
    const between = performance.now();
    if (t === 1) firstLoss = loss;
    if (hasDiverged(loss, firstLoss)) {
      divergedAt = t;
      break;
    }
    opt.step(opt.grads, needsLoss ? { loss } : {});
    seconds.gradient += (between - started) / 1000;
    seconds.optimizer += (performance.now() - between) / 1000;
    lossSum += loss;
    lossCount += 1;
    keepPoint(t);
    if (!isMeasured(t)) continue;
    training.steps.push(t);
    training.values.push(shortened(lossSum / lossCount));
    [lossSum, lossCount] = [0, 0];
    if (lasts.has(t)) for (const split of ['validation', 'test'] as const) ends[split].push(await model.evaluate(opt.evaluate(), split));
    const value = shortened(await model.monitor(opt.evaluate()));
    validation.steps.push(t);
    validation.values.push(value);
    if (reached === null && cost(value, problem.tuningMetric) <= cost(problem.target, problem.tuningMetric))
      reached = { steps: t, gradients: t, seconds: seconds.gradient + seconds.optimizer };
  }
  opt.dispose();
  const none = { value: null, loss: null };
  const [chosenBy, result] = divergedAt === null ? [meanOf(ends.validation), meanOf(ends.test)] : [none, none];
  // A run without a finite result has diverged, wherever that shows first.
  if (chosenBy.value === null || result.value === null) divergedAt ??= steps;
  const isLost = divergedAt !== null;
  const curve = ({ steps: at, values }: { steps: number[]; values: (number | null)[] }): Curve => ({ steps: at, values });
  const trial = {
    seed,
    lr,
    diverged: isLost,
    divergedAt,
    validationMetric: isLost ? null : chosenBy.value,
    testMetric: isLost ? null : result.value,
    validationLoss: isLost ? null : chosenBy.loss,
    testLoss: isLost ? null : result.loss,
    finalLoss: training.values.at(-1) ?? null,
    training: curve(training),
    validation: curve(validation),
    reached,
    seconds,
  };
  return problem.landscape === undefined ? trial : { ...trial, path };
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

/** A number for JSON: null unless it is finite. */
function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** Whether an error says that a learning rate, or another value that a search tried, cannot be: it counts as diverged rather than ending the comparison. */
export function isRefusedRate(error: unknown, hyper: TrialRequest['hyper'] = {}): boolean {
  return error instanceof OptionError && (error.option === 'lr' || Object.hasOwn(hyper, error.option));
}
