/** The fifteen claims of README.md, each judged by its rule. A claim whose runs are not all there is not judged. Knows results; knows no page. */
import {
  adagradRanks,
  aheadUntuned,
  aheadWithMuon,
  behindAdaptive,
  changesWithTries,
  decayFound,
  dense,
  duel,
  gainedBySearch,
  helpedByCosine,
  leaders,
  lionRates,
  reachedByHalf,
  withMatrices,
  type Found,
} from './found.ts';
import type { KeptProblem } from './kept.ts';
import { problemNames } from './plan.ts';
import { optimizersIn } from './reading.ts';
import { steadiness } from './steadiness.ts';

/** The results of a comparison; undefined where it has not been run yet. */
export type Results = (name: string) => KeptProblem | undefined;

export interface Verdict {
  readonly holds: boolean;
  /** The measurements it was judged by. */
  readonly because: string;
  /** For a claim that compares medians: the share of resamplings of the seeds that give the same verdict. */
  readonly steady?: number;
}

/** Whether other seeds could easily change a verdict. */
export const isClose = ({ steady = 1 }: Verdict): boolean => steady < 0.8;

export interface Claim {
  readonly number: number;
  readonly title: string;
  /** The verdict; throws `Missing` where runs are missing. */
  readonly judge: (results: Found) => Verdict;
  /** It compares medians, or ranks of medians, without a significance test. */
  readonly byMedians?: true;
}

class Missing extends Error {}

/** The verdict on a claim; undefined while runs that it needs are missing. */
export function judged(claim: Claim, results: Results): Verdict | undefined {
  const found = (name: string): KeptProblem => {
    const one = results(name);
    if (one === undefined) throw new Missing(name);
    return one;
  };
  try {
    const verdict = claim.judge(found);
    return claim.byMedians === true ? { ...verdict, steady: steadiness(claim.judge, found) } : verdict;
  } catch (error) {
    if (error instanceof Missing) return undefined;
    throw error;
  }
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
const of = (count: number, all: readonly unknown[]): string => `${String(count)} of ${String(all.length)}`;
const two = (value: number): string => String(Number(value.toPrecision(3)));

function judgeDuel(results: Found, a: string, b: string): Verdict {
  const { better, worse } = duel(results, a, b);
  return { holds: better.length > worse.length, because: `detectably better on ${list(better)}; worse on ${list(worse)}` };
}

export const claims: readonly Claim[] = [
  {
    number: 1,
    title: 'Rare features need a learning rate per parameter',
    judge: (results) => {
      const found = behindAdaptive(results);
      return {
        holds: found.every(({ verdict }) => verdict === 'worse'),
        because: found.map(({ name, id, adaptive, difference, verdict }) => `${name}: ${id} ${difference === null ? '' : `${two(difference)} points `}${verdict === 'worse' ? 'worse than' : `(${verdict}) against`} ${adaptive}`).join('; '),
      };
    },
  },
  {
    number: 2,
    title: 'AdaGrad’s learning rate vanishes',
    byMedians: true,
    judge: (results) => {
      const found = adagradRanks(results);
      return {
        holds: found.filter(({ short, long }) => long > short).length >= 3,
        because: found.map(({ name, short, long }) => `${name}: rank ${String(short)} at half the length, ${String(long)} at four times the length`).join('; '),
      };
    },
  },
  { number: 3, title: 'Momentum and bias correction help RMSProp', judge: (results) => judgeDuel(results, 'adam', 'rmsprop') },
  {
    number: 4,
    title: 'A decaying learning rate helps every optimizer',
    byMedians: true,
    judge: (results) => {
      const shares = helpedByCosine(results);
      const most = shares.filter(({ helped, ids }) => helped > ids.length / 2);
      return { holds: most.length >= 7, because: `optimizers with a lower median under the cosine: ${shares.map(({ name, helped, ids }) => `${name} ${of(helped, ids)}`).join(', ')}` };
    },
  },
  {
    number: 5,
    title: 'Schedule-free AdamW needs no schedule',
    judge: (results) => {
      const { worse } = duel(results, 'schedule-free', 'adamw+cosine');
      return { holds: worse.length <= problemNames.length / 2, because: `detectably worse than AdamW with a cosine schedule on ${list(worse)}` };
    },
  },
  {
    number: 6,
    title: 'Muon is ahead on models with hidden matrices',
    judge: (results) => {
      const ahead = aheadWithMuon(results);
      return { holds: ahead.length >= withMatrices.length / 2, because: `best, or not detectably worse than the best, on ${list(ahead)} (${of(ahead.length, withMatrices)})` };
    },
  },
  {
    number: 7,
    title: 'Lion’s best learning rate is three to ten times lower than AdamW’s',
    judge: (results) => {
      const { mean, ratios } = lionRates(results);
      return { holds: mean >= 1 / 10 && mean <= 1 / 3, because: `geometric mean of the ratios 1/${two(1 / mean)}; ${problemNames.map((name, i) => `${name} 1/${two(1 / ratios[i]!)}`).join(', ')}` };
    },
  },
  {
    number: 8,
    title: 'There is no best optimizer',
    byMedians: true,
    judge: (results) => {
      const counts = leaders(results);
      return { holds: counts.every(([, count]) => count <= problemNames.length / 2), because: `number of problems on which it is best: ${counts.map(([id, count]) => {
        const tookPart = problemNames.filter((name) => optimizersIn(results(`main-${name}`)).includes(id)).length;
        return `${id} ${String(count)}${tookPart < problemNames.length ? ` (of the ${String(tookPart)} in which it takes part)` : ''}`;
      }).join(', ')}` };
    },
  },
  {
    number: 9,
    title: 'Tuned SGD with momentum keeps up with Adam on dense features',
    judge: (results) => {
      const { worse } = duel(results, 'sgd-momentum+cosine', 'adam+cosine', dense);
      return { holds: worse.length <= dense.length / 2, because: `detectably worse than Adam on ${list(worse)} (${of(worse.length, dense)})` };
    },
  },
  { number: 10, title: 'NAdamW is a better default than AdamW', judge: (results) => judgeDuel(results, 'nadamw+cosine', 'adamw+cosine') },
  {
    number: 11,
    title: 'Training without tuning has become possible',
    byMedians: true,
    judge: (results) => {
      const sorted = aheadUntuned(results);
      return { holds: sorted.some(([, count]) => count >= 6), because: `better than AdamW at its defaults: ${sorted.map(([id, count]) => `${id} on ${String(count)}`).join(', ')}` };
    },
  },
  {
    number: 12,
    title: 'Which optimizer is best depends on the number of tuning trials',
    judge: (results) => {
      const changed = changesWithTries(results);
      return { holds: changed.length >= 3, because: changed.length === 0 ? 'the same on every problem' : `best after two and after nine trials: ${changed.map(({ name, few, many }) => `${few} and ${many} on ${name}`).join('; ')}` };
    },
  },
  {
    number: 13,
    title: 'For AdamW, tuning more than the learning rate gains little',
    judge: (results) => {
      const found = gainedBySearch(results);
      const gained = found.filter(({ verdict }) => verdict === 'better');
      return {
        holds: found.length - gained.length >= 3,
        because: `with all hyperparameters searched: ${found.map(({ name, verdict, difference }) => `${name} ${difference === null ? verdict : `${two(Math.abs(difference))} ${difference > 0 ? 'worse' : 'better'} (${verdict === 'better' || verdict === 'worse' ? 'detectable' : verdict})`}`).join('; ')}`,
      };
    },
  },
  {
    number: 14,
    title: 'The Adam paper’s result on sparse text, tested on glosses',
    judge: (results) => {
      const { runs, counts } = reachedByHalf(results);
      return { holds: counts.every(([, count]) => count >= 9), because: `reached SGD’s final validation loss in half the steps: ${counts.map(([id, count]) => `${id} in ${String(count)} of ${String(runs)} seeds`).join(', ')}` };
    },
  },
  {
    number: 15,
    title: 'The AdamW paper’s result on weight decay, tested on digits',
    byMedians: true,
    judge: (results) => {
      const { decoupled, coupled } = decayFound(results);
      return {
        holds: Math.abs(decoupled.correlation) < Math.abs(coupled.correlation) && decoupled.best < coupled.best,
        because: `rank correlation ${two(decoupled.correlation)} for AdamW, ${two(coupled.correlation)} for Adam with L2; mean test error of the best point of each seed ${two(decoupled.best)} % and ${two(coupled.best)} %`,
      };
    },
  },
]; // prettier-ignore

/** The verdicts on all claims, each judged once. */
export type Verdicts = ReadonlyMap<Claim, Verdict | undefined>;

/** Judges all claims. */
export function verdictsOf(results: Results): Verdicts {
  return new Map(claims.map((claim) => [claim, judged(claim, results)]));
}
