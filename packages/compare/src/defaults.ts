/**
 * The zero-tuning track: each optimizer at its declared defaults, run once with every seed. They are compared with the best of them on validation data, and
 * with the best tuned optimizer, which shows what tuning gains. Knows how to request a run; knows no pool and no store.
 */
import type { Contestant } from './contestants.ts';
import type { Problem } from './problem.ts';
import type { Defaults, Trial } from './schema.ts';
import { compareWith, type Judged, type Scores } from './statistics/compare.ts';
import { ranks, referenceOf, summarize } from './statistics/summary.ts';

/** The reference of those that were tuned, with its results by seed. */
export interface TunedReference {
  readonly id: string;
  readonly scores: Scores;
}

/** Runs each of these at its defaults. */
export async function withoutTuning(
  contestants: readonly Contestant[],
  seeds: readonly number[],
  { tuningMetric, testMetric }: Problem,
  run: (contestant: Contestant, lr: number, seed: number) => Promise<Trial>,
): Promise<(tuned: TunedReference, judged: Judged) => Defaults> {
  const made = await Promise.all(
    contestants.map(async (contestant) => {
      const { id, label, code, centre, lr = centre, fixed, promises } = contestant;
      const trials = await Promise.all(seeds.map((seed) => run(contestant, lr, seed)));
      const summary = summarize(trials, testMetric);
      return { id, label, configuration: code, lr: fixed === true ? null : lr, promises: promises === true, trials, summary };
    }),
  );
  const rank = ranks(made.map((one) => one.summary), testMetric); // prettier-ignore
  const reference = referenceOf(made, tuningMetric);
  const scores = new Map(made.map(({ id, trials }) => [id, new Map(trials.map(({ seed, testMetric: value }) => [seed, value]))]));
  return (tuned, judged) => ({
    reference,
    optimizers: made
      .map(({ trials, ...one }, i) => ({
        ...one,
        results: trials.map(({ seed, validationMetric, testMetric: value }) => ({ seed, validationMetric, testMetric: value })),
        rank: rank[i] ?? made.length,
      }))
      .toSorted((a, b) => a.rank - b.rank),
    comparisons: compareWith(reference, scores, judged),
    // No optimizer has an empty name, and the tuned one may be among these untuned.
    againstTuned: compareWith('', new Map([['', tuned.scores], ...scores]), judged).map((one) => ({ ...one, reference: tuned.id })),
  });
}
