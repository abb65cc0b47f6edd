/** Which optimizers are best: paired differences, performance profiles, interquartile means. */
import * as Plot from '@observablehq/plot';
import { random } from '@thalweg/compare';
import type { KeptProblem } from '../kept.ts';
import { picture, type Key, type Panel } from '../picture.ts';
import { betterSchedule, compared, entrant, optimizersIn, regret } from '../reading.ts';
import { grid, ink, keysOf, line, type Field } from './common.ts';

/** Each optimizer with its better schedule compared with the reference, by problem. */
export function differences(all: readonly KeptProblem[]): string {
  return picture('Paired differences from the reference of each problem (right of 0 is worse), with intervals', keysOf(all), 2, (pens) =>
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

/** The distances of all runs of an optimizer, with its better schedule on each problem in which it takes part. */
function regretsOf(all: readonly KeptProblem[], id: string): number[][] {
  return all
    .filter((problem) => optimizersIn(problem).includes(id))
    .map((problem) => {
      const scale = regret(problem);
      return entrant(problem, betterSchedule(problem, id)).trials.map(({ testMetric }) => scale(testMetric));
    });
}

/** The share of runs within a distance of the best median. */
export function profiles(fields: readonly Field[]): string {
  const keys = keysOf(fields.flatMap(({ problems }) => problems));
  const at = Array.from({ length: 81 }, (_, i) => -0.25 + i * 0.0375);
  return picture(
    'Performance profiles: the share of runs within a distance of the best (0: the best median of a problem; 1: the median of the medians)',
    keys,
    fields.length,
    (pens) =>
      fields.map(({ title, problems, keys: own }): Panel => ({
        title,
        label: `performance profiles, ${title}`,
        options: {
          height: 330,
          x: { label: 'distance', tickSize: 4 },
          y: { label: null, tickSize: 0, domain: [0, 100], percent: true },
          marks: [
            Plot.gridY(grid),
            ...own.map(({ id }) => {
              const values = regretsOf(problems, id).flat();
              return Plot.lineY(
                at.map((x) => ({ x, y: values.filter((value) => value <= x).length / values.length })),
                { x: 'x', y: 'y', ...line(pens.of(id)) },
              );
            }),
          ],
        },
      })),
  );
}

/** The interquartile mean of some numbers. */
export function interquartileMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const inner = sorted.slice(cut, sorted.length - cut);
  return inner.reduce((sum, one) => sum + one, 0) / inner.length;
}

/** The interquartile mean with its 95 % interval, resampling the seeds of each problem separately. */
export function stratified(strata: readonly (readonly number[])[]): { readonly mean: number; readonly low: number; readonly high: number } {
  const next = random(2026);
  const draws = Array.from({ length: 2000 }, () =>
    interquartileMean(strata.flatMap((own) => own.map(() => own[Math.floor(next() * own.length)]!))),
  ).sort((a, b) => a - b);
  return { mean: interquartileMean(strata.flat()), low: draws[50]!, high: draws[1949]! };
}

/** An optimizer's distance from the best over some problems. */
export interface Standing extends Key {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The optimizers of a field by their interquartile mean distance from the best, the best first. */
export function standings({ problems, keys }: Field): Standing[] {
  return keys.map((key) => ({ ...key, ...stratified(regretsOf(problems, key.id)) })).toSorted((a, b) => a.mean - b.mean);
}

/** The interquartile means with their intervals. */
export function means(fields: readonly Field[]): string {
  return picture('Interquartile mean of the distance from the best, with 95 % intervals (lower is better)', [], fields.length, () =>
    fields.map((field): Panel => {
      const rows = standings(field);
      return {
        title: field.title,
        label: `interquartile means of the distance from the best, ${field.title}`,
        options: {
          height: 40 + 22 * rows.length,
          marginLeft: 160,
          x: { label: null, tickSize: 4, nice: true, ticks: 5, domain: [0, Math.max(...rows.map(({ high }) => high))] },
          y: { domain: rows.map(({ label }) => label), label: null, tickSize: 0 },
          marks: [
            Plot.gridX(grid),
            Plot.ruleY(rows, { y: 'label', x1: 'low', x2: 'high', stroke: 'currentColor', strokeWidth: 1.6 }),
            Plot.dot(rows, { y: 'label', x: 'mean', r: 3.4, fill: 'currentColor' }),
          ],
        },
      };
    }),
  );
}
