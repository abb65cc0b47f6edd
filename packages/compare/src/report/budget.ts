/** The result of tuning with fewer trials: a line for each optimizer with its interval, against the number of trials. Knows results; knows no page. */
import * as Plot from '@observablehq/plot';
import type { ProblemResult } from '../schema.ts';
import { number } from './number.ts';
import { ink, type Pens } from './pens.ts';
import { axis, line, of, type Drawing } from './plot.ts';
import { budgetRange } from './series.ts';

interface Point {
  readonly tries: number;
  readonly middle: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The test metric of the best of so many tries. Undefined where the document has none. */
export function budgetCurves(problem: ProblemResult, all: Pens, height: number): Drawing | undefined {
  const { budget, testMetric, optimizers } = problem;
  if (budget === undefined) return undefined;
  const range = budgetRange(budget, testMetric);
  const scale = axis(range);
  const [bottom, top] = range.domain;
  const series = optimizers.flatMap(({ id, label }) => {
    const curve = budget.curves.find((one) => one.id === id);
    if (curve === undefined) return [];
    const { middle, low, high } = curve;
    return [{ label, pen: all.of(id), points: middle.map((value, k): Point => ({ tries: k + 1, middle: value, low: low[k] ?? null, high: high[k] ?? null })) }];
  });
  const end = (value: number | null): string => (value === null ? 'diverged' : number(value));
  const options: Plot.PlotOptions = {
    height,
    x: { label: 'tuning trials', domain: [1, budget.tries], tickSize: 4, ticks: Math.min(budget.tries - 1, 8), tickFormat: (tries: number) => (Number.isInteger(tries) ? String(tries) : '') },
    y: { label: null, tickSize: 0, ...scale },
    marks: [
      Plot.gridY({ className: 'grid', strokeOpacity: 1, ticks: scale.ticks }),
      ...series.map(({ points, pen }) =>
        Plot.areaY(points, { x: 'tries', y1: 'low', y2: ({ high }: Point) => high ?? (testMetric.lowerIsBetter ? top : bottom), fill: ink, fillOpacity: 0.12, clip: true, ...of(pen, 'band') }),
      ),
      ...series.map(({ points, pen, label }) => Plot.lineY(points, { x: 'tries', y: 'middle', clip: true, ...line(pen), ...of(pen, 'line'), title: () => label })),
      ...series.map(({ points, pen, label }) =>
        Plot.dot(points.filter(({ middle }) => middle !== null && middle >= bottom && middle <= top), {
          x: 'tries', y: 'middle', r: 2.4, fill: ink, ...of(pen, 'dot'),
          title: ({ tries, middle, low, high }: Point) => `${label}, ${String(tries)} trials: ${number(middle)} (${end(low)} to ${end(high)})`,
        }),
      ),
    ],
  };
  return { label: `${testMetric.name} against the number of tuning trials`, options };
} // prettier-ignore
