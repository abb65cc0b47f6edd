/**
 * What tuning with fewer tries would have given, from the runs that there are: for each number of tries the test metric of the run that is best on validation
 * data among so many, drawn at random without replacement from one seed's tries (Dodge et al. 2019, arXiv:1909.03004; without replacement: Tang et al. 2020,
 * arXiv:2004.14097). Exact but for the intervals, which resample the seeds. Knows numbers alone.
 */
import { random } from '../data/random.ts';
import { compareMeasured, cost, quantile, type Direction, type Measured } from '../quantile.ts';
import type { Budget } from '../schema.ts';

/** A run that tuning could choose: what it is chosen by, and what it would give. */
export interface Choice {
  readonly chosenBy: Measured;
  readonly result: number | null;
}

const rounds = 1000;

/** The probability that the i-th best of n, counted from 0, is the best of k that are drawn without replacement: C(n−1−i, k−1)/C(n, k), for all i. */
export function chances(n: number, k: number): number[] {
  // From one to the next: the probability that none of the better ones was drawn, times that this one is.
  let none = 1;
  return Array.from({ length: n }, (_, i) => {
    const own = none * Math.min(1, k / (n - i));
    none -= own;
    return none < 0 ? own + none : own;
  });
}

/** The median of values that have weights, null as the worst of them; the mean of two where the half lies between them. */
function weightedMedian(sorted: readonly number[], weights: ArrayLike<number>): number {
  const half = sorted.reduce((sum, _, i) => sum + weights[i]!, 0) / 2;
  let sum = 0;
  for (const [i, value] of sorted.entries()) {
    sum += weights[i]!;
    if (sum > half * (1 + 1e-9)) return value;
    if (sum >= half * (1 - 1e-9)) {
      const next = sorted.findIndex((_, j) => j > i && weights[j]! > 0);
      return next < 0 ? value : (value + sorted[next]!) / 2;
    }
  }
  return Infinity;
}

/** A method's tries, all seeds' in one list by rising cost, with how likely each is to be what its seed chooses after so many tries. */
interface Prepared {
  readonly costs: readonly number[];
  readonly seeds: readonly number[];
  /** By the number of tries, less one. */
  readonly weights: readonly Float64Array[];
}

function prepare(tries: readonly (readonly Choice[])[], most: number, chosenBy: Direction, result: Direction): Prepared {
  const entries = tries.flatMap((own, seed) => {
    const ranked = own.toSorted((a, b) => compareMeasured(a.chosenBy, b.chosenBy, chosenBy));
    const by = Array.from({ length: most }, (_, k) => chances(ranked.length, k + 1));
    return ranked.map((one, i) => ({ seed, cost: cost(one.result, result), weights: by.map((each) => each[i]!) }));
  });
  const sorted = entries.toSorted((a, b) => (a.cost === b.cost ? 0 : a.cost - b.cost));
  return {
    costs: sorted.map((one) => one.cost),
    seeds: sorted.map(({ seed }) => seed),
    weights: Array.from({ length: most }, (_, k) => Float64Array.from(sorted, ({ weights }) => weights[k]!)),
  };
}

/**
 * The result after 1, 2, … tries: the median over seeds and over which tries were made, with 95 % intervals by resampling the seeds, and the fraction of
 * these resamplings in which each method is ahead. `tries` has, for each method, the tries of each seed, with seeds in the same order. Undefined if there
 * is nothing to choose from.
 */
export function budgetOf(tries: ReadonlyMap<string, readonly (readonly Choice[])[]>, chosenBy: Direction, result: Direction): Budget | undefined {
  const most = Math.min(...[...tries.values()].flatMap((all) => all.map((own) => own.length)));
  const count = [...tries.values()][0]?.length ?? 0;
  if (count === 0 || most < 2 || !Number.isFinite(most)) return undefined;
  const ids = [...tries.keys()];
  const prepared = ids.map((id) => prepare(tries.get(id)!, most, chosenBy, result));
  const curve = ({ costs, seeds, weights }: Prepared, times: ArrayLike<number>): number[] =>
    weights.map((each) => weightedMedian(costs, each.map((weight, i) => weight * times[seeds[i]!]!)));
  const value = (one: number): number | null => (Number.isFinite(one) ? (result.lowerIsBetter ? one : 0 - one) : null);
  const next = random(count, ids.length, most, 0xb6);
  const drawn = Array.from({ length: count < 3 ? 0 : rounds }, () => {
    const times = new Float64Array(count);
    for (let i = 0; i < count; i++) times[Math.floor(next() * count)]! += 1;
    return prepared.map((one) => curve(one, times));
  });
  const ahead = (id: number, k: number): number =>
    drawn.reduce((sum, curves) => {
      const least = Math.min(...curves.map((one) => one[k]!));
      return curves[id]![k] === least ? sum + 1 / curves.filter((one) => one[k] === least).length : sum;
    }, 0) / drawn.length;
  const all = new Float64Array(count).fill(1);
  return {
    tries: most,
    curves: ids.map((id, at) => {
      const middle = curve(prepared[at]!, all);
      const end = (q: number): (number | null)[] =>
        middle.map((_, k) => quantile(drawn.map((curves) => value(curves[at]![k]!)), q, result));
      return {
        id,
        middle: middle.map(value),
        ...(drawn.length === 0 ? { low: middle.map(value), high: middle.map(value) } : { low: end(0.025), high: end(0.975) }),
        ahead: middle.map((_, k) => (drawn.length === 0 ? 0 : ahead(at, k))),
      };
    }),
  };
} // prettier-ignore
