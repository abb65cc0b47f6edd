/**
 * The learning rate at which an optimizer does best in a race, by the same search for all: a coarse grid over all magnitudes, then a fine one
 * around its best. Knows the library and landscapes; knows no page and no worker.
 */
import { trace, type Objective } from '@thalweg/guide';
import { ThalwegError } from 'thalweg';
import { methodOf, type Entrant } from './entrant.ts';

/** What is raced: the rate that is best here may be bad elsewhere. */
export interface Course {
  readonly start: readonly [number, number];
  readonly steps: number;
  readonly noise: number;
  readonly seed: number;
}

/** The rates of the first search, three a magnitude; the second has as many again around the best. */
const coarse = Array.from({ length: 19 }, (_, i) => 10 ** (-4.5 + i / 3));
const fine = Array.from({ length: 9 }, (_, i) => 10 ** ((i - 4) / 13.5));
/** With noise a rate is judged by its mean over so many seeds. */
const draws = 3;

/** Runs that the search takes for each entrant. */
export const runsOfSearch = coarse.length + fine.length;

/** What a rate comes to: the loss at the end, and, where two end alike, how low it was on the way. */
interface Score {
  readonly end: number;
  readonly way: number;
}

const lost: Score = { end: Infinity, way: Infinity };

/** The rate, to three digits; undefined where there is none to tune, or none at which the run ends. */
export async function tunedRate(entrant: Entrant, objective: Objective, course: Course): Promise<number | undefined> {
  if (!('lr' in entrant.values)) return undefined;
  let best: { readonly lr: number; readonly score: Score } | undefined;
  const look = async (rates: readonly number[]): Promise<void> => {
    for (const rate of rates) {
      const lr = Number(rate.toPrecision(3));
      const score = await scoreOf({ ...entrant, values: { ...entrant.values, lr } }, objective, course);
      if (Number.isFinite(score.end) && (best === undefined || isBetter(score, best.score))) best = { lr, score };
    }
  };
  await look(coarse);
  const around = best?.lr;
  if (around !== undefined) await look(fine.map((factor) => around * factor));
  return best?.lr;
}

/** Losses that differ by rounding alone are alike. */
function isBetter(a: Score, b: Score): boolean {
  const near = 1e-12 * Math.max(Math.abs(a.end), Math.abs(b.end)) + 1e-24;
  return Math.abs(a.end - b.end) > near ? a.end < b.end : a.way < b.way;
}

async function scoreOf(entrant: Entrant, objective: Objective, { start, steps, noise, seed }: Course): Promise<Score> {
  const sum = { end: 0, way: 0 };
  const seeds = noise > 0 ? draws : 1;
  for (let draw = 0; draw < seeds; draw++) {
    try {
      const { diverged, loss, rows } = await trace(methodOf(entrant, steps), objective, start, { steps, noise, seed: seed + draw });
      if (diverged) return lost;
      // With noise the last step is luck, so the last tenth counts.
      const last = loss.subarray(noise > 0 ? Math.floor(0.9 * rows) : rows - 1, rows);
      sum.end += last.reduce((total, value) => total + value, 0) / last.length / seeds;
      sum.way += loss.subarray(0, rows).reduce((total, value) => total + value, 0) / rows / seeds;
    } catch (error) {
      if (error instanceof ThalwegError) return lost;
      throw error;
    }
  }
  return sum;
}
