/**
 * A jax-js model as a problem, with its loss as a pure function. With `traced`, the scan of learning rates trains all of them in one compiled step.
 * `thalweg compare examples/compare/jax-js.ts --optimizers sgd-momentum,adamw,muon`.
 */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { defineProblem, normal, random, type Arrays } from '@thalweg/compare';
import { tensor } from 'thalweg';
import { batchSize, spirals, type Points } from './spirals.ts';

const shapes: Readonly<Record<string, readonly number[]>> = { W1: [2, 16], b1: [16], W2: [16, 1], b2: [1] };
type Weights = Readonly<Record<string, np.Array>>;

function loss({ W1, b1, W2, b2 }: Weights, x: np.Array, y: np.Array): np.Array {
  const hidden = np.tanh(np.dot(x, W1!).add(b1!));
  const z = np.dot(hidden, W2!).add(b2!).reshape(y.shape);
  return np.mean(nn.softplus(z.ref).sub(z.mul(y)));
}
const compiled = jit(loss);
const lossAndGradient = jit(valueAndGrad(loss));

const weightsOf = (params: Arrays): Weights =>
  Object.fromEntries(
    Object.entries(params).map(([name, values]) => [name, np.array(Float32Array.from(values), { shape: [...shapes[name]!] })]),
  );
const arrays = ({ x, y }: Points): [np.Array, np.Array] => [np.array(x, { shape: [y.length, 2] }), np.array(y)];
const batch = (seed: number, step: number): [np.Array, np.Array] => arrays(spirals(batchSize, 1000 * seed + step));

export default defineProblem({
  id: 'spirals-jax',
  title: 'Spirals: a small network in jax-js',
  description: 'Predicts on which of two spiral arms a point lies; a network with one hidden layer of 16 units, 65 parameters.',
  steps: { quick: 150, standard: 600, thorough: 2000 },
  batchSize,
  tuningMetric: { name: 'validation loss', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test loss', lowerIsBetter: true, unit: '' },
  target: 0.2,
  traced: true,
  load: () => {
    const held = { validation: spirals(500, 1), test: spirals(500, 2) };
    return {
      start(seed) {
        const next = random(seed, 5);
        const values = (shape: readonly number[]): Float32Array =>
          Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
            shape.length === 1 ? 0 : normal(next) / Math.sqrt(shape[0]!),
          );
        return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tensor(shape, { values: values(shape) })]));
      },
      gradient(params, grads, seed, step) {
        const [value, gradients] = lossAndGradient(weightsOf(params), ...batch(seed, step));
        for (const [name, gradient] of Object.entries(gradients)) grads[name]!.set(gradient.dataSync());
        return value.dataSync()[0]!;
      },
      evaluate: (params, split) => compiled(weightsOf(params), ...arrays(held[split])).dataSync()[0]!,
      traced: { loss, batch },
    };
  },
});
