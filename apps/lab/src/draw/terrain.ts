/** The ground of a map: a grid of heights, their contours, and how both are painted. Knows canvases; knows no optimizer. */
import { indexLevels, labels, relief, type Relief } from '@thalweg/compare/look';
import type { Surface } from '@thalweg/guide';
import { contours } from 'd3-contour';

/** A part of the plane. */
export interface View {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Heights on a regular grid with what is drawn of them. */
export interface Terrain extends View {
  readonly columns: number;
  readonly rows: number;
  readonly heights: Float64Array;
  readonly form: Relief;
  readonly rings: readonly Contour[];
  /** Around where there is no finite height. */
  readonly gaps: Contour['rings'];
}

/** The rings of one level, in units of the grid. */
export interface Contour {
  readonly level: number;
  /** Whether it is drawn stronger. */
  readonly index: boolean;
  readonly rings: readonly (readonly (readonly [number, number])[])[];
}

/** What can be surveyed: heights, with or without a gradient beside them, and the lowest points where they are known. */
export type Ground = Pick<Surface, 'objective' | 'height'> & Partial<Pick<Surface, 'minima'>>;

/** The ground of `surface` over `view`, all at once. */
export function survey(surface: Ground, view: View, columns: number, rows: number): Terrain {
  const heights = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) sampleRow(surface, view, columns, rows, row, heights);
  return terrainOf(heights, view, columns, rows, reliefOf(heights, view, columns, rows, lowestOf(surface, heights)));
}

/** The same in slices, for a page that has to answer meanwhile. */
export async function surveyed(surface: Ground, view: View, columns: number, rows: number, pause: () => Promise<void>): Promise<Terrain> {
  const heights = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    sampleRow(surface, view, columns, rows, row, heights);
    await pause();
  }
  await pause();
  const form = reliefOf(heights, view, columns, rows, lowestOf(surface, heights));
  await pause();
  const ringsAt = tracer(form, columns, rows);
  const rings: Contour[] = [];
  for (const level of form.levels) {
    await pause();
    rings.push(ringsAt(level));
  }
  await pause();
  const gaps = gapsOf(heights, columns, rows);
  // What is drawn of it is a task of its own.
  await pause();
  return { ...view, columns, rows, heights, form, rings, gaps };
}

/** The ground of heights that were sampled elsewhere; contours are those of the height above the lowest where nothing is said of them. */
export function terrainOf(
  heights: Float64Array,
  view: View,
  columns: number,
  rows: number,
  form = reliefOf(heights, view, columns, rows),
): Terrain {
  const rings = form.levels.map(tracer(form, columns, rows));
  return { ...view, columns, rows, heights, form, rings, gaps: gapsOf(heights, columns, rows) };
}

/** Fills one row of a grid of heights. */
function sampleRow({ objective, height }: Ground, { x, y }: View, columns: number, rows: number, row: number, heights: Float64Array): void {
  const [w, g] = [new Float64Array(2), new Float64Array(2)];
  w[1] = y[0] + ((y[1] - y[0]) * row) / (rows - 1);
  for (let column = 0; column < columns; column++) {
    w[0] = x[0] + ((x[1] - x[0]) * column) / (columns - 1);
    heights[row * columns + column] = height === undefined ? objective(w, g) : height(w[0], w[1]);
  }
}

/** The least height that is known: of the grid, or of a minimum that lies between its points. */
function lowestOf({ objective, minima = [] }: Ground, heights: Float64Array): number {
  const scratch = new Float64Array(2);
  const lower = (least: number, value: number): number => (Number.isFinite(value) && value < least ? value : least);
  return heights.reduce(lower, minima.map(([x, y]) => objective(Float64Array.of(x, y), scratch)).reduce(lower, Infinity));
}

function reliefOf(heights: Float64Array, view: View, columns: number, rows: number, lowest?: number): Relief {
  return relief({ ...view, columns, rows, values: [...heights], minima: [] }, lowest);
}

type Rings = Contour['rings'];

/** The rings around the points of a grid that are at least so high, in units of the grid. */
function ringsOf(values: number[], level: number, columns: number, rows: number): Rings {
  const { coordinates } = contours().size([columns, rows]).smooth(true).contour(values, level);
  return coordinates.flatMap((polygon) => polygon.map((ring) => ring.map(([u = 0, v = 0]) => [u - 0.5, v - 0.5] as const)));
}

/** How to trace the rings of one level. */
function tracer(form: Relief, columns: number, rows: number): (level: number) => Contour {
  const { index = indexLevels(form.levels) } = form;
  const logs = [...form.logs];
  return (level) => ({ level, index: index.includes(level), rings: ringsOf(logs, level, columns, rows) });
}

/** The rings around where there is no finite height. */
function gapsOf(heights: Float64Array, columns: number, rows: number): Rings {
  const missing = Array.from(heights, (height) => (Number.isFinite(height) ? 0 : 1));
  return missing.includes(1) ? ringsOf(missing, 0.5, columns, rows) : [];
}

/** The rings as a path on a canvas. */
function pathOf(rings: Rings, across: number, up: number, height: number): Path2D {
  const path = new Path2D();
  for (const ring of rings) {
    ring.forEach(([u, v], i) => (i === 0 ? path.moveTo(u * across, height - v * up) : path.lineTo(u * across, height - v * up)));
    path.closePath();
  }
  return path;
}

/** Hatches a part of a canvas, as maps do where nothing is known. */
function hatch(context: CanvasRenderingContext2D, path: Path2D, width: number, height: number, colour: (name: string) => string): void {
  context.save();
  context.clip(path, 'evenodd');
  context.fillStyle = colour('paper');
  context.fillRect(0, 0, width, height);
  context.beginPath();
  for (let from = -height; from < width; from += 9) {
    context.moveTo(from, height);
    context.lineTo(from + height, 0);
  }
  context.strokeStyle = colour('contour');
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

/** Paints the ground over a canvas of `width` × `height` units. */
export function paintTerrain(
  context: CanvasRenderingContext2D,
  terrain: Terrain,
  width: number,
  height: number,
  colour: (name: string) => string,
): void {
  const { columns, rows, rings, form } = terrain;
  context.save();
  context.fillStyle = colour('tint-0');
  context.fillRect(0, 0, width, height);
  const across = width / (columns - 1);
  const up = height / (rows - 1);
  rings.forEach(({ rings: lines, index }, i) => {
    const placed = pathOf(lines, across, up, height);
    context.fillStyle = colour(`tint-${String(Math.round(((i + 1) / Math.max(1, rings.length)) * 8))}`);
    context.fill(placed, 'evenodd');
    context.strokeStyle = colour('contour');
    context.globalAlpha = 0.7;
    context.lineWidth = index ? 0.9 : 0.45;
    context.stroke(placed);
    context.globalAlpha = 1;
  });
  if (terrain.gaps.length > 0) hatch(context, pathOf(terrain.gaps, across, up, height), width, height, colour);
  const named = labels({ x: terrain.x, y: terrain.y, columns, rows, values: [], minima: [] }, form, [width, height], []);
  context.font = '11px ui-sans-serif, system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { x, y, text, angle } of named) {
    context.save();
    context.translate(
      ((x - terrain.x[0]) / (terrain.x[1] - terrain.x[0])) * width,
      (1 - (y - terrain.y[0]) / (terrain.y[1] - terrain.y[0])) * height,
    );
    context.rotate((angle * Math.PI) / 180);
    context.lineWidth = 3;
    context.strokeStyle = colour('tint-4');
    context.strokeText(text, 0, 0);
    context.fillStyle = colour('contour');
    context.fillText(text, 0, 0);
    context.restore();
  }
  context.restore();
}
