/**
 * Tunes one optimizer on one problem: one seed scans a grid of learning rates, which grows towards its best until everyone has tried the same number;
 * then each seed tries the rates around the scan's best and takes the one that is best on its own validation data. A seed's result is the test metric of
 * that very run, so what is compared contains the noise of tuning. Knows how to ask for a run; knows no pool and no store.
 */
import { bestIndex, firstGrid, gridPoint, growth } from './protocol.ts';
import { median, type Direction, type Measured } from './quantile.ts';
import type { OptimizerResult, Protocol, SweepPoint, Trial } from './schema.ts';

/** What tuning found. */
export type Tuned = Pick<OptimizerResult, 'sweep' | 'bestLr' | 'tuning' | 'trials'>;

/** Tunes around `centre`. */
export async function tune(
  centre: number,
  { gridPoints, rates, gridRatio, scanSeed, seeds, ratesPerSeed }: Protocol,
  metric: Direction,
  run: (lr: number, seed: number) => Promise<Trial>,
): Promise<Tuned> {
  const scan = await Promise.all(firstGrid(centre, gridPoints, gridRatio).map((lr) => run(lr, scanSeed)));
  const first = new Set(scan.map(({ lr }) => lr));
  let low = -(gridPoints - 1) / 2;
  while (scan.length < rates) {
    const side = growth(scan.map(measured), metric);
    const offset = side < 0 ? low - 1 : low + scan.length;
    const trial = await run(gridPoint(centre, offset, gridRatio), scanSeed);
    if (side < 0) [low] = [offset, scan.unshift(trial)];
    else scan.push(trial);
  }
  const best = bestIndex(scan.map(measured), metric);
  // Where the whole scan diverged, the smallest rates are the hope that is left.
  const middle = low + (best ?? 0);
  const around = Array.from({ length: ratesPerSeed }, (_, i) => gridPoint(centre, middle + i - Math.floor(ratesPerSeed / 2), gridRatio));
  const all = await Promise.all(seeds.map((seed) => Promise.all(around.map((lr) => run(lr, seed)))));
  const trials = all.map((own) => own[bestIndex(own.map(measured), metric) ?? 0]!);
  const chosen = around.map((lr) => trials.filter((trial) => trial.lr === lr && trial.validationMetric !== null).length);
  const bestLr = around[chosen.indexOf(Math.max(...chosen))]!;
  const runs = [...scan, ...all.flat()];
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
  return { sweep: sweep.toSorted((a, b) => a.lr - b.lr), bestLr, tuning: tuningOf(chosen, seeds.length), trials };
}

function tuningOf(chosen: readonly number[], count: number): OptimizerResult['tuning'] {
  if (chosen.every((one) => one === 0)) return 'all-diverged';
  return Math.max(chosen[0] ?? 0, chosen.at(-1) ?? 0) > count / 2 ? 'edge' : 'inside';
}

function measured({ validationMetric, validationLoss }: Trial): Measured {
  return { value: validationMetric, loss: validationLoss };
}
