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
}

/** The rings of one level, in units of the grid. */
export interface Contour {
  readonly level: number;
  /** Whether it is drawn stronger. */
  readonly index: boolean;
  readonly rings: readonly (readonly (readonly [number, number])[])[];
}

/** What can be surveyed: heights, with or without a gradient beside them. */
export type Ground = Pick<Surface, 'objective' | 'height'>;

/** The ground of `surface` over `view`, all at once. */
export function survey(surface: Ground, view: View, columns: number, rows: number): Terrain {
  const heights = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) sampleRow(surface, view, columns, rows, row, heights);
  return terrainOf(heights, view, columns, rows);
}

/** The same in slices, for a page that has to answer meanwhile. */
export async function surveyed(surface: Ground, view: View, columns: number, rows: number, pause: () => Promise<void>): Promise<Terrain> {
  const heights = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    sampleRow(surface, view, columns, rows, row, heights);
    await pause();
  }
  const form = reliefOf(heights, view, columns, rows);
  const ringsAt = tracer(form, columns, rows);
  const rings: Contour[] = [];
  for (const level of form.levels) {
    await pause();
    rings.push(ringsAt(level));
  }
  return { ...view, columns, rows, heights, form, rings };
}

/** The ground of heights that were sampled elsewhere; contours are those of the height above the lowest where nothing is said of them. */
export function terrainOf(
  heights: Float64Array,
  view: View,
  columns: number,
  rows: number,
  form = reliefOf(heights, view, columns, rows),
): Terrain {
  return { ...view, columns, rows, heights, form, rings: form.levels.map(tracer(form, columns, rows)) };
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

function reliefOf(heights: Float64Array, view: View, columns: number, rows: number): Relief {
  return relief({ ...view, columns, rows, values: [...heights], minima: [] });
}

/** How to trace the rings of one level, in units of the grid. */
function tracer(form: Relief, columns: number, rows: number): (level: number) => Contour {
  const { index = indexLevels(form.levels) } = form;
  const trace = contours().size([columns, rows]).smooth(true);
  const logs = [...form.logs];
  return (level) => {
    const { coordinates } = trace.contour(logs, level);
    const rings = coordinates.flatMap((polygon) => polygon.map((ring) => ring.map(([u = 0, v = 0]) => [u - 0.5, v - 0.5] as const)));
    return { level, index: index.includes(level), rings };
  };
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
    const placed = new Path2D();
    for (const line of lines) {
      line.forEach(([u, v], j) => (j === 0 ? placed.moveTo(u * across, height - v * up) : placed.lineTo(u * across, height - v * up)));
      placed.closePath();
    }
    context.fillStyle = colour(`tint-${String(Math.round(((i + 1) / Math.max(1, rings.length)) * 8))}`);
    context.fill(placed, 'evenodd');
    context.strokeStyle = colour('contour');
    context.globalAlpha = 0.7;
    context.lineWidth = index ? 0.9 : 0.45;
    context.stroke(placed);
    context.globalAlpha = 1;
  });
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
