/**
 * Searches several hyperparameters of one optimizer: each seed tries the same number of quasi-random points of the optimizer's space, different ones per
 * seed, and its result is the test metric of the point that is best on its validation data. So the seeds are independent repetitions of the whole search,
 * and a test over them includes its luck. Knows how to request a run; knows no pool and no store.
 */
import { sobol } from './data/sobol.ts';
import { compareMeasured, type Direction } from './quantile.ts';
import type { Dimension, Trial } from './schema.ts';
import { placeOf, valueAt } from './spaces.ts';
import { measured, type Tuned } from './tune.ts';

/** Makes a run at these hyperparameters, `lr` among them. */
export type Try = (values: Readonly<Record<string, number>>, seed: number) => Promise<Trial>;

/** The points that a seed tries. */
export function pointsOf(space: readonly Dimension[], count: number, seed: number): Record<string, number>[] {
  return sobol(count, space.length, seed).map((point) =>
    Object.fromEntries(space.map((dimension, d) => [dimension.name, valueAt(dimension, point[d]!)])),
  );
}

/** Searches `space`, whose first dimension is the learning rate, with `count` tries for each seed. */
export async function search(
  space: readonly Dimension[],
  count: number,
  seeds: readonly number[],
  metric: Direction,
  run: Try,
): Promise<Tuned> {
  const all = await Promise.all(
    seeds.map((seed) => Promise.all(pointsOf(space, count, seed).map(async (hyper) => ({ ...(await run(hyper, seed)), hyper })))),
  );
  const best = (some: readonly (Trial & { readonly hyper: Record<string, number> })[]): (typeof some)[number] =>
    some.toSorted((a, b) => compareMeasured(measured(a), measured(b), metric))[0]!;
  const trials = all.map(best);
  const tries = all.flat();
  const chosen = best(tries);
  const [rate] = space;
  const finite = trials.filter(({ validationMetric }) => validationMetric !== null);
  const onEdge = (trial: Trial): boolean => rate !== undefined && Math.abs(placeOf(rate, trial.lr) - 0.5) > 0.45;
  const result = {
    sweep: tries
      .map((one) => ({
        lr: one.lr,
        extension: false,
        scores: [one.validationMetric],
        diverged: one.validationMetric === null ? 1 : 0,
        score: one.validationMetric,
      }))
      .toSorted((a, b) => a.lr - b.lr),
    bestLr: chosen.lr,
    tuning: finite.length === 0 ? 'all-diverged' : finite.filter(onEdge).length > seeds.length / 2 ? 'edge' : 'inside',
    trials,
    search: {
      space,
      best: chosen.hyper,
      tries: tries.map(({ seed, hyper, validationMetric, testMetric }) => ({ seed, values: hyper, validationMetric, testMetric })),
    },
  } as const;
  return { result, tries: all };
}
