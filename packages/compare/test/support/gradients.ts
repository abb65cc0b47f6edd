/** Finite differences of a model's loss, for tests. */
import type { Parameter } from 'thalweg';
import { normal, random } from '../../src/data/random.ts';
import type { Model } from '../../src/problem.ts';
import { wholeGradient } from '../../src/run/tables.ts';

type Floats = Float32Array | Float64Array;

/** Arrays with a problem's first values. */
export function asArrays(start: Readonly<Record<string, Parameter>>): Record<string, Floats> {
  return Object.fromEntries(
    Object.entries(start).map(([name, parameter]) => {
      if (!('shape' in parameter)) return [name, parameter.slice()];
      const length = parameter.shape.reduce((product, size) => product * size, 1);
      return [name, parameter.values?.slice() ?? new Float32Array(length)];
    }),
  );
}

/**
 * The derivative of the loss along two directions of each array, by the gradient and by finite differences, with the gradient's norm:
 * along the gradient itself, and along a random direction mixed with it. Single elements would drown in float32's rounding.
 */
export async function directionalDerivatives(
  model: Model,
  params: Record<string, Floats>,
  h: number,
): Promise<{ analytic: number; numeric: number; norm: number }[]> {
  const zeros = (): Record<string, Floats> => Object.fromEntries(Object.entries(params).map(([name, array]) => [name, array.map(() => 0)]));
  const grads = zeros();
  const gradient = wholeGradient(model, await model.start(1));
  await gradient(params, grads, 1, 1);
  const next = random(11);
  const found: { analytic: number; numeric: number; norm: number }[] = [];
  for (const [name, array] of Object.entries(params)) {
    const g = Float64Array.from(grads[name] ?? []);
    const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
    const along = g.map((x) => x / norm);
    const noise = g.map(() => normal(next) / Math.sqrt(g.length));
    for (const direction of [along, along.map((x, i) => 0.6 * x + 0.8 * (noise[i] ?? 0))]) {
      const saved = array.slice();
      const at = async (step: number): Promise<number> => {
        saved.forEach((x, i) => (array[i] = x + step * (direction[i] ?? 0)));
        return gradient(params, zeros(), 1, 1);
      };
      const numeric = ((await at(h)) - (await at(-h))) / (2 * h);
      array.set(saved);
      found.push({ analytic: g.reduce((sum, x, i) => sum + x * (direction[i] ?? 0), 0), numeric, norm });
    }
  }
  return found;
}
