/** Handwritten digits: a two-layer network, gradients by jax-js. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { imageSize, loadImages, type Images } from '../data/images.ts';
import { Batches, normal, random } from '../data/random.ts';
import { defineProblem, type Arrays, type Model } from '../problem.ts';

const batchSize = 64;
const hidden = 64;
const classes = 10;

type Weights = { W1: np.Array; b1: np.Array; W2: np.Array; b2: np.Array };

function logits({ W1, b1, W2, b2 }: Weights, x: np.Array): np.Array {
  return np.dot(nn.relu(np.dot(x, W1).add(b1)), W2).add(b2);
}

/** Mean cross-entropy of a two-layer network against one-hot labels. */
export function networkLoss(weights: Weights, x: np.Array, y: np.Array): np.Array {
  return np.mean(nn.logSoftmax(logits(weights, x), -1).mul(y).sum(-1)).mul(-1);
}

function toWeights(params: Arrays): Weights {
  const matrix = (name: string, rows: number, columns: number): np.Array =>
    np.array(Float32Array.from(params[name]!)).reshape([rows, columns]);
  const vector = (name: string): np.Array => np.array(Float32Array.from(params[name]!));
  return { W1: matrix('W1', imageSize, hidden), b1: vector('b1'), W2: matrix('W2', hidden, classes), b2: vector('b2') };
}

function load(): Model {
  const { train, validation, test } = loadImages();
  const batches = new Batches(train.count, batchSize);
  const lossAndGradient = jit(valueAndGrad(networkLoss));
  const predict = jit(logits);
  return {
    start(seed) {
      const next = random(seed, 7);
      const he = (rows: number, columns: number): Float32Array =>
        Float32Array.from({ length: rows * columns }, () => normal(next) * Math.sqrt(2 / rows));
      return {
        W1: tensor([imageSize, hidden], { values: he(imageSize, hidden) }),
        b1: tensor([hidden]),
        W2: tensor([hidden, classes], { values: he(hidden, classes) }),
        b2: tensor([classes]),
      };
    },
    gradient(params, grads, seed, step) {
      const x = new Float32Array(batchSize * imageSize);
      const y = new Float32Array(batchSize * classes);
      batches.at(seed, step).forEach((example, row) => {
        x.set(train.pixels.subarray(example * imageSize, (example + 1) * imageSize), row * imageSize);
        y[row * classes + train.labels[example]!] = 1;
      });
      const inputs = np.array(x).reshape([batchSize, imageSize]);
      const [loss, gradient] = lossAndGradient(toWeights(params), inputs, np.array(y).reshape([batchSize, classes]));
      for (const [name, array] of Object.entries(gradient)) grads[name]!.set(array.dataSync());
      return Number(loss.dataSync()[0]);
    },
    evaluate(params, split) {
      const images = split === 'validation' ? validation : test;
      const out = predict(toWeights(params), np.array(images.pixels).reshape([images.count, imageSize])).dataSync() as Float32Array;
      const { loss, errorPercent } = measure(out, images);
      return split === 'validation' ? loss : errorPercent;
    },
  };
}

function measure(out: Float32Array, { labels, count }: Images): { loss: number; errorPercent: number } {
  let loss = 0;
  let wrong = 0;
  for (let row = 0; row < count; row++) {
    const scores = out.subarray(row * classes, (row + 1) * classes);
    const top = Math.max(...scores);
    loss += top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0)) - scores[labels[row]!]!;
    if (scores.indexOf(top) !== labels[row]) wrong += 1;
  }
  return { loss: loss / count, errorPercent: (100 * wrong) / count };
}

/** The problem `digits`. */
export const digits = defineProblem({
  id: 'digits',
  title: 'Digits: a two-layer network',
  description:
    'Read handwritten digits: 10,000 images of MNIST, 28 × 28, split 7,000 / 1,500 / 1,500 into training, validation and test. ' +
    'A network with one hidden layer of 64 rectified units, 50,890 parameters, trained on cross-entropy in batches of 64.',
  steps: { quick: 400, standard: 2000, thorough: 4000 },
  batchSize,
  tuningMetric: { name: 'validation cross-entropy', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '%' },
  target: 0.3,
  load,
});
