/**
 * Vectors of words from how often they stand together (GloVe, Pennington et al. 2014), the gradient by hand: only the rows of words in the batch are touched.
 * Knows no files: whoever has the counts trains it.
 */
import { tensor, type Parameter } from 'thalweg';
import { Batches, normal, random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';

/** Counts that are not zero: of each its two words and the count. */
export interface Counts {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly counts: Float32Array;
}

/** The first of some counts. */
export function someCounts({ first, second, counts }: Counts, most: number): Counts {
  return { first: first.subarray(0, most), second: second.subarray(0, most), counts: counts.subarray(0, most) };
}

/** Counts per step. */
export const countsPerStep = 256;

const dimensions = 16;

/** A count of this many, or more, has the weight 1; fewer have (count/full)^¾, as in the paper. */
const full = 100;

/** Vectors with the counts that they are trained on; `meanSquare` is the weighted mean of the squared error of log count on some. */
export interface Vectors {
  start(seed: number): Readonly<Record<string, Parameter>>;
  gradient(params: Arrays, grads: Arrays, seed: number, step: number): number;
  meanSquare(params: Arrays, counts: Counts): number;
}

/** The vectors of `size` words. */
export function vectorsNetwork(size: number, train: Counts): Vectors {
  const batches = new Batches(train.counts.length, countsPerStep);
  const weightOf = (count: number): number => Math.min((count / full) ** 0.75, 1);
  /** u·v + a + b − log count. */
  const miss = ({ U, V, a, b }: Arrays, { first, second, counts }: Counts, i: number): number => {
    const [from, to] = [first[i]! * dimensions, second[i]! * dimensions];
    let sum = a![first[i]!]! + b![second[i]!]! - Math.log(counts[i]!);
    for (let k = 0; k < dimensions; k++) sum += U![from + k]! * V![to + k]!;
    return sum;
  };
  return {
    start(seed) {
      const next = random(seed, 7);
      const vectors = (): Float32Array =>
        Float32Array.from({ length: size * dimensions }, () => (0.5 * normal(next)) / Math.sqrt(dimensions));
      return {
        U: tensor([size, dimensions], { values: vectors() }),
        V: tensor([size, dimensions], { values: vectors() }),
        a: tensor([size]),
        b: tensor([size]),
      };
    },
    gradient(params, grads, seed, step) {
      const [{ U, V }, { U: gU, V: gV, a: ga, b: gb }] = [params, grads];
      for (const array of Object.values(grads)) array.fill(0);
      let loss = 0;
      for (const i of batches.at(seed, step)) {
        const [missed, weight] = [miss(params, train, i), weightOf(train.counts[i]!)];
        loss += weight * missed * missed;
        const slope = (2 * weight * missed) / countsPerStep;
        const [from, to] = [train.first[i]! * dimensions, train.second[i]! * dimensions];
        for (let k = 0; k < dimensions; k++) {
          gU![from + k]! += slope * V![to + k]!;
          gV![to + k]! += slope * U![from + k]!;
        }
        ga![train.first[i]!]! += slope;
        gb![train.second[i]!]! += slope;
      }
      return loss / countsPerStep;
    },
    meanSquare(params, counts) {
      let [sum, weights] = [0, 0];
      counts.counts.forEach((count, i) => {
        sum += weightOf(count) * miss(params, counts, i) ** 2;
        weights += weightOf(count);
      });
      return sum / weights;
    },
  };
}
