/**
 * Compares optimizers with a reference, seed by seed. The p-values are corrected for the number of comparisons and the intervals are simultaneous, both by
 * Šidák's rule, so that an interval excludes 0 exactly if its p-value is below the level.
 */
import { fewestSeeds } from '../protocol.ts';
import { cost, type Direction } from '../quantile.ts';
import type { PairedComparison } from '../schema.ts';
import { signedRank, signFlip, tTest } from './paired.ts';

/** The test metric of an optimizer's runs by seed, null if a run diverged or failed. */
export type Scores = ReadonlyMap<number, number | null>;

/** How differences are judged. */
export interface Judged {
  /** The probability of one or more false "different" among all comparisons. */
  readonly alpha: number;
  /** Which values are better. */
  readonly direction: Direction;
  /** The difference below which two optimizers count as equal; if omitted, none are called equal. */
  readonly margin?: number | undefined;
}

/** Compares each other optimizer with the reference, which must have been chosen without looking at these scores. */
export function compareWith(reference: string, scores: ReadonlyMap<string, Scores>, judged: Judged): PairedComparison[] {
  const own = scores.get(reference) ?? new Map<number, number | null>();
  const others = [...scores].filter(([id]) => id !== reference);
  return others.map(([other, theirs]) => ({ reference, other, ...compareOne(own, theirs, judged, others.length) }));
}

/** One comparison of `count` that are made. A difference is positive where the reference is better. */
export function compareOne(own: Scores, theirs: Scores, { alpha, direction, margin }: Judged, count: number): Omit<PairedComparison, 'reference' | 'other'> {
  const pairs = [...own].filter(([seed]) => theirs.has(seed)).map(([seed, value]) => [cost(value, direction), cost(theirs.get(seed) ?? null, direction)] as const);
  const differences = pairs.map(([mine, other]) => (mine === other ? 0 : other - mine));
  const each = 1 - (1 - alpha) ** (1 / count);
  const corrected = (p: number): number => Math.min(1, -Math.expm1(count * Math.log1p(-Math.min(p, 1))));
  const none = { seeds: pairs.length, difference: null, interval: null, pValue: null, exact: null, detectable: null, equalWithin: null };
  if (pairs.length < fewestSeeds) return { ...none, test: 'none', verdict: 'too few seeds' };
  if (pairs.flat().includes(Infinity)) {
    const { p, sign } = signedRank(differences);
    const pValue = corrected(p);
    return { ...none, test: 'ranks', pValue, verdict: pValue >= alpha ? 'no detectable difference' : sign > 0 ? 'worse' : 'better' };
  }
  const [first] = differences;
  if (pairs.every(([mine, other]) => mine === pairs[0]![0] && other === pairs[0]![1])) return { ...none, difference: first!, test: 'none', verdict: 'no noise' };
  const exact = corrected(signFlip(differences));
  // The same difference with every seed leaves no variance to test against: it is none, or one beyond doubt.
  if (differences.every((one) => one === first)) {
    const sure = { ...none, difference: first!, interval: [first!, first!] as const, exact, detectable: 0, test: 't' as const };
    return first === 0 ? { ...sure, pValue: 1, equalWithin: 0, verdict: 'equal' } : { ...sure, pValue: 0, verdict: first! > 0 ? 'worse' : 'better' };
  }
  const t = tTest(differences);
  const pValue = corrected(t.p);
  const [low, high] = t.interval(2 * each);
  const isEqual = margin !== undefined && low > -margin && high < margin;
  return {
    seeds: pairs.length,
    difference: t.mean,
    interval: t.interval(each),
    pValue,
    exact,
    detectable: t.detectable(each),
    equalWithin: isEqual ? margin : null,
    test: 't',
    verdict: pValue < alpha ? (t.mean > 0 ? 'worse' : 'better') : isEqual ? 'equal' : 'no detectable difference',
  };
} // prettier-ignore

/** The standard error of a percentage measured on `size` examples: another test set could not tell smaller differences apart. */
export function marginOf(percent: number, size: number): number {
  const share = Math.min(1, Math.max(0, percent / 100));
  return 100 * Math.sqrt((share * (1 - share)) / size);
}
