/**
 * What a fair comparison consists of, and how an optimizer's place in it is told. Knows no statistics: they weigh as much as the page, and are fetched when
 * somebody compares.
 */

/** Rates that are tried, as multiples of an optimizer's own: a magnitude down and up by half magnitudes. */
export const factors = [-1, -0.5, 0, 0.5, 1].map((power) => 10 ** power);

/** Rates that each fresh seed tries, as multiples of the scan's best. */
export const nearFactors = [-0.5, 0, 0.5].map((power) => 10 ** power);

/** Fresh seeds that are reported, and how far they and the seed of the search lie from the setup's. */
export const [freshSeeds, searchOffset, freshOffset] = [5, 100, 1000];

/** An optimizer's place. */
export interface Standing {
  readonly key: string;
  readonly label: string;
  /** The rate that most seeds chose; undefined where it has none. */
  readonly lr: number | undefined;
  /** Whether most seeds chose the first or the last rate that they tried, so that a better one may lie outside. */
  readonly edge: boolean;
  /** Percent told wrong, by fresh seed; null where the run diverged. */
  readonly errors: readonly (number | null)[];
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly rank: number;
  /** Against the reference, which is the best by the loss that chose; undefined of the reference itself. */
  readonly verdict?: string;
  readonly p?: number | null;
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
    const told: Record<string, string> = {
      worse: `detectably worse than ${best.label}`,
      better: `detectably better than ${best.label}`,
      equal: `equal to ${best.label}`,
      'no detectable difference': `no detectable difference from ${best.label}`,
    };
    return `${place}, ${told[own.verdict] ?? own.verdict}`;
  }
  const beaten = standings.filter(({ verdict }) => verdict === 'worse').map(({ label }) => label);
  return beaten.length === 0
    ? `${place}, no detectable difference from any other`
    : `${place}, detectably better than ${beaten.join(', ')}`;
}
