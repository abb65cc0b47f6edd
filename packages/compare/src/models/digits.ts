/** Handwritten digits: a two-layer network, gradients by jax-js. Knows no files: whoever has the images trains it, in Node or in a page. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { Batches, normal, random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';
import { batchSize, type Network } from './network.ts';

/** Images row by row, and the digit on each. */
export interface Images {
  readonly pixels: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array;
  readonly count: number;
}

/** The first images of a set. */
export function firstImages({ pixels, labels, count }: Images, most: number): Images {
  const kept = Math.min(most, count);
  return { pixels: pixels.subarray(0, (kept * pixels.length) / count), labels: labels.subarray(0, kept), count: kept };
}

/** Pixels of one image. */
export const imageSize = 28 * 28;

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

/** A network with one hidden layer of 64 rectified units, trained on these images. */
export function digitsNetwork(train: Images): Network<Images> {
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
    measure(params, images) {
      const out = predict(toWeights(params), np.array(images.pixels).reshape([images.count, imageSize])).dataSync() as Float32Array;
      let loss = 0;
      let wrong = 0;
      for (let row = 0; row < images.count; row++) {
        const scores = out.subarray(row * classes, (row + 1) * classes);
        const top = Math.max(...scores);
        loss += top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0)) - scores[images.labels[row]!]!;
        if (scores.indexOf(top) !== images.labels[row]) wrong += 1;
      }
      return { loss: loss / images.count, errorPercent: (100 * wrong) / images.count };
    },
  };
}
