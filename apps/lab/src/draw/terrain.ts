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
  readonly shapes: readonly { readonly level: number; readonly index: boolean; readonly path: Path2D }[];
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

/** The contours of sampled heights, as paths in units of the grid. */
export function survey(heights: Float64Array, view: View, columns: number, rows: number): Terrain {
  const landscape = { ...view, columns, rows, values: [...heights], minima: [] };
  const form = relief(landscape);
  const index = indexLevels(form.levels);
  const trace = contours().size([columns, rows]).smooth(true);
  const shapes = form.levels.map((level) => {
    const path = new Path2D();
    for (const polygon of trace.contour([...form.logs], level).coordinates) {
      for (const ring of polygon) {
        ring.forEach(([u = 0, v = 0], i) => (i === 0 ? path.moveTo(u - 0.5, v - 0.5) : path.lineTo(u - 0.5, v - 0.5)));
        path.closePath();
      }
    }
    return { level, index: index.includes(level), path };
  });
  return { ...view, columns, rows, heights, form, shapes };
}

/** Paints the ground over a canvas of `width` × `height` units. */
export function paintTerrain(
  context: CanvasRenderingContext2D,
  terrain: Terrain,
  width: number,
  height: number,
  colour: (name: string) => string,
): void {
  const { columns, rows, shapes, form } = terrain;
  context.save();
  context.fillStyle = colour('tint-0');
  context.fillRect(0, 0, width, height);
  const across = width / (columns - 1);
  const up = height / (rows - 1);
  const matrix = new DOMMatrix([across, 0, 0, -up, 0, height]);
  shapes.forEach(({ path, index }, i) => {
    const placed = new Path2D();
    placed.addPath(path, matrix);
    context.fillStyle = colour(`tint-${String(Math.round(((i + 1) / Math.max(1, shapes.length)) * 8))}`);
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
