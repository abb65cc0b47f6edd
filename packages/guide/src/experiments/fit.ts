/** Straight lines through measured points, and drives of an optimizer by gradients that are prescribed. */
import type { Method } from 'thalweg';

/** The slope of the straight line through these points that has the least squared error. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return covariance / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

/** The steps w₍ₜ₋₁₎ − wₜ that a method takes from `start` under the gradients `gradient(t, i)`, row after row; and the points. */
export async function drive(
  method: Method,
  start: ArrayLike<number>,
  steps: number,
  gradient: (t: number, i: number) => number,
): Promise<{ readonly moved: Float64Array; readonly points: Float64Array }> {
  const opt = await method.init({ w: Float64Array.from(start) }, { nonFinite: 'propagate' });
  const size = start.length;
  const points = new Float64Array((steps + 1) * size);
  const moved = new Float64Array((steps + 1) * size);
  points.set(opt.params.w);
  for (let t = 1; t <= steps; t++) {
    for (let i = 0; i < size; i++) opt.grads.w[i] = gradient(t, i);
    opt.step();
    points.set(opt.params.w, t * size);
    for (let i = 0; i < size; i++) moved[t * size + i] = points[(t - 1) * size + i]! - points[t * size + i]!;
  }
  opt.dispose();
  return { moved, points };
}
