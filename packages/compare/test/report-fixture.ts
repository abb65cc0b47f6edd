/**
 * A made-up comparison that looks like a real one: six optimizers on two data problems and a landscape, with ties, diverged runs and
 * rates, an extended grid that ends on its edge. Everything follows from the seeds. Knows the document; knows no report.
 */
import type { Comparison, Landscape, OptimizerResult, ProblemResult, SweepPoint, Trial } from '../src/schema.ts';
import { lower, median } from '../src/quantile.ts';
import { compareWith } from '../src/statistics/compare.ts';
import { firstPlaces } from '../src/statistics/stability.ts';
import { ranks, summarize } from '../src/statistics/summary.ts';

interface Kind {
  readonly id: string;
  readonly label: string;
  readonly latex: string;
  /** The learning rate that suits it, how fast it then learns and how low it gets. */
  readonly lr: number;
  readonly speed: number;
  readonly floor: number;
}

const kinds: readonly Kind[] = [
  { id: 'sgd', label: 'SGD', latex: 'w \\leftarrow w - \\eta g', lr: 0.3, speed: 0.006, floor: 0.24 },
  { id: 'sgd-momentum', label: 'SGD + momentum', latex: 'v \\leftarrow \\mu v + g', lr: 0.1, speed: 0.012, floor: 0.17 },
  { id: 'adagrad', label: 'AdaGrad', latex: 'G \\leftarrow G + g^{2}', lr: 0.1, speed: 0.02, floor: 0.19 },
  {
    id: 'rmsprop',
    label: 'RMSProp',
    latex: 'v \\leftarrow \\beta v + \\left(1 - \\beta\\right) g^{2}',
    lr: 0.003,
    speed: 0.018,
    floor: 0.2,
  },
  { id: 'adam', label: 'Adam', latex: '\\hat{m} = \\frac{m}{1 - \\beta_{1}^{t}}', lr: 0.01, speed: 0.022, floor: 0.16 },
  { id: 'adamw', label: 'AdamW', latex: 'w \\leftarrow w - \\eta \\lambda w', lr: 0.01, speed: 0.021, floor: 0.16 },
];

/** Settings of the fixture; the defaults make the plausible one. */
export interface FixtureOptions {
  readonly preset?: Comparison['protocol']['preset'];
  readonly seeds?: number;
  readonly tuningSeeds?: number;
  /** Makes every run of every optimizer diverge. */
  readonly dead?: boolean;
  /** Put behind every text that a user's problem or optimizer could contain. */
  readonly suffix?: string;
  /** Ids of more optimizers. */
  readonly more?: readonly string[];
}

/** The comparison. */
export function reportFixture(options: FixtureOptions = {}): Comparison {
  const { preset = 'quick', seeds = 5 } = options;
  return {
    format: 'thalweg-comparison',
    version: 2,
    createdAt: '2026-01-02T03:04:05.678Z',
    machine: { node: 'v26.0.0', thalweg: '0.1.0', os: 'linux 6.1', cpu: `A processor${options.suffix ?? ''}`, cores: 2, workers: 2 },
    protocol: {
      preset,
      gridPoints: 5,
      rates: 6,
      gridRatio: Math.sqrt(10),
      scanSeed: 1,
      seeds: Array.from({ length: seeds }, (_, i) => 101 + i),
      ratesPerSeed: 3,
      alpha: 0.05,
    },
    runs: { made: 12, kept: 34, remade: [{ reason: `mine.ts changed${options.suffix ?? ''}`, count: 5 }] },
    problems: [problem('words', 0.9, options), problem('digits', 2.3, options), problem('bowl', 1, options, bowl)],
  };
}

const bowl: Landscape = {
  x: [-4, 2],
  y: [-2, 2],
  columns: 31,
  rows: 21,
  values: Array.from({ length: 31 * 21 }, (_, i) => (i === 0 ? null : ((i % 31) / 5 - 4) ** 2 + 8 * (Math.floor(i / 31) / 5 - 2) ** 2)),
  minima: [[0, 0]],
};

function problem(id: string, start: number, options: FixtureOptions, landscape?: Landscape): ProblemResult {
  const { suffix = '', more = [] } = options;
  const all = [...kinds, ...more.map((name) => ({ id: name, label: name, latex: 'w', lr: 0.05, speed: 0.01, floor: 0.2 }))];
  const results = all.map((kind, i) => optimizer(kind, i, start, options, landscape));
  const rank = ranks(
    results.map(({ summary }) => summary),
    lower,
  );
  const scores = new Map(results.map((one) => [one.id, new Map(one.trials.map(({ seed, testMetric }) => [seed, testMetric]))]));
  const first = firstPlaces(scores, lower);
  const optimizers = results
    .map((one, i) => ({ ...one, rank: rank[i] ?? 1, first: first.get(one.id) ?? 0 }))
    .toSorted((a, b) => a.rank - b.rank);
  const loss = { name: `validation loss${suffix}`, lowerIsBetter: true, unit: '' };
  return {
    id: `${id}${suffix}`,
    title: `${id.slice(0, 1).toUpperCase()}${id.slice(1)}: a problem${suffix}`,
    description: `What ${id} is, in a sentence or two, with its sizes and its split.${suffix}`,
    parameters: landscape === undefined ? 50_890 : 2,
    steps: 400,
    batchSize: landscape === undefined ? 64 : null,
    tuningMetric: loss,
    testMetric: landscape === undefined ? { name: `test error${suffix}`, lowerIsBetter: true, unit: '%' } : loss,
    target: { value: 0.3, origin: `declared${suffix}` },
    optimizers,
    reference: optimizers[0]?.id ?? '',
    comparisons: compareWith(optimizers[0]?.id ?? '', scores, { alpha: 0.05, direction: loss, margin: 0.6 }),
    ...(landscape === undefined ? {} : { landscape }),
  };
}

function optimizer(
  kind: Kind,
  i: number,
  start: number,
  options: FixtureOptions,
  landscape?: Landscape,
): Omit<OptimizerResult, 'rank' | 'first'> {
  const { seeds = 5, tuningSeeds = 2, dead = false, suffix = '' } = options;
  const grid = [-2, -1, 0, 1, 2].map((offset) => Number((kind.lr * 10 ** (offset / 2)).toPrecision(3)));
  // Plain gradient descent wants more than its grid holds; with the extension its best rate is the last.
  const rates = kind.id === 'sgd' ? [...grid.slice(2), ...grid.slice(2).map((lr) => Number((lr * 31.6).toPrecision(3)))] : grid;
  const sweep = rates.map((lr, at): SweepPoint => {
    const scores = Array.from({ length: tuningSeeds }, (_, seed) => {
      const off = kind.id === 'sgd' ? rates.length - 1 - at : Math.abs(at - 2);
      const isLost = dead || (i === 1 && at > 3 - (seed % 2)) || (i === 3 && at === 4);
      return isLost ? null : kind.floor + 0.05 * off ** 2 * start + 0.01 * noise(i, at, seed);
    });
    return { lr, extension: !grid.includes(lr), scores, diverged: scores.filter((one) => one === null).length, score: median(scores) };
  });
  const bestLr = (kind.id === 'sgd' ? rates.at(-1) : rates[2]) ?? kind.lr;
  const trials = Array.from({ length: seeds }, (_, at) => trial(kind, i, 101 + at, start, dead || (i === 3 && at === 1), landscape));
  return {
    id: kind.id,
    label: `${kind.label}${suffix}`,
    configuration: `${kind.id}({ lr })${suffix}`,
    hyperparameters: { eps: 1e-8, nesterov: false, [`decay${suffix}`]: `scaled${suffix}` },
    latex: kind.latex,
    sweep,
    bestLr,
    tuning: dead ? 'all-diverged' : kind.id === 'sgd' ? 'edge' : 'inside',
    trials,
    summary: summarize(trials, lower),
  };
}

function trial(kind: Kind, i: number, seed: number, start: number, isLost: boolean, landscape?: Landscape): Trial {
  const steps = Array.from({ length: 21 }, (_, at) => 20 * at).filter((step) => !isLost || step < 150);
  // Adam and AdamW are the same here: a tie.
  const like = kind.id === 'adamw' ? 4 : i;
  const speed = kind.id === 'adamw' ? 0.022 : kind.speed;
  const at = (step: number): number => kind.floor + (start - kind.floor) * Math.exp(-speed * step) + (step === 0 ? 0 : 0.02 * noise(like, step, seed));
  const values = steps.map(at);
  const reached = steps.find((step) => at(step) <= 0.3);
  const end = values.at(-1) ?? null;
  return {
    seed,
    lr: kind.lr,
    diverged: isLost,
    divergedAt: isLost ? 151 : null,
    validationMetric: isLost ? null : end,
    validationLoss: null,
    testLoss: null,
    testMetric: isLost || end === null ? null : landscape === undefined ? 40 * end : end,
    finalLoss: isLost ? null : end,
    training: { steps: steps.slice(1), values: values.slice(1).map((value) => 0.9 * value) },
    validation: { steps, values },
    reached: isLost || reached === undefined ? null : { steps: reached, gradients: reached, seconds: reached * 0.0011 * (1 + 0.1 * i) },
    seconds: { gradient: 0.4, optimizer: 0.01 + 0.002 * i },
    ...(landscape === undefined ? {} : { path: path(speed, i, isLost) }),
  };
} // prettier-ignore

function path(speed: number, i: number, isLost: boolean): (readonly [number | null, number | null])[] {
  const points = Array.from({ length: 101 }, (_, at): readonly [number | null, number | null] => {
    if (isLost && at > 40) return [null, null];
    const decay = Math.exp(-speed * 4 * at);
    return [-3 * decay, 1.5 * decay ** 2 * Math.cos(at * (0.1 + 0.1 * i)) + 0.1 * i * decay];
  });
  return points;
}

/** From −1 to 1, and the same each time. */
function noise(...keys: readonly number[]): number {
  const mixed = keys.reduce((state, key) => Math.imul(state ^ (key + 0x9e3779b9), 0x85ebca6b) ^ (state >>> 13), 0x2545f491);
  return ((mixed >>> 0) % 2001) / 1000 - 1;
}
