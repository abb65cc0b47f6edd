/**
 * Tunes one optimizer on one problem: one seed scans a grid of learning rates, which grows towards its best until all have tried the same number; then each
 * seed tries the rates around the scan's best and takes the one that is best on its validation data. A seed's result is the test metric of that same run,
 * so the comparison includes the noise of tuning. Knows how to request a run; knows no pool and no store.
 */
import { bestIndex, firstGrid, gridPoint, growth } from './protocol.ts';
import { median, type Direction, type Measured } from './quantile.ts';
import type { OptimizerResult, Protocol, SweepPoint, Trial } from './schema.ts';

/** What tuning found. */
export interface Tuned {
  readonly result: Pick<OptimizerResult, 'sweep' | 'bestLr' | 'tuning' | 'trials' | 'search'>;
  /** What each seed could choose from: its own runs and, for rates that it did not try, those of the scan. */
  readonly tries: readonly (readonly Trial[])[];
}

/** What a scan found: its trials by rising rate, and the best one's steps from the centre of the grid. */
export interface Scan {
  readonly trials: readonly Trial[];
  readonly best: number;
}

type Run = (lr: number, seed: number) => Promise<Trial>;

/** Scans the grid around `centre` with one seed. Where everything diverged, the smallest rate counts as the best. */
export async function scan(centre: number, protocol: Protocol, metric: Direction, run: Run): Promise<Scan> {
  const { gridPoints, rates, gridRatio, scanSeed } = protocol;
  const trials = await Promise.all(firstGrid(centre, gridPoints, gridRatio).map((lr) => run(lr, scanSeed)));
  let low = -(gridPoints - 1) / 2;
  while (trials.length < rates) {
    const side = growth(trials.map(measured), metric);
    const offset = side < 0 ? low - 1 : low + trials.length;
    const trial = await run(gridPoint(centre, offset, gridRatio), scanSeed);
    if (side < 0) [low] = [offset, trials.unshift(trial)];
    else trials.push(trial);
  }
  return { trials, best: low + (bestIndex(trials.map(measured), metric) ?? 0) };
}

/** The `count` rates around the one that is `offset` steps from the centre. */
export function ratesAround(centre: number, offset: number, count: number, ratio: number): number[] {
  return Array.from({ length: count }, (_, i) => gridPoint(centre, offset + i - Math.floor(count / 2), ratio));
}

/** Tunes around `centre`. */
export async function tune(centre: number, protocol: Protocol, metric: Direction, run: Run): Promise<Tuned> {
  const { gridPoints, gridRatio, seeds, ratesPerSeed } = protocol;
  const { trials: scanned, best } = await scan(centre, protocol, metric, run);
  const first = new Set(firstGrid(centre, gridPoints, gridRatio));
  const around = ratesAround(centre, best, ratesPerSeed, gridRatio);
  const all = await Promise.all(seeds.map((seed) => Promise.all(around.map((lr) => run(lr, seed)))));
  const trials = all.map((own) => own[bestIndex(own.map(measured), metric) ?? 0]!);
  const chosen = around.map((lr) => trials.filter((trial) => trial.lr === lr && trial.validationMetric !== null).length);
  const bestLr = around[chosen.indexOf(Math.max(...chosen))]!;
  const runs = [...scanned, ...all.flat()];
  const sweep = [...new Set(runs.map(({ lr }) => lr))].map((lr): SweepPoint => {
    const scores = runs.filter((one) => one.lr === lr).map(({ validationMetric }) => validationMetric);
    return {
      lr,
      extension: !first.has(lr),
      scores,
      diverged: scores.filter((score) => score === null).length,
      score: median(scores, metric),
    };
  });
  const elsewhere = scanned.filter(({ lr }) => !around.includes(lr));
  const tries = all.map((own) => [...own, ...elsewhere]);
  const result = { sweep: sweep.toSorted((a, b) => a.lr - b.lr), bestLr, tuning: tuningOf(chosen, seeds.length), trials };
  return { result, tries };
}

/** Runs each seed once, of an optimizer that has nothing to tune, or is not to be tuned; it has the same after any number of `tries`. */
export async function untuned(lr: number, seeds: readonly number[], tries: number, run: Run): Promise<Tuned> {
  const trials = await Promise.all(seeds.map((seed) => run(lr, seed)));
  const tuning = trials.every(({ diverged }) => diverged) ? 'all-diverged' : 'inside';
  const result = { sweep: [], bestLr: lr, tuning, trials } as const;
  return { result, tries: trials.map((one) => new Array<Trial>(tries).fill(one)) };
}

function tuningOf(chosen: readonly number[], count: number): OptimizerResult['tuning'] {
  if (chosen.every((one) => one === 0)) return 'all-diverged';
  return Math.max(chosen[0] ?? 0, chosen.at(-1) ?? 0) > count / 2 ? 'edge' : 'inside';
}

/** What chooses between runs. */
export function measured({ validationMetric, validationLoss }: Trial): Measured {
  return { value: validationMetric, loss: validationLoss };
}
