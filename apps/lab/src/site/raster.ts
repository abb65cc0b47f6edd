/** The map of a race as pixels, for pictures that are shown where links are shared. Knows grounds and runs; knows no file. */
import { ground } from '@thalweg/compare/look';
import { lookOf } from '../draw/colours.ts';
import { survey, type Terrain } from '../draw/terrain.ts';
import type { Drawn } from '../parts/still.ts';

type Colour = readonly [number, number, number];

const [width, height] = [1200, 630];
const [columns, rows] = [240, 126];
const [outer, inner] = [8, 4.6];
const grounds = new Map<string, Uint8Array>();

/** The map with its paths by day: 1200 × 630 pixels, three bytes each. */
export function raster({ surface, runs }: Drawn): Uint8Array {
  const known = grounds.get(surface.id) ?? groundOf(survey(surface, { x: surface.x, y: surface.y }, columns, rows));
  grounds.set(surface.id, known);
  const pixels = known.slice();
  for (const { entrant, trace } of runs) {
    if (trace === undefined) continue;
    const points = Array.from({ length: trace.rows }, (_, row) => [
      ((trace.w[2 * row]! - surface.x[0]) / (surface.x[1] - surface.x[0])) * width,
      (1 - (trace.w[2 * row + 1]! - surface.y[0]) / (surface.y[1] - surface.y[0])) * height,
    ]).filter((point) => point.every((value) => Math.abs(value) < 4 * width));
    line(pixels, points, outer, colourNamed('paper'), 0.7);
    line(pixels, points, inner, colourFrom(lookOf(entrant.key).light), 1);
  }
  return pixels;
}

/** Tints between the levels, and a line along each. */
function groundOf({ form, columns: across, rows: up }: Terrain): Uint8Array {
  const levels = form.levels;
  const tints = Array.from({ length: 9 }, (_, i) => colourNamed(`tint-${String(i)}`));
  const logs = [...form.logs];
  const at = (x: number, y: number): number => {
    const [u, v] = [(x / width) * (across - 1), (1 - y / height) * (up - 1)];
    const [i, j] = [Math.min(across - 2, Math.floor(u)), Math.min(up - 2, Math.floor(v))];
    const value = (di: number, dj: number): number => logs[(j + dj) * across + i + di]!;
    const [s, t] = [u - i, v - j];
    return (1 - t) * ((1 - s) * value(0, 0) + s * value(1, 0)) + t * ((1 - s) * value(0, 1) + s * value(1, 1));
  };
  const band = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) band[y * width + x] = levels.filter((level) => at(x + 0.5, y + 0.5) >= level).length;
  }
  const pixels = new Uint8Array(3 * width * height);
  const edge = colourNamed('contour');
  for (let k = 0; k < band.length; k++) {
    const tint = tints[Math.round((band[k]! / Math.max(1, levels.length)) * 8)]!;
    const isEdge = (k % width < width - 1 && band[k + 1] !== band[k]) || (k + width < band.length && band[k + width] !== band[k]);
    for (let c = 0; c < 3; c++) pixels[3 * k + c] = isEdge ? Math.round(0.55 * tint[c]! + 0.45 * edge[c]!) : tint[c]!;
  }
  return pixels;
}

/** Draws a polyline of this width with smooth edges; where it crosses itself it does not grow darker. */
function line(pixels: Uint8Array, points: readonly (readonly number[])[], thick: number, colour: Colour, opacity: number): void {
  const cover = new Map<number, number>();
  const radius = thick / 2;
  for (let i = 1; i < points.length; i++) {
    const [[ax = 0, ay = 0], [bx = 0, by = 0]] = [points[i - 1]!, points[i]!];
    const [left, right] = [Math.max(0, Math.floor(Math.min(ax, bx) - radius)), Math.min(width - 1, Math.ceil(Math.max(ax, bx) + radius))];
    const [top, bottom] = [Math.max(0, Math.floor(Math.min(ay, by) - radius)), Math.min(height - 1, Math.ceil(Math.max(ay, by) + radius))];
    const [dx, dy] = [bx - ax, by - ay];
    const square = dx * dx + dy * dy || 1;
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = Math.min(1, Math.max(0, ((x + 0.5 - ax) * dx + (y + 0.5 - ay) * dy) / square));
        const far = Math.hypot(x + 0.5 - ax - along * dx, y + 0.5 - ay - along * dy);
        const share = Math.min(1, Math.max(0, radius + 0.5 - far));
        const k = y * width + x;
        if (share > (cover.get(k) ?? 0)) cover.set(k, share);
      }
    }
  }
  for (const [k, share] of cover) {
    for (let c = 0; c < 3; c++) pixels[3 * k + c] = Math.round(pixels[3 * k + c]! * (1 - share * opacity) + colour[c]! * share * opacity);
  }
}

function colourNamed(name: string): Colour {
  return colourFrom(new RegExp(`--${name}:(#\\w{6})`).exec(ground)?.[1] ?? '#000000');
}

function colourFrom(text: string): Colour {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)) as [number, number, number];
}
