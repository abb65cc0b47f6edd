/** The measurements that claims are judged by and that the guide shows, computed from results. Knows no claim and no sentence. */
import { compareWith, quantile, type PairedComparison } from '@thalweg/compare';
import type { KeptProblem } from './kept.ts';
import { horizonProblems, problemNames, problems, searchProblems, type ProblemName } from './plan.ts';
import { best, betterSchedule, compared, cost, entrant, medianOf, middle, optimizerOf, optimizersIn, rankCorrelation, ranksOf, scoresOf, type Scores } from './reading.ts'; // prettier-ignore

/** The results of a comparison that has been run. */
export type Found = (name: string) => KeptProblem;

/** The problems without sparse text. */
export const dense: readonly ProblemName[] = problemNames.filter((name) => !['glosses', 'names', 'co-occurrences'].includes(name));
/** The problems whose models have hidden matrices. */
export const withMatrices: readonly ProblemName[] = problemNames.filter((name) => problems[name].matrices);

/** On which problems `a` was detectably better than `b`, and on which worse. */
export function duel(results: Found, a: string, b: string, names: readonly ProblemName[] = problemNames): { readonly better: ProblemName[]; readonly worse: ProblemName[] } {
  const verdicts = names.map((name) => [name, compared(results(`main-${name}`), b, a).verdict] as const);
  const those = (wanted: string): ProblemName[] => verdicts.flatMap(([name, verdict]) => (verdict === wanted ? [name] : []));
  return { better: those('better'), worse: those('worse') };
} // prettier-ignore

/** How much worse SGD, without and with momentum, is than the best adaptive method where features are rare. */
export function behindAdaptive(
  results: Found,
): (PairedComparison & { readonly name: ProblemName; readonly id: string; readonly adaptive: string })[] {
  return (['glosses', 'names'] as const).flatMap((name) => {
    const problem = results(`main-${name}`);
    const adaptive = best(problem, ['adagrad', 'rmsprop', 'adam', 'adamw']);
    return ['sgd', 'sgd-momentum'].map((id) => ({ ...compared(problem, adaptive, id), name, id, adaptive }));
  });
}

/** AdaGrad's rank at half the length of a run and at four times the length. */
export function adagradRanks(results: Found): { readonly name: ProblemName; readonly short: number; readonly long: number }[] {
  return horizonProblems.map((name) => {
    const rank = (times: number): number => {
      const problem = results(`horizon-${name}-${String(times)}`);
      return ranksOf(
        problem,
        problem.optimizers.map(({ id }) => id),
      ).get('adagrad')!;
    };
    return { name, short: rank(0.5), long: rank(4) };
  });
}

/** How many optimizers had a lower median with the cosine, schedule-free AdamW left out. */
export function helpedByCosine(results: Found): { readonly name: ProblemName; readonly ids: readonly string[]; readonly helped: number }[] {
  return problemNames.map((name) => {
    const problem = results(`main-${name}`);
    const ids = optimizersIn(problem).filter((id) => id !== 'schedule-free');
    return { name, ids, helped: ids.filter((id) => medianOf(problem, `${id}+cosine`) < medianOf(problem, id)).length };
  });
}

/** Where Muon is best, or not detectably worse than the best. */
export function aheadWithMuon(results: Found): ProblemName[] {
  return withMatrices.filter((name) => {
    const problem = results(`main-${name}`);
    const own = betterSchedule(problem, 'muon');
    const first = leader(problem);
    return own === first || compared(problem, first, own).verdict !== 'worse';
  });
}

/** The ratio of the learning rates that most seeds chose for Lion and for AdamW, by problem, and the geometric mean. */
export function lionRates(results: Found): { readonly mean: number; readonly ratios: readonly number[] } {
  const rate = (name: ProblemName, id: string): number => entrant(results(`main-${name}`), id).bestLr;
  const ratios = problemNames.map((name) => rate(name, 'lion') / rate(name, 'adamw'));
  return { ratios, mean: Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length) };
}

/** The entrant with the lowest median, each optimizer with its better schedule. */
export function leader(problem: KeptProblem): string {
  return best(
    problem,
    optimizersIn(problem).map((id) => betterSchedule(problem, id)),
  );
}

/** On how many problems each optimizer is best, sorted by this number. */
export function leaders(results: Found): (readonly [id: string, count: number])[] {
  const firsts = problemNames.map((name) => optimizerOf(leader(results(`main-${name}`))));
  const counts = [...new Set(firsts)].map((id) => [id, firsts.filter((one) => one === id).length] as const);
  return counts.toSorted((a, b) => b[1] - a[1]);
}

/** On how many problems the methods that are meant to need no tuning are better than AdamW, all with default hyperparameters. */
export function aheadUntuned(results: Found): (readonly [id: string, count: number])[] {
  const ahead = new Map<string, number>();
  for (const name of problemNames) {
    const { defaults, testMetric } = results(`untuned-${name}`);
    const all = defaults!.optimizers.map((one) => ({ ...one, median: middle(one.results.map((result) => cost(result.testMetric, testMetric))) })); // prettier-ignore
    const adamw = all.find(({ id }) => id === 'adamw')!.median;
    for (const { id, promises, median } of all) if (promises) ahead.set(id, (ahead.get(id) ?? 0) + (median < adamw ? 1 : 0));
  }
  return [...ahead].toSorted((a, b) => b[1] - a[1]);
}

/** The best optimizer after two trials and after twelve (or all, if there are fewer), where the two differ; constant learning rates. */
export function changesWithTries(results: Found): { readonly name: ProblemName; readonly few: string; readonly many: string }[] {
  const all = problemNames.map((name) => {
    const { budget, testMetric } = results(`main-${name}`);
    const first = (tries: number): string => {
      const constant = budget!.curves.filter(({ id }) => !id.includes('+'));
      return constant.reduce((first, one) => (cost(one.middle[tries - 1] ?? null, testMetric) < cost(first.middle[tries - 1] ?? null, testMetric) ? one : first)).id; // prettier-ignore
    };
    return { name, few: first(2), many: first(Math.min(12, budget!.tries)) };
  });
  return all.filter(({ few, many }) => few !== many);
}

/** What a search over all hyperparameters gains over tuning only the learning rate, on the seeds that both have. */
export interface Gained {
  readonly name: ProblemName;
  readonly verdict: PairedComparison['verdict'];
  readonly difference: number | null;
  /** Median test metrics over these seeds; null where it diverged. */
  readonly rate: number | null;
  readonly search: number | null;
}

/** What a search gains for an optimizer on each problem that was searched. */
export function gainedBySearch(results: Found, id = 'adamw'): Gained[] {
  return searchProblems.map((name) => {
    const problem = results(`main-${name}`);
    const searched = scoresOf(entrant(results(`search-${name}`), id));
    const tuned: Scores = new Map([...scoresOf(entrant(problem, id))].filter(([seed]) => searched.has(seed)));
    const [pair] = compareWith('rate', new Map([['rate', tuned], ['search', searched]]), { alpha: 0.05, direction: problem.testMetric }); // prettier-ignore
    const [rate, search] = [tuned, searched].map((scores) => quantile([...scores.values()], 0.5, problem.testMetric));
    return { name, verdict: pair!.verdict, difference: pair!.difference, rate: rate!, search: search! };
  });
}

/** In how many runs AdaGrad and Adam reached SGD's final validation loss within half of the steps; and the number of runs. */
export function reachedByHalf(results: Found): { readonly runs: number; readonly counts: readonly (readonly [id: string, count: number])[] } {
  const problem = results('sparse-text');
  const sgd = new Map(entrant(problem, 'sgd').trials.map((trial) => [trial.seed, trial.validationMetric]));
  const isReached = (value: number | null, bar: number): boolean => cost(value, problem.tuningMetric) <= cost(bar, problem.tuningMetric);
  const counts = ['adagrad', 'adam'].map((id) => {
    const reached = entrant(problem, id).trials.filter(({ seed, validation: { steps, values } }) => {
      const bar = sgd.get(seed) ?? null;
      return bar !== null && steps.some((step, i) => step <= problem.steps / 2 && isReached(values[i] ?? null, bar));
    });
    return [id, reached.length] as const;
  });
  return { runs: sgd.size, counts };
} // prettier-ignore

/** The rank correlation of learning rate and decay among the best tenth of all pairs, and the mean test metric of the best pair of each seed. */
export function decayFound(results: Found): Readonly<Record<'decoupled' | 'coupled', { readonly correlation: number; readonly best: number }>> {
  const problem = results('decay');
  const of = (id: string, decay: string): { readonly correlation: number; readonly best: number } => {
    const { search } = entrant(problem, id);
    // Validation data choose, as in every comparison; test data measure.
    const points = search!.tries.toSorted((a, b) => cost(a.validationMetric, problem.tuningMetric) - cost(b.validationMetric, problem.tuningMetric));
    const top = points.slice(0, Math.round(points.length / 10));
    const seeds = [...new Set(points.map(({ seed }) => seed))];
    const bests = seeds.map((seed) => cost(points.find((one) => one.seed === seed)!.testMetric, problem.testMetric));
    const correlation = rankCorrelation(top.map(({ values }) => [Math.log(values['lr']!), Math.log(values[decay]!)]));
    return { correlation, best: bests.reduce((sum, one) => sum + one, 0) / bests.length };
  };
  return { decoupled: of('decoupled', 'weightDecay'), coupled: of('coupled', 'l2') };
} // prettier-ignore
