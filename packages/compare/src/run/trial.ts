/** One training run: a problem, an optimizer, a learning rate, a seed. Everything but the seconds follows from these. */
import { OptionError } from 'thalweg';
import type { Contestant } from '../contestants.ts';
import { hasDiverged } from '../models/network.ts';
import { pathInterval } from '../path.ts';
import type { Problem } from '../problem.ts';
import { cost } from '../quantile.ts';
import type { Curve, Trial } from '../schema.ts';
import type { CheckedModel } from './checked.ts';

/** What identifies a run, as sent to workers and kept in the store. */
export interface TrialRequest {
  readonly problem: string;
  readonly contestant: string;
  readonly lr: number;
  readonly seed: number;
  readonly steps: number;
}

/** A run's result with what only tuning needs: the last value of the tuning metric, null where the run diverged. */
export interface TrialResult extends Trial {
  readonly score: number | null;
}

const evaluations = 20;

/** Trains once. */
export async function runTrial(problem: Problem, model: CheckedModel, contestant: Contestant, request: TrialRequest): Promise<TrialResult> {
  const { steps, seed, lr } = request;
  const method = contestant.create(lr);
  const opt = await method.init(await model.start(seed), { nonFinite: 'propagate' });
  const needsLoss = method.inputs.includes('loss');
  const training = { steps: [] as number[], values: [] as (number | null)[] };
  const validation = { steps: [0], values: [finiteOrNull(await model.evaluate(opt.evaluate(), 'validation', true))] };
  const path: [number | null, number | null][] = [];
  const every = Math.max(1, Math.round(steps / evaluations));
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
    if (t % every !== 0 && t !== steps) continue;
    training.steps.push(t);
    training.values.push(lossSum / lossCount);
    [lossSum, lossCount] = [0, 0];
    const value = await model.evaluate(opt.evaluate(), 'validation');
    validation.steps.push(t);
    validation.values.push(finiteOrNull(value));
    if (reached === null && cost(value, problem.tuningMetric) <= cost(problem.target, problem.tuningMetric))
      reached = { steps: t, gradients: t, seconds: seconds.gradient + seconds.optimizer };
  }
  const score = divergedAt === null ? (validation.values.at(-1) ?? null) : null;
  const testMetric = score === null ? null : finiteOrNull(await model.evaluate(opt.evaluate(), 'test'));
  // A run without a finite result has diverged, wherever that shows first.
  if (testMetric === null) divergedAt ??= steps;
  opt.dispose();
  const curve = ({ steps: at, values }: { steps: number[]; values: (number | null)[] }): Curve => ({ steps: at, values });
  const trial = {
    seed,
    diverged: divergedAt !== null,
    divergedAt,
    testMetric,
    finalLoss: training.values.at(-1) ?? null,
    training: curve(training),
    validation: curve(validation),
    reached,
    seconds,
    score,
  };
  return problem.landscape === undefined ? trial : { ...trial, path };
}

/** A coordinate for JSON: six digits are more than a map can show, and half as long. */
function shortened(value: number): number | null {
  return finiteOrNull(Number(value.toPrecision(6)));
}

/** A number for JSON: null unless it is finite. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Whether an error says that a learning rate cannot be: such a rate counts as diverged rather than ending the comparison. */
export function isRefusedRate(error: unknown): boolean {
  return error instanceof OptionError && error.option === 'lr';
}
