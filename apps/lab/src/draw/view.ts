/** What part of the plane a map shows: zooming around a place, moving, and the round numbers on its axes. Numbers only. */
import type { View } from './terrain.ts';

/** How far a map goes in, and how far out, as multiples of what it shows at first. */
const [closest, widest] = [1e-6, 20];

/** A place on a map, as shares of its width from the left and of its height from below. */
export type Place = readonly [across: number, up: number];

/** The view shrunk by `factor`, with what lies at `place` staying there; no closer and no wider than makes sense beside `whole`. */
export function zoomed(view: View, whole: View, factor: number, [across, up]: Place): View {
  const least = (closest * (whole.x[1] - whole.x[0])) / (view.x[1] - view.x[0]);
  const most = (widest * (whole.x[1] - whole.x[0])) / (view.x[1] - view.x[0]);
  const by = Math.min(most, Math.max(least, factor));
  const about = ([low, high]: readonly [number, number], share: number): readonly [number, number] => {
    const at = low + share * (high - low);
    return [at + by * (low - at), at + by * (high - at)];
  };
  return { x: about(view.x, across), y: about(view.y, up) };
}

/** The view moved by shares of its width and height. */
export function moved({ x, y }: View, across: number, up: number): View {
  const by = ([low, high]: readonly [number, number], share: number): readonly [number, number] => [
    low + share * (high - low),
    high + share * (high - low),
  ];
  return { x: by(x, across), y: by(y, up) };
}

/** At most `most` round numbers within a range: multiples of 1, 2 or 5 times a power of ten. */
export function ticks([low, high]: readonly [number, number], most: number): number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? 10 * power;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
