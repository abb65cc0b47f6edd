/** Contour maps of two-parameter landscapes with the paths that were taken. Knows results; knows no page. */
import * as Plot from '@observablehq/plot';
import type { Landscape } from '../schema.ts';
import { indexLevels, labels, relief, type Relief } from './contours.ts';
import { number } from './number.ts';
import { ink, type Pen, type Pens } from './pens.ts';
import { draw } from './draw.ts';
import { figureWidth, line, margins, of } from './plot.ts';

/** How many height tints the style sheet defines, as `--tint-0` (lowest) and so on. */
export const tintCount = 9;

type Point = readonly [number, number];

/** A drawn map and the part of it inside the frame, for showing it again elsewhere. */
export interface DrawnMap {
  readonly svg: string;
  readonly height: number;
  /** As an SVG `viewBox`. */
  readonly frame: string;
}

/** What a map shows of a problem: its landscape, and the path of each optimizer's first trial. */
export interface Charted {
  readonly title: string;
  readonly landscape?: Landscape;
  readonly optimizers: readonly Walker[];
}

interface Walker {
  readonly id: string;
  readonly label: string;
  readonly trials: readonly { readonly path?: readonly (readonly [number | null, number | null])[] }[];
}

/** The map of a landscape with the path of each optimizer; undefined where there is no landscape. */
export function map(problem: Charted, all: Pens): DrawnMap | undefined {
  const { landscape } = problem;
  if (landscape === undefined) return undefined;
  const { marginRight, marginBottom, marginLeft } = margins;
  // Room for the name of the axis; other figures have their axis named by their title.
  const marginTop = 26;
  const width = figureWidth - marginLeft - marginRight;
  const inner = Math.round(width * aspect(landscape));
  const height = inner + marginTop + marginBottom;
  const form = relief(landscape);
  const paths = problem.optimizers.map((one) => ({ one, pen: all.of(one.id), path: pathOf(one) }));
  const marked = labels(landscape, form, [width, inner], [...landscape.minima, ...paths.flatMap(({ path }) => path.slice(0, 80))]);
  const start = paths.find(({ path }) => path.length > 0)?.path[0];
  const label = `contour map of ${problem.title} with the path of each optimizer`;
  const options: Plot.PlotOptions = {
    height,
    marginTop,
    x: { domain: [...landscape.x], label: 'w₁', tickSize: 4 },
    y: { domain: [...landscape.y], label: 'w₂', tickSize: 4, labelOffset: 40 },
    marks: [
      ...contours(landscape, form),
      Plot.text(marked, { x: 'x', y: 'y', text: 'text', rotate: 'angle', className: 'height', strokeWidth: 3 }),
      Plot.dot(landscape.minima, { symbol: 'plus', r: 5, stroke: 'currentColor', strokeWidth: 1.2, title: ([x, y]: Point) => `minimum (${number(x)}, ${number(y)})` }),
      ...paths.flatMap(({ one, pen, path }) => track(one, pen, path)),
      ...(start === undefined ? [] : [Plot.dot([start], { r: 3.2, fill: 'var(--paper)', stroke: 'currentColor', strokeWidth: 1.2, title: () => 'start' })]),
      Plot.frame({ className: 'neat' }),
    ],
  };
  return { svg: draw({ label, options }), height, frame: [marginLeft, marginTop, width, inner].join(' ') };
} // prettier-ignore

/** Height over width of the map: true to scale where that is neither flat nor tall. */
function aspect({ x, y }: Landscape): number {
  return Math.min(0.95, Math.max(0.62, (y[1] - y[0]) / (x[1] - x[0])));
}

/** Tints, hairlines, and index contours at powers of ten. */
function contours({ columns, rows, x, y }: Landscape, { logs, levels }: Relief): Plot.Markish[] {
  // Values belong to the grid's points; the contour mark takes them for the middle of cells.
  const [halfX, halfY] = [(x[1] - x[0]) / (columns - 1) / 2, (y[1] - y[0]) / (rows - 1) / 2];
  const grid = { width: columns, height: rows, x1: x[0] - halfX, x2: x[1] + halfX, y1: y[0] - halfY, y2: y[1] + halfY, interpolate: 'none', clip: true } as const;
  const tint = (i: number): string => `var(--tint-${String(Math.round((i / Math.max(1, levels.length)) * (tintCount - 1)))})`;
  return [
    Plot.frame({ fill: tint(0), stroke: 'none' }),
    ...levels.map((level, i) => Plot.contour(logs, { ...grid, thresholds: [level], fill: tint(i + 1), className: 'contour' })),
    Plot.contour(logs, { ...grid, thresholds: indexLevels(levels), className: 'contour index' }),
  ];
}

/** A path as a river is drawn: a line on a light casing, its steps visible on close look, a disc where it ends. */
function track(one: Walker, pen: Pen, path: readonly Point[]): Plot.Markish[] {
  const last = path.slice(-1);
  const route = { clip: true, strokeLinejoin: 'round', strokeLinecap: 'round' } as const;
  return [
    Plot.line(path, { ...route, stroke: 'var(--paper)', strokeOpacity: 0.7, strokeWidth: 3, ...of(pen, 'casing') }),
    Plot.line(path, { ...route, ...line(pen), ...of(pen, 'line route'), title: () => one.label }),
    steps(path, pen),
    Plot.dot(last, { r: 3, fill: ink, stroke: 'var(--paper)', clip: true, ...of(pen, 'end'), title: ([x, y]: Point) => `${one.label} ends at (${number(x)}, ${number(y)})` }),
  ]; // prettier-ignore
}

/** The steps of a path as round dots, all in one element: a circle for each would make the file several times as large. */
function steps(path: readonly Point[], pen: Pen): Plot.RenderFunction {
  return (_index, scales, _values, { marginLeft, marginRight, marginTop, marginBottom, width, height }, context) => {
    const places = path.map(([x, y]) => [Number(scales.x?.(x)), Number(scales.y?.(y))] as const);
    const isInside = ([x, y]: Point): boolean => x >= marginLeft && x <= width - marginRight && y >= marginTop && y <= height - marginBottom;
    const element = context.document.createElementNS('http://www.w3.org/2000/svg', 'path');
    element.setAttribute('class', of(pen, 'steps').className);
    element.setAttribute('d', places.filter(isInside).map(([x, y]) => `M${String(x)},${String(y)}h0`).join('')); // prettier-ignore
    return element;
  };
}

/** The points of the first test seed that are finite. */
function pathOf({ trials }: Walker): Point[] {
  return (trials[0]?.path ?? []).flatMap(([x, y]) => (x === null || y === null ? [] : [[x, y] as const]));
}
