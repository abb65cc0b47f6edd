/**
 * Twelve weights whose gradients differ in size, shrinking side by side. Gradients push up and down in turn, so that over two steps the loss
 * moves a weight nowhere and what is seen is the decay. Also the pull of a penalty all around a circle. Knows the library's public face only.
 */
import { adam, adamw, sgd, type Method } from 'thalweg';
import { logSpaced } from './orthogonal.ts';
import { splitAdam } from './penalty.ts';

/** Sizes of the twelve gradients. */
export const twelveScales: readonly number[] = logSpaced(0.03, 30, 12);

/** Rate, decay and steps of the three runs; all three start from weights of 1. */
export const shrinking = { lr: 0.01, decay: 0.3, steps: 600 } as const;

/** The three forms that are compared. */
export const shrinkers = ['sgd', 'l2', 'adamw'] as const;

/** One of them. */
export type Shrinker = (typeof shrinkers)[number];

const methods: Readonly<Record<Shrinker, () => Method>> = {
  sgd: () => sgd({ lr: shrinking.lr, l2: shrinking.decay }),
  l2: () => adam({ lr: shrinking.lr, l2: shrinking.decay }),
  adamw: () => adamw({ lr: shrinking.lr, weightDecay: shrinking.decay }),
};

/** The weights after every second step, row by row of twelve; row 0 is the start. */
export async function shrinkTwelve(form: Shrinker): Promise<Float64Array[]> {
  const opt = await methods[form]().init({ w: new Float64Array(twelveScales.length).fill(1) });
  const rows = [opt.params.w.slice()];
  for (let t = 1; t <= shrinking.steps; t++) {
    twelveScales.forEach((scale, i) => (opt.grads.w[i] = t % 2 === 1 ? scale : -scale));
    opt.step();
    if (t % 2 === 0) rows.push(opt.params.w.slice());
  }
  opt.dispose();
  return rows;
}

/** A point and the pull of the penalty there, over that of the same penalty in SGD. */
export interface Pull {
  readonly at: readonly [number, number];
  readonly by: readonly [number, number];
}

/** The pull of λ·w inside Adam at `count` points of a circle, or of an ellipse of these half axes, for gradients of these two sizes. */
export async function pullAround(
  scales: readonly [number, number],
  count: number,
  axes: readonly [number, number] = [1, 1],
): Promise<Pull[]> {
  const angles = Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count);
  const [lr, l2] = [1e-9, 1e-6];
  const w = Float64Array.from(angles.flatMap((angle) => [axes[0] * Math.cos(angle), axes[1] * Math.sin(angle)]));
  const opt = await splitAdam({ lr, l2 }).init({ w });
  for (let t = 1; t <= 400; t++) {
    for (let i = 0; i < w.length; i++) opt.grads.w[i] = (t % 2 === 1 ? 1 : -1) * scales[i % 2 === 0 ? 0 : 1];
    opt.step();
  }
  const decay = opt.state['splitAdam.d']?.['w'] ?? new Float64Array(w.length);
  const pulls = angles.map((_, i): Pull => ({
    at: [w[2 * i]!, w[2 * i + 1]!],
    by: [-decay[2 * i]! / (lr * l2), -decay[2 * i + 1]! / (lr * l2)],
  }));
  opt.dispose();
  return pulls;
}
