/**
 * What all figures share: size, frame, axes, strokes. The text size comes from the style sheet, which knows how wide a figure is shown.
 * Knows no results, and needs no DOM.
 */
import type { PlotOptions } from '@observablehq/plot';
import { number } from './number.ts';
import { ink, type Pen } from './pens.ts';
import type { Range } from './series.ts';

/** A figure before it is drawn: what a screen reader says, and what Observable Plot needs. */
export interface Drawing {
  readonly label: string;
  readonly options: PlotOptions;
}

/** Units of a figure's width; it is shown between two thirds and one and a half times that. */
export const figureWidth = 480;

/** Space around the frame, in the same units, for text up to 14 of them high. */
export const margins = { marginTop: 12, marginRight: 14, marginBottom: 44, marginLeft: 50 } as const;

/** Where things are marked that have left the plot. */
export const laneHeight = 11;

/** Scale options for an axis, and its grid lines at the same places. */
export function axis({ type, domain }: Range): { readonly type: Range['type']; readonly domain: number[]; readonly ticks: number | number[]; readonly tickFormat?: (value: number) => string } {
  if (type === 'linear') return { type, domain: [...domain], ticks: 6 };
  return { type, domain: [...domain], ticks: logTicks(domain), tickFormat: (value) => number(value) };
}

/** From three to seven round numbers on a logarithmic axis: powers of ten where there are enough, else with 2 and 5 between. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 }, (_, i) => Math.floor(Math.log10(low)) + i);
  const series = (steps: readonly number[]): number[] =>
    decades.flatMap((decade) => steps.map((step) => Number(`${String(step)}e${String(decade)}`))).filter((tick) => tick >= low && tick <= high);
  const [tens, fives, all] = [series([1]), series([1, 2, 5]), series([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9])];
  const chosen = tens.length >= 3 ? tens : fives.length >= 3 ? fives : all;
  const every = Math.ceil(chosen.length / 7);
  return chosen.filter((_, i) => i % every === 0);
}

/** Options of a mark that belongs to an optimizer. */
export function of({ name }: Pen, kind: string): { readonly className: string } {
  return { className: `o ${name} ${kind}` };
}

/** The stroke of an optimizer's line. */
export function line({ look }: Pen): { readonly stroke: string; readonly strokeDasharray: string; readonly strokeWidth: number } {
  return { stroke: ink, strokeDasharray: look.dash, strokeWidth: 1.6 };
}
