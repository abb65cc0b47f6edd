/** How much a ranking depends on the seeds that happened to be drawn. Knows numbers alone. */
import { random } from '../data/random.ts';
import { cost, median, type Direction } from '../quantile.ts';
import type { Scores } from './compare.ts';

const rounds = 2000;

/**
 * How often each optimizer would come first with other seeds: the shares of `rounds` resamplings of the seeds, with replacement, in which its
 * median is the best; equals share the place. Seeds are drawn for all optimizers together, since their runs are paired.
 */
export function firstPlaces(scores: ReadonlyMap<string, Scores>, direction: Direction): Map<string, number> {
  const ids = [...scores.keys()];
  const seeds = [...(scores.values().next().value ?? new Map<number, null>()).keys()];
  const shares = new Map(ids.map((id) => [id, 0]));
  const next = random(seeds.length, ids.length, 0xf1);
  for (let round = 0; round < rounds; round++) {
    const drawn = seeds.map(() => seeds[Math.floor(next() * seeds.length)]!);
    const costs = ids.map((id) => cost(median(drawn.map((seed) => scores.get(id)?.get(seed) ?? null), direction), direction)); // prettier-ignore
    const least = Math.min(...costs);
    const first = ids.filter((_, i) => costs[i] === least);
    for (const id of first) shares.set(id, shares.get(id)! + 1 / first.length / rounds);
  }
  return shares;
}
