/**
 * The statistics of a comparison: medians in which a diverged run is the worst, ranks, paired differences with Holm's correction. Imports nothing
 * of Node, so that a page compares by the same tests.
 *
 * @packageDocumentation
 */
import { compiled, stdtr, stdtri } from 'cephes';
import { cost, median, quantile, type Direction } from './quantile.ts';
import type { PairedComparison, Summary, Trial } from './schema.ts';
import { counted } from './shown.ts';

export { lower, median, quantile } from './quantile.ts';

// Its functions are WebAssembly, which has to be compiled before their first use.
await compiled;

/** Runs of an optimizer to be compared: the test metric by seed, null where it diverged. */
export type Scores = ReadonlyMap<number, number | null>;

/** Medians with spread over the test seeds, of a test metric with this direction. */
export function summarize(trials: readonly Trial[], direction: Direction): Summary {
  const metrics = trials.map((trial) => trial.testMetric);
  const few = trials.length < 8;
  const reached = trials.map((trial) => trial.reached);
  return {
    median: median(metrics, direction),
    low: quantile(metrics, few ? 0 : 0.25, direction),
    high: quantile(metrics, few ? 1 : 0.75, direction),
    spread: `${few ? 'min–max' : 'quartiles'} of ${counted(trials.length, 'seed')}`,
    diverged: trials.filter((trial) => trial.diverged).length,
    reached: reached.filter((one) => one !== null).length,
    stepsToTarget: median(reached.map((one) => one?.steps ?? null)),
    gradientsToTarget: median(reached.map((one) => one?.gradients ?? null)),
    secondsToTarget: median(reached.map((one) => one?.seconds ?? null)),
  };
}

/** Ranks by median, the best first, then by fewer diverged runs; equals share a rank. Those that diverged come last. */
export function ranks(summaries: readonly Pick<Summary, 'median' | 'diverged'>[], direction: Direction): number[] {
  const key = ({ median: value, diverged }: Pick<Summary, 'median' | 'diverged'>): [number, number] => [cost(value, direction), diverged];
  const better = (a: Pick<Summary, 'median' | 'diverged'>, b: Pick<Summary, 'median' | 'diverged'>): boolean => {
    const [[x, m], [y, n]] = [key(a), key(b)];
    return x < y || (x === y && m < n);
  };
  return summaries.map((own) => 1 + summaries.filter((other) => better(other, own)).length);
}

/** Fewest seeds, finite for both, from which a difference can be tested. */
export const fewestSeeds = 3;

/**
 * Compares the best optimizer with each other one over the seeds on which both are finite: two-sided paired Student t-tests, their p-values
 * corrected by Holm's method for the number of comparisons; intervals are for single comparisons.
 */
export function compareToBest(best: string, scores: ReadonlyMap<string, Scores>, alpha: number, direction: Direction): PairedComparison[] {
  const bestScores = scores.get(best) ?? new Map<number, number | null>();
  const raw = [...scores].filter(([id]) => id !== best).map(([id, own]) => ({ id, ...pairedTest(bestScores, own, alpha, direction) }));
  const order = raw.map((_, i) => i).sort((a, b) => (raw[a]?.p ?? 1) - (raw[b]?.p ?? 1));
  const tested = raw.filter((one) => one.p !== null).length;
  const adjusted = new Map<number, number>();
  let running = 0;
  order.forEach((index, position) => {
    const p = raw[index]?.p ?? null;
    if (p === null) return;
    running = Math.max(running, Math.min(1, p * (tested - position)));
    adjusted.set(index, running);
  });
  return raw.map(({ id, difference, interval }, i) => {
    const pValue = adjusted.get(i) ?? null;
    const verdict = pValue === null ? 'too few finite seeds' : pValue < alpha ? 'different' : 'no detectable difference';
    return { better: best, worse: id, difference, interval, pValue, verdict };
  });
}

interface Paired {
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
  readonly p: number | null;
}

function pairedTest(better: Scores, worse: Scores, alpha: number, direction: Direction): Paired {
  const pairs = [...better].flatMap(([seed, value]) => {
    const other = worse.get(seed) ?? null;
    return value === null || other === null ? [] : [[other, value] as const];
  });
  const differences = pairs.map(([b, a]) => cost(b, direction) - cost(a, direction));
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  if (differences.length < fewestSeeds) return { difference: differences.length === 0 ? null : mean, interval: null, p: null };
  // Equal differences leave no variance to test against: they are either no difference or one without noise.
  if (differences.every((one) => one === differences[0])) return { difference: mean, interval: [mean, mean], p: mean === 0 ? 1 : 0 };
  // Student's t with n − 1 degrees of freedom: of the mean over its standard error.
  const freedom = differences.length - 1;
  const variance = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / freedom;
  const error = Math.sqrt(variance / differences.length);
  const reach = stdtri(freedom, 1 - alpha / 2) * error;
  return { difference: mean, interval: [mean - reach, mean + reach], p: 2 * stdtr(freedom, -Math.abs(mean / error)) };
}
