/**
 * Parts of a comparison that are made apart, by jobs that know nothing of each other. A part has some of the seeds of some of the optimizers on each problem:
 * the pairs of both in their order, cut into as many stretches of equal length as there are parts. So where there are fewer parts than optimizers few
 * optimizers are cut, and only for these the scan, which every seed needs, is made more than once. Knows numbers alone.
 */

/** Part `index`, from 1, of `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** For each of `optimizers` the seeds that a part has; all of them where there is no part. */
export function seedsOf(shard: Shard | undefined, optimizers: number, seeds: readonly number[]): number[][] {
  const all = optimizers * seeds.length;
  const from = shard === undefined ? 0 : Math.floor((all * (shard.index - 1)) / shard.of);
  const to = shard === undefined ? all : Math.floor((all * shard.index) / shard.of);
  return Array.from({ length: optimizers }, (_, i) =>
    seeds.filter((_seed, j) => i * seeds.length + j >= from && i * seeds.length + j < to),
  );
}
