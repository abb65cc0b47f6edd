/**
 * A fair comparison in a page: every optimizer gets the same number of rates around its own, the same seeds, and fresh seeds for what is
 * reported; the best is told from the others by paired tests. Plain data and arithmetic; knows no worker and no page.
 */
import { compareToBest, lower, median, quantile, ranks } from '@thalweg/compare/statistics';
import type { Entrant } from '../race/entrant.ts';
import type { TrialJob, TrialResult } from '../work/jobs.ts';
import { nameOf, type Setup } from './setup.ts';

/** Rates that are tried, as multiples of an optimizer's own: a magnitude down and up by half magnitudes. */
export const factors = [-1, -0.5, 0, 0.5, 1].map((power) => 10 ** power);

/** Fresh seeds that are reported, and how far they and the seed of the search lie from the setup's. */
export const [freshSeeds, searchOffset, freshOffset] = [5, 100, 1000];

/** The level of the tests. */
const alpha = 0.05;

/** An optimizer's place. */
export interface Standing {
  readonly key: string;
  readonly label: string;
  /** The rate that was chosen; undefined where it has none, or all diverged. */
  readonly lr: number | undefined;
  /** Whether the rate is the first or the last of those that were tried, so that a better one may lie outside. */
  readonly edge: boolean;
  /** Percent told wrong, by fresh seed; null where the run diverged. */
  readonly errors: readonly (number | null)[];
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly rank: number;
  /** Against the best; undefined of the best itself. */
  readonly verdict?: string;
  readonly p?: number | null;
}

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

/** Each optimizer at the rate with the lowest loss; as it was where all diverged. */
export function chosen(setup: Setup, results: readonly (TrialResult | null)[]): { readonly one: Entrant; readonly edge: boolean }[] {
  const search = searchOf(setup);
  return setup.entrants.map((one, entrant) => {
    const own = search.flatMap((run, i) =>
      run.entrant === entrant ? [{ one: run.order.entrant, loss: results[i]?.loss ?? Infinity }] : [],
    );
    const best = own.reduce((low, run) => (run.loss < low.loss ? run : low));
    if (best.loss === Infinity) return { one, edge: false };
    return { one: best.one, edge: own.length > 1 && (best === own[0] || best === own.at(-1)) };
  });
}

/** The runs that are reported: every optimizer from every fresh seed. */
export function finalOf(setup: Setup, entrants: readonly Entrant[]): { readonly entrant: number; readonly order: Order }[] {
  return entrants.flatMap((one, entrant) =>
    Array.from({ length: freshSeeds }, (_, i) => ({ entrant, order: order(setup, one, setup.seed + freshOffset + i) })),
  );
}

/** The places, the best first. */
export function standingsOf(
  picked: readonly { readonly one: Entrant; readonly edge: boolean }[],
  results: readonly (TrialResult | null)[],
): Standing[] {
  const errors = picked.map((_, entrant) =>
    results.slice(entrant * freshSeeds, (entrant + 1) * freshSeeds).map((one) => one?.error ?? null),
  );
  const summaries = errors.map((own) => ({ median: median(own), diverged: own.filter((error) => error === null).length }));
  const places = ranks(summaries, lower);
  const best = places.indexOf(1);
  const scores = new Map(picked.map(({ one }, i) => [one.key, new Map(errors[i]!.map((error, seed) => [seed, error]))]));
  const tests = new Map(compareToBest(picked[best]!.one.key, scores, alpha, lower).map((test) => [test.worse, test]));
  return picked
    .map(({ one, edge }, i): Standing => {
      const test = tests.get(one.key);
      return {
        key: one.key,
        label: nameOf(one),
        lr: one.values['lr'],
        edge,
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

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(place: number): string {
  const teen = place % 100 > 10 && place % 100 < 14;
  return `${String(place)}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th')}`;
}

/** What came of one optimizer, in a line to share. */
export function cardOf(standings: readonly Standing[], key: string, net: string): string {
  const own = standings.find((one) => one.key === key);
  const best = standings.find(({ verdict }) => verdict === undefined);
  if (own === undefined || best === undefined) return '';
  const place = `${own.label}: ${ordinal(own.rank)} of ${String(standings.length)} on ${net}`;
  if (own.median === null) return `${place}, diverged`;
  if (own.verdict !== undefined) {
    const told = own.verdict === 'different' ? `detectably worse than ${best.label}` : `${own.verdict} from ${best.label}`;
    return `${place}, ${own.verdict === 'too few finite seeds' ? 'too few runs that did not diverge to compare' : told}`;
  }
  const beaten = standings.filter(({ verdict }) => verdict === 'different').map(({ label }) => label);
  return beaten.length === 0
    ? `${place}, no detectable difference from any other`
    : `${place}, detectably better than ${beaten.join(', ')}`;
}
