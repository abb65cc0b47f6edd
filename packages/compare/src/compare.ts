/**
 * Runs a comparison: tunes each optimizer's learning rate on validation data, trains again with fresh seeds, and sums up. Says what it is
 * doing through `onProgress`; knows no terminal and no report.
 */
import { cpus, platform, release } from 'node:os';
import { createRequire } from 'node:module';
import type { Contestant } from './contestants.ts';
import type { Lengths } from './problem.ts';
import { bestIndex, checkProtocol, extension, firstGrid, gridPoint } from './protocol.ts';
import { median, type Direction } from './quantile.ts';
import { findContestants, type Entry } from './registry.ts';
import { Ledger, type Runner } from './run/ledger.ts';
import type { Store } from './run/store.ts';
import type { TrialResult } from './run/trial.ts';
import type { Comparison, Machine, OptimizerResult, ProblemResult, Protocol, SweepPoint, Trial } from './schema.ts';
import { compareToBest, ranks, summarize } from './statistics.ts';

/** What a comparison is made of. */
export interface Plan {
  readonly entries: readonly Entry[];
  readonly contestants: readonly string[];
  readonly protocol: Protocol;
  /** Which of a problem's lengths to use, or a number of steps for all. */
  readonly steps: keyof Lengths | number;
  readonly workers: number;
}

/** What is happening, for whoever shows it. */
export type Progress =
  | { readonly kind: 'problem'; readonly problem: string; readonly trials: number }
  | {
      readonly kind: 'trial';
      readonly problem: string;
      readonly contestant: string;
      readonly lr: number;
      readonly kept: boolean;
      readonly trials: number;
    }
  | {
      readonly kind: 'tuned';
      readonly problem: string;
      readonly contestant: string;
      readonly lr: number;
      readonly tuning: OptimizerResult['tuning'];
    };

/** Runs everything. Trials in the store that are what would be run are not run again. */
export async function compare(plan: Plan, pool: Runner, store: Store, onProgress: (progress: Progress) => void): Promise<Comparison> {
  checkProtocol(plan.protocol);
  const machine = machineOf(plan.workers);
  const ledger = new Ledger(pool, store, machine);
  const problems: ProblemResult[] = [];
  for (const entry of plan.entries) problems.push(await compareOn(entry, plan, ledger, onProgress));
  return {
    format: 'thalweg-comparison',
    version: 1,
    createdAt: new Date().toISOString(),
    machine,
    protocol: plan.protocol,
    runs: ledger.runs,
    problems,
  };
}

async function compareOn(entry: Entry, plan: Plan, ledger: Ledger, onProgress: (progress: Progress) => void): Promise<ProblemResult> {
  const { problem } = entry;
  const steps = typeof plan.steps === 'number' ? plan.steps : problem.steps[plan.steps];
  const contestants = await findContestants(entry, [...plan.contestants, ...entry.contestants.map((one) => one.id)]);
  const { tuningSeeds, testSeeds, gridPoints } = plan.protocol;
  let trials = contestants.length * (gridPoints * tuningSeeds.length + testSeeds.length);
  onProgress({ kind: 'problem', problem: problem.id, trials });
  const run = async (contestant: Contestant, lr: number, seed: number): Promise<TrialResult> => {
    const request = { problem: entry.reference, contestant: contestant.file?.path ?? contestant.id, lr, seed, steps };
    const { result, kept } = await ledger.run(problem, contestant, request);
    onProgress({ kind: 'trial', problem: problem.id, contestant: contestant.id, lr, kept, trials });
    return result;
  };
  const results = await Promise.all(
    contestants.map(async (contestant) => {
      const sweep = await tune(contestant, plan.protocol, problem.tuningMetric, run, () => (trials += tuningSeeds.length));
      const best = bestIndex(
        sweep.map((point) => point.score),
        problem.tuningMetric,
      );
      const bestLr = sweep[best ?? 0]?.lr ?? contestant.centre;
      const edge = best === 0 || best === sweep.length - 1;
      const tuning = best === undefined ? 'all-diverged' : edge ? 'edge' : 'inside';
      onProgress({ kind: 'tuned', problem: problem.id, contestant: contestant.id, lr: bestLr, tuning });
      const runs = await Promise.all(testSeeds.map((seed) => run(contestant, bestLr, seed)));
      const finished = runs.map((result): Trial => {
        const { score, ...trial } = result;
        return score === null ? { ...trial, testMetric: null } : trial;
      });
      const { id, label, code, hyperparameters } = contestant;
      const latex = contestant.create(bestLr).latex();
      return {
        id,
        label,
        configuration: code,
        hyperparameters,
        latex,
        sweep,
        bestLr,
        tuning,
        trials: finished,
        summary: summarize(finished, problem.testMetric),
      } as const;
    }),
  );
  const rank = ranks(
    results.map((result) => result.summary),
    problem.testMetric,
  );
  const optimizers = results.map((result, i): OptimizerResult => ({ ...result, rank: rank[i] ?? results.length }));
  const best = optimizers.find((result) => result.rank === 1)?.id ?? '';
  const scores = new Map(optimizers.map(({ id, trials: runs }) => [id, new Map(runs.map(({ seed, testMetric }) => [seed, testMetric]))]));
  return {
    id: problem.id,
    title: problem.title,
    description: problem.description,
    parameters: await countParameters(entry),
    steps,
    batchSize: problem.batchSize,
    tuningMetric: problem.tuningMetric,
    testMetric: problem.testMetric,
    target: {
      value: problem.target,
      origin: `declared by the problem; first evaluation of the ${problem.tuningMetric.name} at or ${problem.tuningMetric.lowerIsBetter ? 'below' : 'above'} it`,
    },
    optimizers: optimizers.toSorted((a, b) => a.rank - b.rank),
    comparisons: compareToBest(best, scores, plan.protocol.alpha, problem.testMetric),
    ...(problem.landscape === undefined ? {} : { landscape: problem.landscape }),
  };
}

/** Tries the grid, and beyond it as long as the best rate lies on an edge and the budget lasts. */
async function tune(
  contestant: Contestant,
  protocol: Protocol,
  metric: Direction,
  run: (contestant: Contestant, lr: number, seed: number) => Promise<TrialResult>,
  onExtension: () => void,
): Promise<SweepPoint[]> {
  const { gridPoints, maxGridPoints, gridRatio, tuningSeeds } = protocol;
  const point = async (lr: number, isExtension: boolean): Promise<SweepPoint> => {
    const results = await Promise.all(tuningSeeds.map((seed) => run(contestant, lr, seed)));
    const scores = results.map((result) => result.score);
    return { lr, extension: isExtension, scores, diverged: scores.filter((score) => score === null).length, score: median(scores, metric) };
  };
  const sweep = await Promise.all(firstGrid(contestant.centre, gridPoints, gridRatio).map((lr) => point(lr, false)));
  let low = -(gridPoints - 1) / 2;
  let high = -low;
  for (;;) {
    const direction = extension(
      sweep.map((one) => one.score),
      maxGridPoints,
      metric,
    );
    if (direction === 0) return sweep;
    onExtension();
    if (direction < 0) sweep.unshift(await point(gridPoint(contestant.centre, --low, gridRatio), true));
    else sweep.push(await point(gridPoint(contestant.centre, ++high, gridRatio), true));
  }
}

async function countParameters({ problem }: Entry): Promise<number> {
  const start = await (await problem.load()).start(0);
  const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  return Object.values(start).reduce((sum, parameter) => sum + ('shape' in parameter ? size(parameter.shape) : parameter.length), 0);
}

let version: string | undefined;

/** The version of the library, which is part of what identifies a trial. */
export function versionOfThalweg(): string {
  version ??= String((createRequire(import.meta.url)('thalweg/package.json') as { version: unknown }).version);
  return version;
}

function machineOf(workers: number): Machine {
  const [cpu] = cpus();
  return {
    node: process.version,
    thalweg: versionOfThalweg(),
    os: `${platform()} ${release()}`,
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    workers,
  };
}
