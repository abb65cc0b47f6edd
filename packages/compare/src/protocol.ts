/**
 * The rules of a comparison: how many learning rates, seeds and steps each preset has, how the grid of learning rates grows, and which rates each seed then
 * tries. They are the same for every optimizer, with the same number of runs. Knows only numbers and which are better.
 */
import { ThalwegError } from 'thalweg';
import type { Lengths } from './problem.ts';
import { compareMeasured, type Direction, type Measured } from './quantile.ts';
import type { Protocol } from './schema.ts';

const common = { gridRatio: Math.sqrt(10), scanSeed: 1, ratesPerSeed: 3, alpha: 0.05 };

/** The presets by name. */
export const presets: Readonly<Record<keyof Lengths, Omit<Protocol, 'preset'>>> = {
  quick: { ...common, gridPoints: 5, rates: 7, seeds: seeds(5) },
  standard: { ...common, gridPoints: 7, rates: 9, seeds: seeds(7) },
  thorough: { ...common, gridPoints: 7, rates: 11, seeds: seeds(15) },
};

/** The minimum number of seeds for a test. */
export const fewestSeeds = 3;

/** The first `count` seeds for results. */
export function seeds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 101 + i);
}

/** The number of runs of each optimizer on a problem. */
export function runsOf({ rates, seeds: all, ratesPerSeed, trials }: Protocol): number {
  if (trials !== undefined) return all.length * trials;
  return rates + all.length * ratesPerSeed;
}

/** The first grid: `points` rates around `centre`, each `ratio` times the last, rounded to short decimals. */
export function firstGrid(centre: number, points: number, ratio: number): number[] {
  return Array.from({ length: points }, (_, i) => gridPoint(centre, i - (points - 1) / 2, ratio));
}

/** The rate `offset` steps from the centre. */
export function gridPoint(centre: number, offset: number, ratio: number): number {
  return Number((centre * ratio ** offset).toPrecision(3));
}

/** The side of the grid to extend, nearer to the best rate: −1 below, +1 above; below if all diverged. */
export function growth(scores: readonly Measured[], direction: Direction): -1 | 1 {
  const best = bestIndex(scores, direction);
  return best !== undefined && best > (scores.length - 1) / 2 ? 1 : -1;
}

/** The index of the best score, the lower rate of equals; undefined if all diverged. */
export function bestIndex(scores: readonly Measured[], direction: Direction): number | undefined {
  const best = scores.reduce((at, score, i) => (compareMeasured(score, scores[at]!, direction) < 0 ? i : at), 0);
  return (scores[best]?.value ?? null) === null ? undefined : best;
}

/** Throws unless the seeds are distinct from the scan's and there is at least one. */
export function checkProtocol({ scanSeed, seeds: all }: Protocol): void {
  if (all.includes(scanSeed))
    throw new ThalwegError('protocol', `seed ${String(scanSeed)} scans the learning rates; results need other seeds`);
  if (all.length === 0) throw new ThalwegError('protocol', 'results need one seed at least');
}
