/**
 * How often a claim would get the same verdict with other seeds: the seeds of each problem are resampled with replacement, the same way for all optimizers and all
 * comparisons of the problem, and the claim is judged on the resampled results. Takes a rule as a function; knows no claim and no page.
 */
import { random } from '@thalweg/compare';
import type { Found } from './found.ts';
import type { KeptOptimizer, KeptProblem } from './kept.ts';

type Draw = (seeds: readonly number[]) => readonly number[];

/** The share of resamplings in which the verdict is the same. */
export function steadiness(judge: (results: Found) => { readonly holds: boolean }, results: Found, draws = 400): number {
  const was = judge(results).holds;
  const next = random(2028);
  let same = 0;
  for (let k = 0; k < draws; k++) {
    const known = new Map<string, readonly number[]>();
    const draw = (problem: string): Draw => (seeds) => {
      const key = `${problem} ${seeds.join()}`;
      const found = known.get(key) ?? seeds.map(() => seeds[Math.floor(next() * seeds.length)]!);
      known.set(key, found);
      return found;
    }; // prettier-ignore
    const drawn = new Map<string, KeptProblem>();
    const again = (name: string): KeptProblem => {
      const found = drawn.get(name) ?? drawnAnew(results(name), draw(results(name).id));
      drawn.set(name, found);
      return found;
    };
    if (judge(again).holds === was) same += 1;
  }
  return same / draws;
}

/** A problem's results with resampled seeds: the result of a seed appears as often as the seed was drawn. */
export function drawnAnew(problem: KeptProblem, draw: Draw): KeptProblem {
  const again = <Item extends { readonly seed: number }>(items: readonly Item[]): Item[] => {
    const seeds = [...new Set(items.map(({ seed }) => seed))].sort((a, b) => a - b);
    return draw(seeds).flatMap((seed, i) => items.filter((item) => item.seed === seed).map((item) => ({ ...item, seed: i + 1 })));
  };
  const optimizers = problem.optimizers.map((one): KeptOptimizer => {
    const { search } = one;
    return { ...one, trials: again(one.trials), ...(search === undefined ? {} : { search: { ...search, tries: again(search.tries) } }) };
  });
  const { defaults } = problem;
  const untuned = defaults?.optimizers.map((one) => ({ ...one, results: again(one.results) }));
  return { ...problem, optimizers, ...(defaults === undefined || untuned === undefined ? {} : { defaults: { ...defaults, optimizers: untuned } }) };
} // prettier-ignore
