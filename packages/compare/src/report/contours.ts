/**
 * The lie of the land: which heights get a contour, which of them are labelled and where. Knows a landscape and a frame; draws nothing.
 */
import type { Landscape } from '../schema.ts';
import { number } from './number.ts';

/** Heights above the lowest point, and the levels to draw. */
export interface Relief {
  /** What the heights are above, the lowest value, so that labels can say the function's own values; 0 where nothing is said. */
  readonly base?: number;
  /** log₁₀ of the height, row by row; NaN where it is not finite. Contours interpolate these: heights span many magnitudes. */
  readonly logs: readonly number[];
  /** log₁₀ of the heights 1, 2, 5 × 10ᵏ that divide the map, ascending. */
  readonly levels: readonly number[];
  /** Those that are drawn stronger and labelled; the powers of ten where nothing is said. */
  readonly index?: readonly number[];
}

/** A label on an index contour: where, what it says, and the angle at which the contour runs there, in degrees clockwise. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly angle: number;
}

/** Most contours on a map. */
const most = 18;

/** The relief of a landscape. What has no finite value has no height; `lowest` is the least value where that is known better than by the grid. */
export function relief({ values }: Landscape, lowest = lowestOf(values)): Relief {
  const heights = values.map((value) => (value === null || !Number.isFinite(value) ? NaN : Math.min(Number.MAX_VALUE, value - lowest)));
  const sorted = Float64Array.from(heights.filter((height) => height > 0)).sort();
  const [low = 1, high = 1] = [sorted[Math.floor(sorted.length / 150)], sorted.at(-1)];
  const all = [[1, 2, 5], [1, 3], [1]]
    .map((steps) => series(steps, low, high))
    .find((levels, i) => levels.length <= most || i === 2)!;
  const levels = all.slice(-most).map(Math.log10);
  const floor = (levels[0] ?? 0) - 1;
  const logs = heights.map((height) => (Number.isNaN(height) ? NaN : Math.max(floor, Math.log10(Math.max(0, height)))));
  return { logs, levels, base: Number.isFinite(lowest) ? lowest : 0 };
}

/** The least finite value; infinite where there is none. */
function lowestOf(values: Landscape['values']): number {
  return values.reduce<number>((least, value) => (value !== null && Number.isFinite(value) ? Math.min(least, value) : least), Infinity);
}

/** The function's value on a contour, with as many digits as tell it from its neighbours. */
function valueAt(level: number, base: number): string {
  const height = 10 ** level;
  const value = base + height;
  const digits = Math.ceil(Math.log10(Math.abs(value) / height)) + 1;
  return number(value, Math.min(12, Math.max(3, digits)));
}

/** The levels that are powers of ten. */
export function indexLevels(levels: readonly number[]): number[] {
  return levels.filter((level) => Math.abs(level - Math.round(level)) < 1e-9);
}

/** One label for each index contour that has room, away from the frame, from one another and from `avoid`. Sizes in units of the figure. */
export function labels(
  landscape: Landscape,
  { logs, levels, index = indexLevels(levels), base = 0 }: Relief,
  size: readonly [number, number],
  avoid: readonly (readonly [number, number])[],
): Label[] {
  const { columns, rows, x, y } = landscape;
  const at = (column: number, row: number): readonly [number, number] => [(column / (columns - 1)) * size[0], (1 - row / (rows - 1)) * size[1]];
  const place = ([px, py]: readonly [number, number]): readonly [number, number] => [x[0] + (px / size[0]) * (x[1] - x[0]), y[0] + (1 - py / size[1]) * (y[1] - y[0])]; // prettier-ignore
  const height = (column: number, row: number): number => logs[row * columns + column] ?? NaN;
  const busy = avoid.map(([u, v]) => [((u - x[0]) / (x[1] - x[0])) * size[0], (1 - (v - y[0]) / (y[1] - y[0])) * size[1]] as const);
  const placed: (readonly [number, number])[] = [];
  // On a fine grid neighbouring rows say the same.
  const every = Math.max(1, Math.floor(rows / 80));
  return index.flatMap((level) => {
    let best: { score: number; point: readonly [number, number]; angle: number } | undefined;
    for (let row = 1; row < rows - 1; row += every) {
      for (let column = 1; column < columns - 2; column++) {
        const [a, b] = [height(column, row), height(column + 1, row)];
        if (!(a < level !== b < level)) continue;
        const point = at(column + (level - a) / (b - a), row);
        const room = Math.min(point[0], size[0] - point[0], point[1], size[1] - point[1]) - 18;
        const apart = Math.min(...placed.map((other) => distance(point, other) - 40), ...busy.map((other) => distance(point, other)), 60);
        const score = Math.min(room, apart);
        if (score <= 6 || (best !== undefined && score <= best.score)) continue;
        const slope = [((b - a) * columns) / size[0], -((height(column, row + 1) - height(column, row - 1)) * rows) / size[1] / 2] as const;
        best = { score, point, angle: upright(Math.atan2(slope[0], -slope[1])) };
      }
    }
    if (best === undefined) return [];
    placed.push(best.point);
    const [u, v] = place(best.point);
    return [{ x: u, y: v, text: valueAt(level, base), angle: best.angle }];
  });
}

function series(steps: readonly number[], low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low));
  const count = Math.ceil(Math.log10(high)) - from + 1;
  return Array.from({ length: count }, (_, i) => steps.map((step) => step * 10 ** (from + i)))
    .flat()
    .filter((level) => level >= low && level < high);
}

/** Radians to degrees within a quarter turn, so that text is never upside down. */
function upright(angle: number): number {
  const degrees = (angle * 180) / Math.PI;
  return degrees > 90 ? degrees - 180 : degrees < -90 ? degrees + 180 : degrees;
}

function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
