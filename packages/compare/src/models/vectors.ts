/**
 * Vectors of words from how often they stand together (GloVe, Pennington et al. 2014), the gradient by hand: only the rows of words in the batch are touched.
 * Knows no files: whoever has the counts trains it.
 */
import { sparse, tensor, type Parameter } from 'thalweg';
import { Batches, normal, random } from '../data/random.ts';
import type { Arrays, LossAndRows } from '../problem.ts';
import { BatchRows, wholeTable, type RowSums } from './rows.ts';

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
export interface Vectors<Found extends number | LossAndRows = number> {
  start(seed: number): Readonly<Record<string, Parameter>>;
  gradient(params: Arrays, grads: Arrays, seed: number, step: number): Found;
  meanSquare(params: Arrays, counts: Counts): number;
}

/** The parameters: U and a of the first word, V and b of the second. */
type Name = 'U' | 'V' | 'a' | 'b';
const widths: Readonly<Record<Name, number>> = { U: dimensions, V: dimensions, a: 1, b: 1 };

function byName<Value>(make: (name: Name) => Value): Readonly<Record<Name, Value>> {
  return { U: make('U'), V: make('V'), a: make('a'), b: make('b') };
}

/** The vectors of `size` words. */
export function vectorsNetwork(size: number, train: Counts): Vectors {
  const { start, gradient, meanSquare } = vectorsOn(size, train);
  return {
    start(seed) {
      const { U, V } = start(seed);
      return {
        U: tensor([size, dimensions], { values: U }),
        V: tensor([size, dimensions], { values: V }),
        a: tensor([size]),
        b: tensor([size]),
      };
    },
    gradient: (params, grads, seed, step) =>
      gradient(
        params,
        byName((name) => wholeTable(grads[name]!, widths[name])),
        seed,
        step,
      ),
    meanSquare,
  };
}

/** The same as tables of a row for each word: a step moves the rows of the words in its batch. */
export function vectorsByRows(size: number, train: Counts): Vectors<LossAndRows> {
  const { start, gradient, meanSquare } = vectorsOn(size, train);
  const tables = byName((name) => new BatchRows(size, widths[name]));
  return {
    start(seed) {
      const { U, V } = start(seed);
      return { U: sparse([size, dimensions], { values: U }), V: sparse([size, dimensions], { values: V }), a: sparse([size, 1]), b: sparse([size, 1]) };
    },
    gradient(params, _, seed, step) {
      const loss = gradient(params, byName((name) => tables[name].clear()), seed, step);
      return { loss, rows: byName((name) => tables[name].rows()) };
    },
    meanSquare,
  };
} // prettier-ignore

/** What both have in common: first vectors; and the gradient, added to rows that begin at zero. */
function vectorsOn(size: number, train: Counts) {
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
    start: (seed: number): Readonly<Record<'U' | 'V', Float32Array>> => {
      const next = random(seed, 7);
      const vectors = (): Float32Array =>
        Float32Array.from({ length: size * dimensions }, () => (0.5 * normal(next)) / Math.sqrt(dimensions));
      return { U: vectors(), V: vectors() };
    },
    gradient: (params: Arrays, tables: Readonly<Record<Name, RowSums>>, seed: number, step: number): number => {
      const { U, V } = params;
      let loss = 0;
      for (const i of batches.at(seed, step)) {
        const [missed, weight] = [miss(params, train, i), weightOf(train.counts[i]!)];
        loss += weight * missed * missed;
        const slope = (2 * weight * missed) / countsPerStep;
        const [first, second] = [train.first[i]!, train.second[i]!];
        const [from, to] = [first * dimensions, second * dimensions];
        const places = [tables.U.at(first), tables.V.at(second), tables.a.at(first), tables.b.at(second)] as const;
        const [gU, gV] = [tables.U.values, tables.V.values];
        for (let k = 0; k < dimensions; k++) {
          gU[places[0] + k]! += slope * V![to + k]!;
          gV[places[1] + k]! += slope * U![from + k]!;
        }
        tables.a.values[places[2]]! += slope;
        tables.b.values[places[3]]! += slope;
      }
      return loss / countsPerStep;
    },
    meanSquare: (params: Arrays, counts: Counts): number => {
      let [sum, weights] = [0, 0];
      counts.counts.forEach((count, i) => {
        sum += weightOf(count) * miss(params, counts, i) ** 2;
        weights += weightOf(count);
      });
      return sum / weights;
    },
  };
}
