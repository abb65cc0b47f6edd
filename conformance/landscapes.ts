/** Trains a method on a parabola and on Rosenbrock's valley. */
import { rosenbrock, type Objective } from '@thalweg/guide';
import { tensor, type Method } from 'thalweg';

/** A function of a 1 × 2 matrix with its gradient and the diagonal of its Hessian, and where to start. */
interface Landscape {
  readonly start: readonly [number, number];
  readonly steps: number;
  /** What the loss has to fall below, as a part of the first loss. */
  readonly goal: number;
  readonly loss: (x: number, y: number) => number;
  readonly gradient: (x: number, y: number) => readonly [number, number];
  readonly hessian: (x: number, y: number) => readonly [number, number];
}

/** The value and the gradient of a function of two variables. */
function valueAndGradient(objective: Objective): Pick<Landscape, 'loss' | 'gradient'> {
  const g = new Float64Array(2);
  return {
    loss: (x, y) => objective(Float64Array.of(x, y), g),
    gradient: (x, y) => {
      objective(Float64Array.of(x, y), g);
      return [g[0]!, g[1]!];
    },
  };
}

/** The two landscapes. */
export const landscapes: Readonly<Record<'parabola' | 'rosenbrock', Landscape>> = {
  parabola: {
    start: [3, -2],
    steps: 500,
    goal: 1e-3,
    loss: (x, y) => 0.5 * ((x - 1) ** 2 + 4 * (y - 1) ** 2),
    gradient: (x, y) => [x - 1, 4 * (y - 1)],
    hessian: () => [1, 4],
  },
  rosenbrock: {
    start: [-1.2, 1],
    steps: 3000,
    goal: 1e-2,
    ...valueAndGradient(rosenbrock),
    hessian: (x, y) => [2 + 1200 * x * x - 400 * y, 200],
  },
};

/** The last loss over the first, at the point that the method evaluates at. `visit` sees each point on the way. */
export async function descend(method: Method, landscape: keyof typeof landscapes, visit?: (x: number, y: number) => void): Promise<number> {
  const { start, steps, loss, gradient, hessian } = landscapes[landscape];
  const opt = await method.init({ w: tensor([1, 2], { values: Float64Array.from(start) }) }, { nonFinite: 'propagate' });
  const { w } = opt.params;
  for (let t = 0; t < steps; t++) {
    const [x = 0, y = 0] = w;
    visit?.(x, y);
    opt.grads.w.set(gradient(x, y));
    const inputs = method.inputs.includes('loss')
      ? { loss: loss(x, y) }
      : method.inputs.includes('hessian')
        ? { hessian: { w: Float64Array.from(hessian(x, y)) } }
        : {};
    opt.step(opt.grads, inputs);
  }
  const [x = NaN, y = NaN] = opt.evaluate().w;
  opt.dispose();
  return loss(x, y) / loss(...start);
}
