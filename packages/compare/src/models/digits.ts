/** Images in ten classes: a network of layers, gradients by jax-js. Knows no files: whoever has the images trains it, in Node or in a page. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { Batches, normal, random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';
import { batchSize, type Network } from './network.ts';

/** Images row by row, and the class of each, such as its digit. */
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

/** Pixels of a digit. */
export const imageSize = 28 * 28;

const hidden = 64;
const classes = 10;

/** W1, b1, W2, b2 and so on. */
type Weights = Record<string, np.Array>;

/** The scores of images: rectified linear layers, the last without. */
function logits(weights: Weights, x: np.Array): np.Array {
  const layers = Object.keys(weights).length / 2;
  let out = x;
  for (let n = 1; n <= layers; n++) {
    const sum = np.dot(out, weights[`W${String(n)}`]!).add(weights[`b${String(n)}`]!);
    out = n < layers ? nn.relu(sum) : sum;
  }
  return out;
}

/** Mean cross-entropy of a network against one-hot labels. */
function networkLoss(weights: Weights, x: np.Array, y: np.Array): np.Array {
  return np.mean(nn.logSoftmax(logits(weights, x), -1).mul(y).sum(-1)).mul(-1);
}

/** A network with so many hidden layers of 64 rectified units, trained on these images. */
export function digitsNetwork(train: Images, hiddenLayers = 1): Network<Images> {
  const batches = new Batches(train.count, batchSize);
  const lossAndGradient = jit(valueAndGrad(networkLoss));
  const predict = jit(logits);
  const size = train.pixels.length / train.count;
  const sizes = [size, ...Array.from({ length: hiddenLayers }, () => hidden), classes];
  const layers = sizes.slice(1).map((columns, i) => ({ n: String(i + 1), rows: sizes[i]!, columns }));
  const toWeights = (params: Arrays): Weights => {
    const array = (name: string): np.Array => np.array(Float32Array.from(params[name]!));
    return Object.fromEntries(
      layers.flatMap(({ n, rows, columns }) => [
        [`W${n}`, array(`W${n}`).reshape([rows, columns])],
        [`b${n}`, array(`b${n}`)],
      ]),
    );
  };
  return {
    start(seed) {
      const next = random(seed, 7);
      const he = (rows: number, columns: number): Float32Array =>
        Float32Array.from({ length: rows * columns }, () => normal(next) * Math.sqrt(2 / rows));
      return Object.fromEntries(
        layers.flatMap(({ n, rows, columns }) => [
          [`W${n}`, tensor([rows, columns], { values: he(rows, columns) })],
          [`b${n}`, tensor([columns])],
        ]),
      );
    },
    gradient(params, grads, seed, step) {
      const x = new Float32Array(batchSize * size);
      const y = new Float32Array(batchSize * classes);
      batches.at(seed, step).forEach((example, row) => {
        x.set(train.pixels.subarray(example * size, (example + 1) * size), row * size);
        y[row * classes + train.labels[example]!] = 1;
      });
      const inputs = np.array(x).reshape([batchSize, size]);
      const [loss, gradient] = lossAndGradient(toWeights(params), inputs, np.array(y).reshape([batchSize, classes]));
      for (const [name, array] of Object.entries(gradient)) grads[name]!.set(array.dataSync());
      return Number(loss.dataSync()[0]);
    },
    measure(params, images) {
      const out = predict(toWeights(params), np.array(images.pixels).reshape([images.count, size])).dataSync() as Float32Array;
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
