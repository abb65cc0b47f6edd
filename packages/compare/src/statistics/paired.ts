/**
 * Tests of paired differences, one per seed: Student's t with its interval, the exact sign-flip test, and the signed-rank test, in which a
 * diverged run is an infinite difference. Knows numbers alone.
 */
import { compiled, stdtr, stdtri } from 'cephes';
import { random } from '../data/random.ts';

// Its functions are WebAssembly, which has to be compiled before their first use.
await compiled;

/** Student's t of differences that are finite and not all equal. */
export interface TTest {
  readonly mean: number;
  readonly p: number;
  /** The interval of the mean at a level: `interval(0.05)` is that of 95 %. */
  readonly interval: (alpha: number) => readonly [number, number];
  /** The mean difference that would be found at level `alpha` with a probability of `power`. */
  readonly detectable: (alpha: number, power?: number) => number;
}

/** The two-sided t-test of n ≥ 2 differences that are not all equal. */
export function tTest(differences: readonly number[]): TTest {
  const n = differences.length;
  const mean = differences.reduce((sum, one) => sum + one, 0) / n;
  const error = Math.sqrt(differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1) / n);
  const t = (alpha: number): number => stdtri(n - 1, 1 - alpha / 2);
  return {
    mean,
    p: 2 * stdtr(n - 1, -Math.abs(mean / error)),
    interval: (alpha) => [mean - t(alpha) * error, mean + t(alpha) * error],
    // Up to 6 % below the exact one, by a non-central t, from 5 differences on, and up to 14 % from 3 on.
    detectable: (alpha, power = 0.8) => (t(alpha) + stdtri(n - 1, power)) * error,
  };
}

/** Up to so many differences all assignments of signs are looked at; beyond, this many random ones. */
const [mostExact, draws] = [20, 100_000];

/**
 * The share of assignments of signs to the differences whose mean is at least as far from 0 as the one observed: the two-sided p-value if
 * either sign of each difference was as likely, whatever their distribution.
 */
export function signFlip(differences: readonly number[]): number {
  const n = differences.length;
  const magnitudes = differences.map(Math.abs);
  // Sums of the same numbers in another order may differ in their last digits.
  const bound = Math.abs(differences.reduce((sum, one) => sum + one, 0)) - 1e-12 * magnitudes.reduce((sum, one) => sum + one, 0);
  let extreme = 0;
  if (n > mostExact) {
    const next = random(n, 0x51);
    for (let i = 0; i < draws; i++) {
      let sum = 0;
      for (const one of magnitudes) sum += next() < 0.5 ? one : -one;
      if (Math.abs(sum) >= bound) extreme += 1;
    }
    return (extreme + 1) / (draws + 1);
  }
  const count = 2 ** n;
  for (let signs = 0; signs < count; signs++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (signs >> i) & 1 ? magnitudes[i]! : -magnitudes[i]!;
    if (Math.abs(sum) >= bound) extreme += 1;
  }
  return extreme / count;
}

/** Wilcoxon's signed-rank test: exact, equal magnitudes share their mean rank, differences of 0 count for neither side. */
export function signedRank(differences: readonly number[]): { readonly p: number; /** Above 0 where the positive side weighs more. */ readonly sign: number } {
  const nonzero = differences.filter((one) => one !== 0).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  // Twice the ranks, which are whole numbers even where equals share one.
  const ranks = nonzero.map((one) => {
    const from = nonzero.findIndex((other) => Math.abs(other) === Math.abs(one));
    return from + 1 + (nonzero.findLastIndex((other) => Math.abs(other) === Math.abs(one)) + 1);
  });
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + (nonzero[i]! > 0 ? rank : 0), 0);
  // How many assignments of signs give each sum of positive ranks.
  let ways = [1];
  for (const rank of ranks) {
    const next = new Array<number>(ways.length + rank).fill(0);
    ways.forEach((count, sum) => {
      next[sum]! += count;
      next[sum + rank]! += count;
    });
    ways = next;
  }
  const away = Math.abs(2 * positive - total);
  const extreme = ways.reduce((sum, count, at) => sum + (Math.abs(2 * at - total) >= away ? count : 0), 0);
  return { p: extreme / 2 ** ranks.length, sign: Math.sign(2 * positive - total) };
} // prettier-ignore
