/**
 * The rules of a comparison: how many learning rates, seeds and steps in each preset, and how the grid of learning rates grows. Every
 * optimizer is held to the same. Knows numbers, and which of them are better.
 */
import { ThalwegError } from 'thalweg';
import type { Lengths } from './problem.ts';
import { cost, type Direction } from './quantile.ts';
import type { Protocol } from './schema.ts';

/** The presets by name. */
export const presets: Readonly<Record<keyof Lengths, Omit<Protocol, 'preset'>>> = {
  quick: { gridPoints: 5, maxGridPoints: 8, gridRatio: Math.sqrt(10), tuningSeeds: [1], testSeeds: seeds(101, 5), alpha: 0.05 },
  standard: { gridPoints: 7, maxGridPoints: 11, gridRatio: Math.sqrt(10), tuningSeeds: [1, 2], testSeeds: seeds(101, 7), alpha: 0.05 },
  thorough: { gridPoints: 11, maxGridPoints: 17, gridRatio: 10 ** 0.25, tuningSeeds: [1, 2, 3], testSeeds: seeds(101, 15), alpha: 0.05 },
};

/** `count` seeds from `first` on. */
export function seeds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The first grid: `points` rates around `centre`, each `ratio` times the one before, rounded so that they print as they are. */
export function firstGrid(centre: number, points: number, ratio: number): number[] {
  return Array.from({ length: points }, (_, i) => gridPoint(centre, i - (points - 1) / 2, ratio));
}

/** The rate `offset` steps from the centre. */
export function gridPoint(centre: number, offset: number, ratio: number): number {
  return Number((centre * ratio ** offset).toPrecision(3));
}

/** Which rate to try next because the best lies on an edge: −1 below the grid, +1 above it, 0 where no extension is due. */
export function extension(scores: readonly (number | null)[], most: number, direction: Direction): -1 | 0 | 1 {
  if (scores.length >= most) return 0;
  const best = bestIndex(scores, direction);
  if (best === undefined) return -1;
  return best === 0 ? -1 : best === scores.length - 1 ? 1 : 0;
}

/** The index of the best score, the lower rate of equals; undefined where all diverged. */
export function bestIndex(scores: readonly (number | null)[], direction: Direction): number | undefined {
  const costs = scores.map((score) => cost(score, direction));
  const least = Math.min(...costs);
  return least === Infinity ? undefined : costs.indexOf(least);
}

/** Throws unless tuning and test seeds are apart and there is one of each. */
export function checkProtocol({ tuningSeeds, testSeeds }: Protocol): void {
  const both = testSeeds.filter((seed) => tuningSeeds.includes(seed));
  if (both.length > 0)
    throw new ThalwegError('protocol', `seeds ${both.join(', ')} are used for tuning and for testing; results need fresh seeds`);
  if (tuningSeeds.length === 0 || testSeeds.length === 0)
    throw new ThalwegError('protocol', 'tuning and testing need at least one seed each');
}
