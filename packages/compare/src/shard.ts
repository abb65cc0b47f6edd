/**
 * Parts of a comparison that are run separately, by jobs that know nothing of each other. The pairs of optimizer and seed are listed in order and cut into
 * as many parts of equal length. With fewer parts than optimizers, few optimizers are divided, and only for these the scan, which every seed needs, is
 * repeated. Knows only numbers.
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
