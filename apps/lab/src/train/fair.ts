/**
 * A fair comparison in a page, by the comparer's protocol: one seed scans the same number of rates around each optimizer's own, then every fresh seed
 * tries the rates around the best of the scan and takes the one with the lowest loss on its validation half; what is reported is the error of that
 * very run on the other half. The optimizer that is best by that loss is told from the others by paired tests. Plain data and arithmetic; knows no
 * worker and no page.
 */
import { compareWith, lower, median, quantile, ranks } from '@thalweg/compare/statistics';
import type { Entrant } from '../race/entrant.ts';
import type { TrialJob, TrialResult } from '../work/jobs.ts';
import { nameOf, type Setup } from './setup.ts';
import { factors, freshOffset, freshSeeds, nearFactors, searchOffset, type Standing } from './standing.ts';

/** The level of the tests. */
const alpha = 0.05;

type Order = Omit<TrialJob, 'base'>;

function order({ net, steps }: Setup, entrant: Entrant, seed: number): Order {
  return { kind: 'trial', net, steps, entrant, seed };
}

function withRate(one: Entrant, lr: number): Entrant {
  return { ...one, values: { ...one.values, lr } };
}

/** The runs that choose rates, with the place of their optimizer. */
export function searchOf(setup: Setup): { readonly entrant: number; readonly order: Order }[] {
  return setup.entrants.flatMap((one, entrant) => {
    const lr = one.values['lr'];
    const rates = lr === undefined ? [one] : factors.map((factor) => withRate(one, Number((lr * factor).toPrecision(3))));
    return rates.map((rated) => ({ entrant, order: order(setup, rated, setup.seed + searchOffset) }));
  });
}

/** Each optimizer at the rate with the lowest loss of the scan; as it was where all diverged. */
export function chosen(setup: Setup, results: readonly (TrialResult | null)[]): Entrant[] {
  const search = searchOf(setup);
  return setup.entrants.map((one, entrant) => {
    const own = search.flatMap((run, i) =>
      run.entrant === entrant ? [{ one: run.order.entrant, loss: results[i]?.loss ?? Infinity }] : [],
    );
    const best = own.reduce((low, run) => (run.loss < low.loss ? run : low));
    return best.loss === Infinity ? one : best.one;
  });
}

/** The rates that a fresh seed tries with an optimizer at the scan's best. */
function ratesOf(one: Entrant): Entrant[] {
  const lr = one.values['lr'];
  return lr === undefined ? [one] : nearFactors.map((factor) => withRate(one, Number((lr * factor).toPrecision(3))));
}

/** The runs that are reported: every optimizer from every fresh seed, at each of its rates. */
export function finalOf(setup: Setup, picked: readonly Entrant[]): { readonly entrant: number; readonly order: Order }[] {
  return picked.flatMap((one, entrant) =>
    Array.from({ length: freshSeeds }, (_, i) =>
      ratesOf(one).map((rated) => ({ entrant, order: order(setup, rated, setup.seed + freshOffset + i) })),
    ).flat(),
  );
}

/** An optimizer's run with one fresh seed, at the rate that the seed chose. */
interface Own {
  readonly lr: number | undefined;
  readonly edge: boolean;
  readonly loss: number | null;
  readonly error: number | null;
}

/** The places, the best first. */
export function standingsOf(picked: readonly Entrant[], results: readonly (TrialResult | null)[]): Standing[] {
  let at = 0;
  const runs = picked.map((one) => {
    const rates = ratesOf(one);
    return Array.from({ length: freshSeeds }, (): Own => {
      const own = rates.map(() => results[at++] ?? null);
      const best = own.reduce((low, run, i) => ((run?.loss ?? Infinity) < (own[low]?.loss ?? Infinity) ? i : low), 0);
      const edge = rates.length > 1 && (best === 0 || best === rates.length - 1);
      return {
        lr: rates[best]!.values['lr'],
        edge: edge && own[best] !== null,
        loss: own[best]?.loss ?? null,
        error: own[best]?.error ?? null,
      };
    });
  });
  const errors = runs.map((own) => own.map(({ error }) => error));
  const summaries = errors.map((own) => ({ median: median(own), diverged: own.filter((error) => error === null).length }));
  const places = ranks(summaries, lower);
  const losses = runs.map((own) => median(own.map(({ loss }) => loss)) ?? Infinity);
  const reference = picked[losses.indexOf(Math.min(...losses))]!.key;
  const scores = new Map(picked.map(({ key }, i) => [key, new Map(errors[i]!.map((error, seed) => [seed, error]))]));
  const tests = new Map(compareWith(reference, scores, { alpha, direction: lower }).map((test) => [test.other, test]));
  return picked
    .map((one, i): Standing => {
      const test = tests.get(one.key);
      const own = runs[i]!;
      return {
        key: one.key,
        label: nameOf(one),
        lr: mostCommon(own.flatMap(({ lr, error }) => (error === null ? [] : [lr]))) ?? one.values['lr'],
        edge: own.filter(({ edge }) => edge).length > own.length / 2,
        errors: errors[i]!,
        median: summaries[i]!.median,
        low: quantile(errors[i]!, 0),
        high: quantile(errors[i]!, 1),
        rank: places[i]!,
        ...(test === undefined ? {} : { verdict: test.verdict, p: test.pValue }),
      };
    })
    .sort((a, b) => a.rank - b.rank);
}

function mostCommon<Value>(values: readonly Value[]): Value | undefined {
  const count = (value: Value): number => values.filter((other) => other === value).length;
  return values.toSorted((a, b) => count(b) - count(a))[0];
}
