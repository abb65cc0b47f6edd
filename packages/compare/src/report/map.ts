/** Contour maps of two-parameter landscapes with the paths that were taken. Knows results; knows no page. */
import * as Plot from '@observablehq/plot';
import type { Landscape, OptimizerResult, ProblemResult } from '../schema.ts';
import { indexLevels, labels, relief, type Relief } from './contours.ts';
import { number } from './number.ts';
import { ink, type Pen, type Pens } from './pens.ts';
import { draw, figureWidth, line, margins, of } from './plot.ts';

/** How many height tints the style sheet defines, as `--tint-0` (lowest) and so on. */
export const tintCount = 9;

type Point = readonly [number, number];

/** Everything of the map but the paths. */
interface Ground {
  readonly landscape: Landscape;
  readonly relief: Relief;
}

/** The map of a problem with the path of each optimizer; empty where there is no landscape. */
export function map(problem: ProblemResult, all: Pens): string {
  const { landscape } = problem;
  if (landscape === undefined) return '';
  const ground = { landscape, relief: relief(landscape) };
  const width = figureWidth - margins.marginLeft - margins.marginRight;
  const height = Math.round(width * aspect(landscape));
  const paths = problem.optimizers.map((one) => ({ one, pen: all.of(one.id), path: pathOf(one) }));
  const marked = labels(landscape, ground.relief, [width, height], [...landscape.minima, ...paths.flatMap(({ path }) => path.slice(0, 80))]);
  const start = paths.find(({ path }) => path.length > 0)?.path[0];
  return draw(`contour map of ${problem.title} with the path of each optimizer`, {
    height: height + margins.marginTop + margins.marginBottom,
    ...axes(landscape),
    x: { ...axes(landscape).x, label: 'w₁', tickSize: 4 },
    y: { ...axes(landscape).y, label: 'w₂', tickSize: 4, labelOffset: 40 },
    marks: [
      ...contours(ground),
      Plot.text(marked, { x: 'x', y: 'y', text: 'text', rotate: 'angle', className: 'height', strokeWidth: 3 }),
      Plot.dot(landscape.minima, { symbol: 'plus', r: 5, stroke: 'currentColor', strokeWidth: 1.2, title: ([x, y]: readonly [number, number]) => `minimum (${number(x)}, ${number(y)})` }),
      ...paths.flatMap(({ one, pen, path }) => track(one, pen, path)),
      ...(start === undefined ? [] : [Plot.dot([start], { r: 3.2, fill: 'var(--paper)', stroke: 'currentColor', strokeWidth: 1.2, title: () => 'start' })]),
      Plot.frame({ className: 'neat' }),
    ],
  }); // prettier-ignore
}

/** One small map for each optimizer, with its path alone. All share one drawing of the ground, which comes first. */
export function smallMaps(problem: ProblemResult, all: Pens, id: string): { readonly ground: string; readonly maps: readonly string[] } {
  const { landscape } = problem;
  if (landscape === undefined) return { ground: '', maps: [] };
  const width = 240;
  const size = { width, height: Math.round(width * aspect(landscape)), margin: 0, axis: null } as const;
  const inner = (svg: string): string => svg.replace(/^<svg[^>]*>/, '').replace(/<\/svg>$/, '');
  const ground = draw('', { ...size, ...axes(landscape), marks: contours({ landscape, relief: relief(landscape) }) });
  const box = `viewBox="0 0 ${String(width)} ${String(size.height)}"`;
  return {
    ground: `<svg class="defs" aria-hidden="true" width="0" height="0"><defs><g id="${id}">${inner(ground)}</g></defs></svg>`,
    maps: problem.optimizers.map((one) => {
      const pen = all.of(one.id);
      const path = pathOf(one);
      const minima = Plot.dot(landscape.minima, { symbol: 'plus', r: 4, stroke: 'currentColor' });
      const own = draw('', { ...size, ...axes(landscape), marks: [minima, ...track(one, pen, path)] });
      return `<svg ${box} role="img" aria-label="path"><use href="#${id}"/>${inner(own)}</svg>`;
    }),
  };
}

function axes({ x, y }: Landscape): { x: { domain: number[] }; y: { domain: number[] } } {
  return { x: { domain: [...x] }, y: { domain: [...y] } };
}

/** Height over width of the map: true to scale where that is neither flat nor tall. */
function aspect({ x, y }: Landscape): number {
  return Math.min(0.95, Math.max(0.62, (y[1] - y[0]) / (x[1] - x[0])));
}

/** Tints, hairlines, and index contours at powers of ten. */
function contours({ landscape, relief: { logs, levels } }: Ground): Plot.Markish[] {
  const { columns, rows, x, y } = landscape;
  // Values belong to the grid's points; the contour mark takes them for the middle of cells.
  const [halfX, halfY] = [(x[1] - x[0]) / (columns - 1) / 2, (y[1] - y[0]) / (rows - 1) / 2];
  const grid = { width: columns, height: rows, x1: x[0] - halfX, x2: x[1] + halfX, y1: y[0] - halfY, y2: y[1] + halfY, clip: true } as const;
  const tint = (i: number): string => `var(--tint-${String(Math.round((i / Math.max(1, levels.length)) * (tintCount - 1)))})`;
  return [
    Plot.frame({ fill: tint(0), stroke: 'none' }),
    ...levels.map((level, i) => Plot.contour(logs, { ...grid, thresholds: [level], fill: tint(i + 1), className: 'contour' })),
    Plot.contour(logs, { ...grid, thresholds: indexLevels(levels), className: 'contour index' }),
  ];
}

/** A path as a river is drawn: a line on a light casing, its steps visible on close look, a disc where it ends. */
function track(one: OptimizerResult, pen: Pen, path: readonly Point[]): Plot.Markish[] {
  const last = path.slice(-1);
  const route = { clip: true, strokeLinejoin: 'round', strokeLinecap: 'round' } as const;
  return [
    Plot.line(path, { ...route, stroke: 'var(--paper)', strokeOpacity: 0.7, strokeWidth: 3, ...of(pen, 'casing') }),
    Plot.line(path, { ...route, ...line(pen), strokeWidth: 1.4, ...of(pen, 'line'), title: () => one.label }),
    Plot.dot(path, { r: 1.2, fill: ink, clip: true, ...of(pen, 'step') }),
    Plot.dot(last, { r: 3, fill: ink, stroke: 'var(--paper)', clip: true, ...of(pen, 'end'), title: ([x, y]: readonly [number, number]) => `${one.label} ends at (${number(x)}, ${number(y)})` }),
  ]; // prettier-ignore
}

/** The points of the first test seed that are finite. */
function pathOf({ trials }: OptimizerResult): Point[] {
  return (trials[0]?.path ?? []).flatMap(([x, y]) => (x === null || y === null ? [] : [[x, y] as const]));
}
