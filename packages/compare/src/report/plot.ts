/**
 * Observable Plot on a small DOM, and what all figures share: size, frame, rounding. The text size comes from the style sheet, which knows
 * how wide a figure is shown. Knows no results.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escape } from './markup.ts';
import { number } from './number.ts';
import { hash } from './palette.ts';
import { ink, type Pen } from './pens.ts';
import type { Range } from './series.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Units of a figure's width; it is shown between two thirds and one and a half times that. */
export const figureWidth = 480;

/** Space around the frame, in the same units, for text up to 14 of them high. */
export const margins = { marginTop: 12, marginRight: 14, marginBottom: 44, marginLeft: 50 } as const;

/** Where things are marked that have left the plot. */
export const laneHeight = 11;

/** A plot as SVG text that a screen reader announces as one picture. */
export function draw(label: string, options: Plot.PlotOptions): string {
  const svg = Plot.plot({ document, width: figureWidth, ...margins, ...options });
  for (const name of ['width', 'height', 'font-family', 'font-size', 'class']) svg.removeAttribute(name);
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  for (const part of svg.querySelectorAll('style')) part.remove();
  return stable(rounded(svg.outerHTML)).replace('<svg', `<svg role="img" aria-label="${escape(label)}"`);
}

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

/** Numbers in paths with one decimal: more cannot be seen, and the file would be three times as large. */
function rounded(svg: string): string {
  return svg.replaceAll(/(\s(?:d|transform|[xyr]\d?|c[xy])=")([^"]*)"/g, (_, start: string, value: string) => {
    return `${start}${value.replaceAll(/-?\d+\.\d{2,}(?![\de])/g, (digits) => String(Math.round(Number(digits) * 10) / 10))}"`;
  });
}

/** Plot counts its clip paths up for ever; named by what is drawn they are unique in a document and the same in each. */
function stable(svg: string): string {
  const key = hash(svg.replaceAll(/plot-clip-\d+/g, '')).toString(36);
  const names = [...new Set(svg.match(/plot-clip-\d+/g) ?? [])];
  return names.reduce((text, name, i) => text.replaceAll(new RegExp(`${name}(?!\\d)`, 'g'), `clip-${key}-${String(i)}`), svg);
}
