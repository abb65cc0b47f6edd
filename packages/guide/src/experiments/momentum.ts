/** Momentum on quadratics: the sum that forgets, how fast it shrinks an error, and in which manner. Knows the library's public face only. */
import { optimizer } from 'thalweg';

/** SGD with momentum as a sum that forgets, in the letters of the guide: the same steps as `sgd({ momentum })`. */
export const heavyBall = optimizer({
  name: 'heavyBall',
  hyper: { lr: ['η', 0.02], beta: ['β', 0.9, '[0, 1)'] },
  equations: 'm ← β·m + g; w ← w − η·m',
});

const [tiny, huge] = [1e-250, 1e250];

/**
 * The factor by which momentum shrinks an error a step, measured: for each of these products η·λ, a run of the library from an error of 1,
 * and how much |error| and the last step together lost a step in the second half of it.
 */
export async function contractions(beta: number, products: readonly number[], steps = 480): Promise<number[]> {
  const opt = await heavyBall({ lr: 1, beta }).init({ w: new Float64Array(products.length).fill(1) }, { nonFinite: 'propagate' });
  const { w } = opt.params;
  const sizes: number[][] = products.map(() => [1]);
  let last = w.slice();
  for (let t = 1; t <= steps; t++) {
    products.forEach((product, i) => (opt.grads.w[i] = product * w[i]!));
    opt.step();
    w.forEach((error, i) => {
      const size = Math.hypot(error, error - last[i]!);
      const known = sizes[i]!;
      if (known.length === t && size > tiny && size < huge) known.push(size);
    });
    last = w.slice();
  }
  opt.dispose();
  return sizes.map((known) => {
    const quarter = Math.floor(known.length / 4);
    if (quarter < 1) return 0;
    // Swings rise and fall within their envelope, so the largest of a quarter is set against the largest of the quarter before the last.
    const most = (from: number): number => Math.max(...known.slice(from, from + quarter));
    return (most(3 * quarter) / most(quarter)) ** (1 / (2 * quarter));
  });
}

/** The factor for a valley of curvatures 1 and `condition`, at each product η·λmax: that of the slower of its two directions. */
export async function valleyContractions(beta: number, products: readonly number[], condition: number, steps?: number): Promise<number[]> {
  const both = await contractions(beta, [...products, ...products.map((product) => product / condition)], steps);
  return products.map((_, i) => Math.max(both[i]!, both[products.length + i]!));
}

/** How an error comes down. */
export type Regime = 'glides' | 'swings' | 'zigzags' | 'diverges';

/**
 * What the equations say of the manner: e ← (1 + β − η·λ)·e − β·(the e before) swings where its roots are complex, which is where
 * (1 − √β)² < η·λ < (1 + √β)², and leaves past 2·(1 + β).
 */
export function regime(beta: number, product: number): Regime {
  if (product > 2 * (1 + beta)) return 'diverges';
  if (product > (1 + Math.sqrt(beta)) ** 2) return 'zigzags';
  return product > (1 - Math.sqrt(beta)) ** 2 ? 'swings' : 'glides';
}

/** The best momentum for a valley of this condition, Polyak's: its β, its η·λmax, and the factor (√κ − 1)/(√κ + 1). */
export function best(condition: number): { readonly beta: number; readonly product: number; readonly factor: number } {
  const root = Math.sqrt(condition);
  const factor = (root - 1) / (root + 1);
  return { beta: factor ** 2, product: (4 * condition) / (root + 1) ** 2, factor };
}

/** A ball on a spring: the points of a run on ½·λ·w² from w = 1. */
export async function springRun(beta: number, product: number, steps: number): Promise<Float64Array> {
  const opt = await heavyBall({ lr: 1, beta }).init({ w: Float64Array.of(1) }, { nonFinite: 'propagate' });
  const points = new Float64Array(steps + 1).fill(1);
  for (let t = 1; t <= steps; t++) {
    opt.grads.w[0] = product * opt.params.w[0]!;
    opt.step();
    points[t] = opt.params.w[0]!;
  }
  opt.dispose();
  return points;
}
