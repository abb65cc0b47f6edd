/** Series of a race as marks of Observable Plot: one line for each run, thinned to what can be seen. Knows races and pens. */
import type { Markish } from '@observablehq/plot';
import type { Trace } from '@thalweg/guide';
import type { Run } from '../race/race.svelte.ts';
import { lookOf, penClass } from './colours.ts';
import type { Draft, Marks } from './draft.ts';

/** A point of a series. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const most = 300;

/** What is measured at each row of a trace. */
export type Measure = (trace: Trace, row: number) => number;

/** At most 300 points of a measure, the last row always among them. */
export function thinned(trace: Trace, measure: Measure, from = 0): Point[] {
  const every = Math.max(1, Math.ceil((trace.rows - from) / most));
  const points: Point[] = [];
  for (let row = from; row < trace.rows; row += every) points.push({ x: row, y: measure(trace, row) });
  if ((trace.rows - 1 - from) % every !== 0) points.push({ x: trace.rows - 1, y: measure(trace, trace.rows - 1) });
  return points;
}

/** A line in the pen of `key`. */
export function penLine(plot: Marks, points: readonly Point[], key: string): Markish {
  return plot.line(points, {
    x: 'x',
    y: 'y',
    stroke: 'var(--c)',
    strokeWidth: 1.7,
    strokeDasharray: lookOf(key).dash,
    className: `line ${penClass(key)}`,
    clip: true,
  });
}

const powers = Array.from({ length: 61 }, (_, i) => 10 ** (i - 40));

/** Hairlines at the powers of ten of a logarithmic axis, and nowhere between. */
export function gridOfPowers(plot: Marks): Markish {
  return plot.gridY({ className: 'grid', strokeOpacity: 1, ticks: powers, clip: true });
}

/** A plot of one measure of all runs that are shown. */
export function runsPlot(
  runs: readonly Run[],
  measure: Measure,
  options: {
    readonly log?: boolean;
    readonly steps: number;
    readonly y?: string;
    readonly from?: number;
    readonly range?: readonly [number, number];
  },
): Draft {
  return (plot) => {
    const shown = runs.filter(({ entrant, trace }) => entrant.shown && trace !== undefined);
    const series = shown.map(({ entrant, trace }) => ({
      key: entrant.key,
      points: usable(thinned(trace!, measure, options.from ?? 0), options.log === true),
    }));
    const values = series.flatMap(({ points }) => points.map(({ y }) => y));
    const domain = options.range ?? extent(values, options.log === true);
    return {
      x: { domain: [0, options.steps], label: 'step', ticks: 5, tickSize: 3 },
      y: {
        domain: [...domain],
        type: options.log === true ? 'log' : 'linear',
        label: null,
        tickSize: 0,
        ticks: 5,
        ...(options.log === true ? { tickFormat: powerOfTen } : {}),
      },
      marks: [
        options.log === true ? gridOfPowers(plot) : plot.gridY({ className: 'grid', strokeOpacity: 1, ticks: 5 }),
        ...series.map(({ key, points }) => penLine(plot, points, key)),
      ],
    };
  };
}

/** 10⁻³ for 0.001, and 2 or 5 times that as it is. */
export function powerOfTen(value: number): string {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9) return '';
  if (exponent >= -2 && exponent <= 3) return String(Number(value.toPrecision(6)));
  return `10${String(Math.round(exponent)).replaceAll(/./g, (digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))))}`;
}

function usable(points: readonly Point[], log: boolean): Point[] {
  return points.filter(({ y }) => Number.isFinite(y) && (!log || y > 0));
}

/** The range of an axis: all values, but on a logarithmic one no more than fourteen magnitudes and never beyond 1e6. */
function extent(values: readonly number[], log: boolean): [number, number] {
  if (values.length === 0) return log ? [0.1, 1] : [0, 1];
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (!log) return low === high ? [low - 1, high + 1] : [low, Math.min(high, low + 1e6)];
  const top = Math.min(high, 1e6);
  return [Math.max(low, top * 1e-14), Math.max(top, low * 1.001)];
}
