/** p-values between two copies of one optimizer. */
import * as Plot from '@observablehq/plot';
import { picture } from '../picture.ts';
import { grid } from './common.ts';

/** The share of p-values in each tenth of the range from 0 to 1. */
export function tenthsOf(pValues: readonly number[]): number[] {
  return Array.from({ length: 10 }, (_, i) => pValues.filter((p) => Math.min(9, Math.floor(p * 10)) === i).length / pValues.length);
}

/** The distribution of p-values between copies of one optimizer. */
export function evenness(pValues: readonly number[]): string {
  const tenths = tenthsOf(pValues).map((share, i) => ({ from: i / 10, to: (i + 1) / 10, share }));
  return picture('Distribution of p-values between two copies of one optimizer', [], 1, () => [
    {
      title: `${String(pValues.length)} repetitions; ideally each bar has 10 % of them`,
      label: 'histogram of the p-values of A/A controls',
      options: {
        height: 230,
        x: { label: 'p', tickSize: 4 },
        y: { label: null, tickSize: 0, percent: true, domain: [0, 20] },
        marks: [
          Plot.gridY(grid),
          Plot.rectY(tenths, { x1: 'from', x2: 'to', y: 'share', fill: 'currentColor', fillOpacity: 0.35, inset: 1 }),
          Plot.ruleY([0.1], { stroke: 'currentColor' }),
        ],
      },
    },
  ]);
}
