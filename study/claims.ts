/** The fifteen claims of README.md, each judged by its rule. Knows results; knows no page. A claim whose runs are not there is not judged. */
import type { KeptProblem } from './kept.ts';
import { horizonProblems, problemNames, problems, searchProblems, type ProblemName } from './plan.ts';
import {
  best,
  betterSchedule,
  compared,
  cost,
  entrant,
  medianOf,
  middle,
  optimizerOf,
  optimizersIn,
  rankCorrelation,
  ranksOf,
  scoresOf,
} from './reading.ts';
import { compareWith } from '@thalweg/compare';

/** The results of a comparison; undefined where it was not made yet. */
export type Results = (name: string) => KeptProblem | undefined;

export interface Verdict {
  readonly holds: boolean;
  /** The figures it was judged by. */
  readonly because: string;
}

export interface Claim {
  readonly number: number;
  readonly title: string;
  /** The verdict; throws `Missing` where runs are not there. */
  readonly judge: (results: (name: string) => KeptProblem) => Verdict;
}

class Missing extends Error {}

/** The verdict on a claim; undefined while runs that it needs are not there. */
export function judged(claim: Claim, results: Results): Verdict | undefined {
  try {
    return claim.judge((name) => {
      const found = results(name);
      if (found === undefined) throw new Missing(name);
      return found;
    });
  } catch (error) {
    if (error instanceof Missing) return undefined;
    throw error;
  }
}

const dense: readonly ProblemName[] = problemNames.filter((name) => !['glosses', 'names', 'co-occurrences'].includes(name));
const withMatrices: readonly ProblemName[] = problemNames.filter((name) => problems[name].matrices);
const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
const of = (count: number, all: readonly unknown[]): string => `${String(count)} of ${String(all.length)}`;
const two = (value: number): string => String(Number(value.toPrecision(3)));

/** How often `a` was detectably better than `b`, and how often worse, over the problems. */
function duel(results: (name: string) => KeptProblem, a: string, b: string): { readonly better: string[]; readonly worse: string[] } {
  const verdicts = problemNames.map((name) => [name, compared(results(`main-${name}`), b, a).verdict] as const);
  const those = (wanted: string): string[] => verdicts.flatMap(([name, verdict]) => (verdict === wanted ? [name] : []));
  return { better: those('better'), worse: those('worse') };
}

function judgeDuel(results: (name: string) => KeptProblem, a: string, b: string): Verdict {
  const { better, worse } = duel(results, a, b);
  return { holds: better.length > worse.length, because: `better on ${list(better)}; worse on ${list(worse)}` };
}

export const claims: readonly Claim[] = [
  {
    number: 1,
    title: 'Rare features need a rate for each parameter',
    judge: (results) => {
      const found = (['glosses', 'names'] as const).flatMap((name) => {
        const problem = results(`main-${name}`);
        const adaptive = best(problem, ['adagrad', 'rmsprop', 'adam', 'adamw']);
        return ['sgd', 'sgd-momentum'].map((id) => ({ name, id, adaptive, ...compared(problem, adaptive, id) }));
      });
      return {
        holds: found.every(({ verdict }) => verdict === 'worse'),
        because: found.map(({ name, id, adaptive, difference, verdict }) => `${name}: ${id} ${difference === null ? '' : `${two(difference)} points `}${verdict === 'worse' ? 'behind' : `(${verdict})`} ${adaptive}`).join('; '),
      };
    },
  },
  {
    number: 2,
    title: 'AdaGrad’s rate dies',
    judge: (results) => {
      const found = horizonProblems.map((name) => {
        const rank = (times: number): number => {
          const problem = results(`horizon-${name}-${String(times)}`);
          return ranksOf(problem, problem.optimizers.map(({ id }) => id)).get('adagrad')!;
        };
        return { name, short: rank(0.5), long: rank(4) };
      });
      return {
        holds: found.filter(({ short, long }) => long > short).length >= 3,
        because: found.map(({ name, short, long }) => `${name}: rank ${String(short)} at half the length, ${String(long)} at four times`).join('; '),
      };
    },
  },
  { number: 3, title: 'Momentum and bias correction help RMSProp', judge: (results) => judgeDuel(results, 'adam', 'rmsprop') },
  {
    number: 4,
    title: 'A falling rate helps everyone',
    judge: (results) => {
      const shares = problemNames.map((name) => {
        const problem = results(`main-${name}`);
        const ids = optimizersIn(problem).filter((id) => id !== 'schedule-free');
        return { name, ids, helped: ids.filter((id) => medianOf(problem, `${id}+cosine`) < medianOf(problem, id)).length };
      });
      const most = shares.filter(({ helped, ids }) => helped > ids.length / 2);
      return { holds: most.length >= 7, because: shares.map(({ name, helped, ids }) => `${name} ${of(helped, ids)}`).join(', ') };
    },
  },
  {
    number: 5,
    title: 'Schedule-free AdamW needs no schedule',
    judge: (results) => {
      const behind = problemNames.filter((name) => compared(results(`main-${name}`), 'adamw+cosine', 'schedule-free').verdict === 'worse');
      return { holds: behind.length <= problemNames.length / 2, because: `worse than AdamW with a cosine on ${list(behind)}` };
    },
  },
  {
    number: 6,
    title: 'Muon is ahead on hidden matrices',
    judge: (results) => {
      const ahead = withMatrices.filter((name) => {
        const problem = results(`main-${name}`);
        const own = betterSchedule(problem, 'muon');
        const first = best(problem, optimizersIn(problem).map((id) => betterSchedule(problem, id)));
        return own === first || compared(problem, first, own).verdict !== 'worse';
      });
      return { holds: ahead.length >= withMatrices.length / 2, because: `best, or not worse than the best, on ${list(ahead)} (${of(ahead.length, withMatrices)})` };
    },
  },
  {
    number: 7,
    title: 'Lion wants a rate three to ten times lower than AdamW’s',
    judge: (results) => {
      const ratios = problemNames.map((name) => entrant(results(`main-${name}`), 'lion').bestLr / entrant(results(`main-${name}`), 'adamw').bestLr);
      const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
      return { holds: mean >= 1 / 10 && mean <= 1 / 3, because: `1/${two(1 / mean)} in the mean; ${problemNames.map((name, i) => `${name} 1/${two(1 / ratios[i]!)}`).join(', ')}` };
    },
  },
  {
    number: 8,
    title: 'There is no best optimizer',
    judge: (results) => {
      const firsts = problemNames.map((name) => {
        const problem = results(`main-${name}`);
        return optimizerOf(best(problem, optimizersIn(problem).map((id) => betterSchedule(problem, id))));
      });
      const counts = [...new Set(firsts)].map((id) => [id, firsts.filter((one) => one === id).length] as const);
      return { holds: counts.every(([, count]) => count <= problemNames.length / 2), because: counts.toSorted((a, b) => b[1] - a[1]).map(([id, count]) => `${id} ${String(count)}`).join(', ') };
    },
  },
  {
    number: 9,
    title: 'SGD with momentum, tuned, keeps up where features are dense',
    judge: (results) => {
      const behind = dense.filter((name) => compared(results(`main-${name}`), 'adam+cosine', 'sgd-momentum+cosine').verdict === 'worse');
      return { holds: behind.length <= dense.length / 2, because: `worse than Adam on ${list(behind)} (${of(behind.length, dense)})` };
    },
  },
  { number: 10, title: 'NAdamW is a better default than AdamW', judge: (results) => judgeDuel(results, 'nadamw+cosine', 'adamw+cosine') },
  {
    number: 11,
    title: 'Not to tune has become possible',
    judge: (results) => {
      const ahead = new Map<string, number>();
      for (const name of problemNames) {
        const { defaults, testMetric } = results(`untuned-${name}`);
        const all = defaults!.optimizers.map((one) => ({ ...one, median: middle(one.results.map((result) => cost(result.testMetric, testMetric))) }));
        const adamw = all.find(({ id }) => id === 'adamw')!.median;
        for (const { id, promises, median } of all) if (promises) ahead.set(id, (ahead.get(id) ?? 0) + (median < adamw ? 1 : 0));
      }
      const sorted = [...ahead].toSorted((a, b) => b[1] - a[1]);
      return { holds: sorted.some(([, count]) => count >= 6), because: `ahead of AdamW’s defaults: ${sorted.map(([id, count]) => `${id} on ${String(count)}`).join(', ')}` };
    },
  },
  {
    number: 12,
    title: 'Which optimizer is best depends on how often one may try',
    judge: (results) => {
      const leaders = problemNames.map((name) => {
        const { budget, testMetric } = results(`main-${name}`);
        const leader = (tries: number): string => {
          const constant = budget!.curves.filter(({ id }) => !id.includes('+'));
          return constant.reduce((first, one) => (cost(one.middle[tries - 1] ?? null, testMetric) < cost(first.middle[tries - 1] ?? null, testMetric) ? one : first)).id;
        };
        return { name, few: leader(2), many: leader(Math.min(12, budget!.tries)) };
      });
      const changed = leaders.filter(({ few, many }) => few !== many);
      return { holds: changed.length >= 3, because: changed.length === 0 ? 'it never changes' : changed.map(({ name, few, many }) => `${name}: ${few}, then ${many}`).join('; ') };
    },
  },
  {
    number: 13,
    title: 'Beyond the learning rate there is little to find for AdamW',
    judge: (results) => {
      const found = searchProblems.map((name) => {
        const problem = results(`main-${name}`);
        const [tuned, searched] = [entrant(problem, 'adamw'), entrant(results(`search-${name}`), 'adamw')];
        const [pair] = compareWith('rate', new Map([['rate', scoresOf(tuned)], ['search', scoresOf(searched)]]), { alpha: 0.05, direction: problem.testMetric });
        return { name, verdict: pair!.verdict, difference: pair!.difference };
      });
      const gained = found.filter(({ verdict }) => verdict === 'better');
      return {
        holds: found.length - gained.length >= 3,
        because: found.map(({ name, verdict, difference }) => `${name}: ${difference === null ? verdict : `${two(Math.abs(difference))} ${difference > 0 ? 'worse' : 'better'} (${verdict})`}`).join('; '),
      };
    },
  },
  {
    number: 14,
    title: 'Adam’s paper on sparse text, tried on glosses',
    judge: (results) => {
      const problem = results('sparse-text');
      const sgd = new Map(entrant(problem, 'sgd').trials.map((trial) => [trial.seed, trial.validationMetric]));
      const counts = ['adagrad', 'adam'].map((id) => {
        const half = problem.steps / 2;
        return [id, entrant(problem, id).trials.filter(({ seed, validation: { steps, values } }) => {
          const bar = sgd.get(seed) ?? null;
          return bar !== null && steps.some((step, i) => step <= half && cost(values[i] ?? null, problem.tuningMetric) <= cost(bar, problem.tuningMetric));
        }).length] as const;
      });
      return { holds: counts.every(([, count]) => count >= 9), because: counts.map(([id, count]) => `${id} in ${String(count)} of ${String(sgd.size)} seeds`).join(', ') };
    },
  },
  {
    number: 15,
    title: 'AdamW’s paper on decay, tried on digits',
    judge: (results) => {
      const problem = results('decay');
      const of = (id: string, decay: string): { readonly correlation: number; readonly best: number } => {
        const { search } = entrant(problem, id);
        // Validation data choose, as in every comparison; test data measure.
        const points = search!.tries.toSorted((a, b) => cost(a.validationMetric, problem.tuningMetric) - cost(b.validationMetric, problem.tuningMetric));
        const top = points.slice(0, Math.round(points.length / 10));
        const seeds = [...new Set(points.map(({ seed }) => seed))];
        const bests = seeds.map((seed) => cost(points.find((one) => one.seed === seed)!.testMetric, problem.testMetric));
        return { correlation: rankCorrelation(top.map(({ values }) => [Math.log(values['lr']!), Math.log(values[decay]!)])), best: bests.reduce((sum, one) => sum + one, 0) / bests.length };
      };
      const [decoupled, coupled] = [of('decoupled', 'weightDecay'), of('coupled', 'l2')];
      return {
        holds: Math.abs(decoupled.correlation) < Math.abs(coupled.correlation) && decoupled.best < coupled.best,
        because: `rank correlation ${two(decoupled.correlation)} for AdamW, ${two(coupled.correlation)} for Adam with L2; best of each seed ${two(decoupled.best)} % and ${two(coupled.best)} %`,
      };
    },
  },
]; // prettier-ignore
