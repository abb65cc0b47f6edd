/** Who is ahead: paired differences, performance profiles, interquartile means. */
import * as Plot from '@observablehq/plot';
import { random } from '@thalweg/compare';
import type { KeptProblem } from '../kept.ts';
import { picture, type Panel } from '../picture.ts';
import { betterSchedule, compared, entrant, optimizersIn, regret } from '../reading.ts';
import { grid, ink, keysOf, line } from './common.ts';

/** Each optimizer under its better schedule against the reference, by problem. */
export function differences(all: readonly KeptProblem[]): string {
  return picture('Behind the reference of each problem', keysOf(all), 2, (pens) =>
    all.map((problem): Panel => {
      const ids = optimizersIn(problem).map((id) => [id, betterSchedule(problem, id)] as const);
      const chosen = ids.find(([, own]) => own === problem.reference)?.[1] ?? problem.reference;
      const rows = ids.map(([id, own]) => {
        const pair = own === chosen ? undefined : compared(problem, chosen, own);
        return {
          id,
          own,
          difference: pair === undefined ? 0 : pair.difference,
          low: pair?.interval?.[0] ?? null,
          high: pair?.interval?.[1] ?? null,
        };
      });
      const finite = rows.flatMap(({ difference, low, high }) => [difference, low, high]).filter((value) => value !== null);
      const domain = [Math.min(0, ...finite), Math.max(...finite)];
      const cosine = (own: string): string => (own.includes('+') ? ', cosine' : '');
      return {
        title: `${problem.id}: ${problem.testMetric.name}${problem.testMetric.unit === '' ? '' : `, ${problem.testMetric.unit === '%' ? 'points' : problem.testMetric.unit}`}`,
        label: `differences of the ${problem.testMetric.name} from the reference on ${problem.id}`,
        options: {
          height: 40 + 21 * rows.length,
          marginLeft: 196,
          x: { domain, label: null, tickSize: 4, nice: true },
          y: {
            domain: rows.map(({ id }) => id),
            label: null,
            tickSize: 0,
            tickFormat: (id: string) => `${entrant(problem, id).label}${cosine(rows.find((one) => one.id === id)!.own)}`,
          },
          marks: [
            Plot.gridX(grid),
            Plot.ruleX([0], { stroke: 'currentColor' }),
            ...rows.flatMap((row) => {
              const { name } = pens.of(row.id);
              return [
                Plot.ruleY(
                  [row].filter(({ low }) => low !== null),
                  { y: 'id', x1: 'low', x2: 'high', stroke: ink, strokeWidth: 1.6, className: `o ${name}` },
                ),
                Plot.dot(
                  [row].filter(({ difference }) => difference !== null),
                  { y: 'id', x: 'difference', r: 3.2, fill: ink, className: `o ${name}` },
                ),
              ];
            }),
          ],
        },
      };
    }),
  );
}

/** The regrets of all runs by optimizer, under its better schedule on each problem in which it takes part. */
function regretsOf(all: readonly KeptProblem[], id: string): number[][] {
  return all
    .filter((problem) => optimizersIn(problem).includes(id))
    .map((problem) => {
      const scale = regret(problem);
      return entrant(problem, betterSchedule(problem, id)).trials.map(({ testMetric }) => scale(testMetric));
    });
}

/** The share of runs within a distance of the best median, over all problems. */
export function profiles(all: readonly KeptProblem[]): string {
  const keys = keysOf(all);
  const at = Array.from({ length: 81 }, (_, i) => -0.25 + i * 0.0375);
  return picture('Performance profiles: the share of runs within a distance of the best', keys, 1, (pens) => [
    {
      title: 'share of runs against the distance (0: the best median of a problem; 1: the median of all)',
      label: 'performance profiles',
      options: {
        height: 330,
        x: { label: 'distance', tickSize: 4 },
        y: { label: null, tickSize: 0, domain: [0, 100], percent: true },
        marks: [
          Plot.gridY(grid),
          ...keys.map(({ id }) => {
            const values = regretsOf(all, id).flat();
            return Plot.lineY(
              at.map((x) => ({ x, y: values.filter((value) => value <= x).length / values.length })),
              { x: 'x', y: 'y', ...line(pens.of(id)) },
            );
          }),
        ],
      },
    },
  ]);
}

/** The interquartile mean of some numbers. */
export function interquartileMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const inner = sorted.slice(cut, sorted.length - cut);
  return inner.reduce((sum, one) => sum + one, 0) / inner.length;
}

/** The interquartile mean with its 95 % interval, the seeds of each problem resampled by themselves. */
export function stratified(strata: readonly (readonly number[])[]): { readonly mean: number; readonly low: number; readonly high: number } {
  const next = random(2026);
  const draws = Array.from({ length: 2000 }, () =>
    interquartileMean(strata.flatMap((own) => own.map(() => own[Math.floor(next() * own.length)]!))),
  ).sort((a, b) => a - b);
  return { mean: interquartileMean(strata.flat()), low: draws[50]!, high: draws[1949]! };
}

/** Where an optimizer stands over all problems. */
export interface Standing {
  readonly id: string;
  readonly label: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly problems: number;
}

/** Every optimizer by its interquartile mean distance from the best, the best first. */
export function standings(all: readonly KeptProblem[]): Standing[] {
  return keysOf(all)
    .map(({ id, label }) => {
      const strata = regretsOf(all, id);
      return { id, label, ...stratified(strata), problems: strata.length };
    })
    .toSorted((a, b) => a.mean - b.mean);
}

/** The interquartile means with their intervals. */
export function means(all: readonly KeptProblem[]): string {
  const rows = standings(all);
  return picture('Interquartile mean of the distance from the best, with 95 % intervals', [], 1, () => [
    {
      title: '0: the best median of a problem; 1: the median of all',
      label: 'interquartile means of the distance from the best',
      options: {
        height: 40 + 22 * rows.length,
        marginLeft: 196,
        x: { label: null, tickSize: 4, nice: true },
        y: { domain: rows.map(({ label }) => label), label: null, tickSize: 0 },
        marks: [
          Plot.gridX(grid),
          Plot.ruleY(rows, { y: 'label', x1: 'low', x2: 'high', stroke: 'currentColor', strokeWidth: 1.6 }),
          Plot.dot(rows, { y: 'label', x: 'mean', r: 3.4, fill: 'currentColor' }),
        ],
      },
    },
  ]);
}
