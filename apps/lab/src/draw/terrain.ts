/** The ground of a map: a grid of heights, their contours, and how both are painted. Knows canvases; knows no optimizer. */
import { indexLevels, labels, relief, type Relief } from '@thalweg/compare/look';
import type { Objective } from '@thalweg/guide';
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

/** Samples a function on a grid of `columns` × `rows`. */
export function sample(objective: Objective, { x, y }: View, columns: number, rows: number): Float64Array {
  const heights = new Float64Array(columns * rows);
  const [w, g] = [new Float64Array(2), new Float64Array(2)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      w[0] = x[0] + ((x[1] - x[0]) * column) / (columns - 1);
      w[1] = y[0] + ((y[1] - y[0]) * row) / (rows - 1);
      heights[row * columns + column] = objective(w, g);
    }
  }
  return heights;
}

/** The contours of sampled heights, as paths in units of the grid; those of the height above the lowest where nothing is said of them. */
export function survey(
  heights: Float64Array,
  view: View,
  columns: number,
  rows: number,
  form = relief({ ...view, columns, rows, values: [...heights], minima: [] }),
): Terrain {
  const { index = indexLevels(form.levels) } = form;
  const trace = contours().size([columns, rows]).smooth(true);
  const rings = form.levels.map((level): Contour => {
    const { coordinates } = trace.contour([...form.logs], level);
    const shifted = coordinates.flatMap((polygon) => polygon.map((ring) => ring.map(([u = 0, v = 0]) => [u - 0.5, v - 0.5] as const)));
    return { level, index: index.includes(level), rings: shifted };
  });
  return { ...view, columns, rows, heights, form, rings };
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
