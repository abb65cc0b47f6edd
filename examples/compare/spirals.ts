/** Points on the two arms of a spiral: the data of `tfjs.ts` and `jax-js.ts`. */
import { random } from '@thalweg/compare';

export const batchSize = 32;

/** Points with two coordinates each, and the arm of each: 0 or 1. */
export interface Points {
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
}

export function spirals(count: number, seed: number): Points {
  const next = random(seed, 3);
  const [x, y] = [new Float32Array(2 * count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const [arm, turn] = [i % 2, 0.5 + 5 * next()];
    x.set([turn * Math.cos(turn + arm * Math.PI) + 0.5 * next(), turn * Math.sin(turn + arm * Math.PI) + 0.5 * next()], 2 * i);
    y[i] = arm;
  }
  return { x, y };
}
