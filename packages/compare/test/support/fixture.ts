/** A made-up comparison with everything a report must cope with: ties, edges, diverged rates and runs, null values, a landscape. */
import type { Comparison, OptimizerResult, ProblemResult, Trial } from '../../src/schema.ts';
import { summarize } from '../../src/statistics.ts';

const names: readonly (readonly [string, string])[] = [
  ['adam', 'Adam'],
  ['adagrad', 'AdaGrad'],
  ['sgd', 'SGD'],
  ['mine', 'Mine'],
];

function trial(seed: number, level: number, diverged: boolean, landscape: boolean): Trial {
  const steps = [0, 10, 20, 30];
  const values = steps.map((step) => (diverged && step > 10 ? null : level + 2 / (1 + step + seed)));
  return {
    seed,
    diverged,
    divergedAt: diverged ? 15 : null,
    testMetric: diverged ? null : 5 + level + seed / 100,
    finalLoss: diverged ? null : level,
    training: { steps, values },
    validation: { steps, values },
    reached: diverged ? null : { steps: 20, gradients: 20, seconds: 0.1 + level },
    seconds: { gradient: 0.1, optimizer: 0.01 },
    ...(landscape ? { path: steps.map((step) => [step / 30, diverged && step > 10 ? null : 1 - step / 30] as const) } : {}),
  };
}

function optimizer([id, label]: readonly [string, string], i: number, landscape: boolean, suffix: string): OptimizerResult {
  const dead = id === 'mine';
  const trials = [1, 2, 3].map((seed) => trial(seed, i / 10, dead, landscape));
  return {
    id,
    label: label + suffix,
    configuration: `${id}({ lr })`,
    hyperparameters: { eps: 1e-8 },
    latex: 'w \\leftarrow w - \\eta g',
    sweep: [0.01, 0.1, 1].map((lr) => ({ lr, extension: lr === 1, scores: [dead || lr === 1 ? null : lr], diverged: dead || lr === 1 ? 1 : 0, score: dead || lr === 1 ? null : 0.5 + lr })),
    bestLr: 0.01,
    tuning: dead ? 'all-diverged' : id === 'sgd' ? 'edge' : 'inside',
    trials,
    rank: i + 1,
    summary: summarize(trials),
  };
} // prettier-ignore

function problem(id: string, landscape: boolean, suffix: string): ProblemResult {
  return {
    id,
    title: `Title of ${id}${suffix}`,
    description: `What ${id} is.${suffix}`,
    parameters: 100,
    steps: 30,
    batchSize: landscape ? null : 64,
    tuningMetric: { name: 'validation loss', lowerIsBetter: true, unit: '' },
    testMetric: { name: 'test error', lowerIsBetter: true, unit: '%' },
    target: { value: 0.2, origin: 'declared' },
    optimizers: names.map((name, i) => optimizer(name, i, landscape, suffix)),
    comparisons: [
      { better: 'adam', worse: 'adagrad', difference: 0.1, interval: [-0.1, 0.3], pValue: 0.3, verdict: 'no detectable difference' },
      { better: 'adam', worse: 'sgd', difference: 0.2, interval: [0.1, 0.3], pValue: 0.004, verdict: 'different' },
      { better: 'adam', worse: 'mine', difference: null, interval: null, pValue: null, verdict: 'too few finite seeds' },
    ],
    ...(landscape
      ? {
          landscape: {
            x: [0, 1],
            y: [0, 1],
            columns: 4,
            rows: 3,
            values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
            minima: [[0, 0]],
          } as const,
        }
      : {}),
  };
}

/** The comparison; `suffix` is put behind every text that a user could have written. */
export function fixture(suffix = ''): Comparison {
  return {
    format: 'thalweg-comparison',
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    machine: { node: 'v26', thalweg: '0.1.0', os: 'linux', cpu: 'a cpu', cores: 2, workers: 2 },
    protocol: {
      preset: 'quick',
      gridPoints: 3,
      maxGridPoints: 5,
      gridRatio: 10,
      tuningSeeds: [1],
      testSeeds: [101, 102, 103],
      alpha: 0.05,
    },
    problems: [problem('data', false, suffix), problem('hill', true, suffix)],
  };
}
