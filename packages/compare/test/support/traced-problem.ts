/** A problem whose loss is in jax-js, as a user writes one: a small network on points of a spiral. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { defineProblem, random, type Arrays, type Traced } from '@thalweg/compare';

const [hidden, batchSize] = [16, 32];

/** Points of two arms, and which arm each is of. */
function points(count: number, seed: number): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const next = random(seed, 3);
  const [x, y] = [new Float32Array(2 * count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const [arm, turn] = [i % 2, 0.5 + 3 * next()];
    x.set([turn * Math.cos(turn + arm * Math.PI) + 0.1 * next(), turn * Math.sin(turn + arm * Math.PI) + 0.1 * next()], 2 * i);
    y[i] = arm;
  }
  return [x, y];
}

type Weights = { W1: np.Array; b1: np.Array; W2: np.Array };

const loss = ({ W1, b1, W2 }: Weights, x: np.Array, y: np.Array): np.Array => {
  const z = np.dot(np.tanh(np.dot(x, W1).add(b1)), W2).reshape([batchSize]);
  return np.mean(nn.softplus(z.ref).sub(z.mul(y)));
};

const batch = (seed: number, step: number): [np.Array, np.Array] => {
  const [x, y] = points(batchSize, 1000 * seed + step);
  return [np.array(x, { shape: [batchSize, 2] }), np.array(y)];
};

const lossAndGradient = jit(valueAndGrad(loss));
const [seen, labels] = points(500, 1);

/** Mean loss on points that are held out. */
function evaluate({ W1, b1, W2 }: Arrays): number {
  let total = 0;
  labels.forEach((label, i) => {
    let z = 0;
    for (let h = 0; h < hidden; h++) z += Math.tanh(seen[2 * i]! * W1![h]! + seen[2 * i + 1]! * W1![hidden + h]! + b1![h]!) * W2![h]!;
    total += Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
  });
  return total / labels.length;
}

const traced: Traced = { loss, batch };

export default defineProblem({
  id: 'spiral',
  title: 'Spiral',
  description: '',
  steps: { quick: 60, standard: 60, thorough: 60 },
  batchSize,
  tuningMetric: { name: 'validation loss', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test loss', lowerIsBetter: true, unit: '' },
  target: 0.3,
  traced: true,
  load: () => ({
    start: (seed) => {
      const next = random(seed, 5);
      const values = (length: number): Float32Array => Float32Array.from({ length }, () => next() - 0.5);
      return {
        W1: tensor([2, hidden], { values: values(2 * hidden) }),
        b1: tensor([hidden]),
        W2: tensor([hidden, 1], { values: values(hidden) }),
      };
    },
    gradient: (params, grads, seed, step) => {
      const weights = {
        W1: np.array(Float32Array.from(params.W1), { shape: [2, hidden] }),
        b1: np.array(Float32Array.from(params.b1)),
        W2: np.array(Float32Array.from(params.W2), { shape: [hidden, 1] }),
      };
      const [value, gradient] = lossAndGradient(weights, ...batch(seed, step));
      for (const [name, array] of Object.entries(gradient)) grads[name]!.set(array.dataSync());
      return Number(value.dataSync()[0]);
    },
    evaluate,
    traced,
  }),
});
