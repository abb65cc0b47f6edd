/**
 * The next letter of a text from those before it: embeddings, one hidden layer, softmax (Bengio et al. 2003). Gradients by jax-js; embeddings are looked up, and
 * their slopes added up, by hand. Knows no files: whoever has the text trains it.
 */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { Batches, normal, random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';
import { batchSize, type Network } from './network.ts';

/** Letters, and the places of those that are to be told. */
export interface Letters {
  readonly text: Uint8Array;
  readonly places: Uint32Array;
}

/** Letters that are looked at before each. */
export const context = 8;

const [embedding, hidden] = [8, 64];
const inputs = context * embedding;

/** So many places, evenly over a text; all where there is no number. */
export function lettersIn(text: Uint8Array, count = text.length - context): Letters {
  const stride = (text.length - context) / count;
  return { text, places: Uint32Array.from({ length: count }, (_, i) => context + Math.floor(i * stride)) };
}

/** What has a slope: the inputs, and the weights of both layers. */
type Differentiated = { x: np.Array; W1: np.Array; b1: np.Array; W2: np.Array; b2: np.Array };

function logits({ x, W1, b1, W2, b2 }: Differentiated): np.Array {
  return np.dot(np.tanh(np.dot(x, W1).add(b1)), W2).add(b2);
}

function meanCrossEntropy(differentiated: Differentiated, y: np.Array): np.Array {
  return np.mean(nn.logSoftmax(logits(differentiated), -1).mul(y).sum(-1)).mul(-1);
}

/** A network over an alphabet of `size`, trained on these letters. */
export function lettersNetwork(size: number, train: Letters): Network<Letters> {
  const batches = new Batches(train.places.length, batchSize);
  const lossAndSlopes = jit(valueAndGrad(meanCrossEntropy));
  const predict = jit(logits);
  /** Calls `visit` with the place in E and that in the inputs of each letter before some places. */
  const each = (text: Uint8Array, places: ArrayLike<number>, visit: (from: number, at: number) => void): void => {
    for (let row = 0; row < places.length; row++)
      for (let k = 0; k < context; k++) visit(text[places[row]! - context + k]! * embedding, (row * context + k) * embedding);
  };
  const differentiated = (params: Arrays, { text, places }: Letters): Differentiated => {
    const [E, x] = [params['E']!, new Float32Array(places.length * inputs)];
    each(text, places, (from, at) => {
      for (let i = 0; i < embedding; i++) x[at + i] = E[from + i]!;
    });
    const array = (name: string): np.Array => np.array(Float32Array.from(params[name]!));
    return {
      x: np.array(x).reshape([places.length, inputs]),
      W1: array('W1').reshape([inputs, hidden]),
      b1: array('b1'),
      W2: array('W2').reshape([hidden, size]),
      b2: array('b2'),
    };
  };
  return {
    start(seed) {
      const next = random(seed, 7);
      const normals = (rows: number, columns: number, deviation: number): Float32Array =>
        Float32Array.from({ length: rows * columns }, () => normal(next) * deviation);
      return {
        E: tensor([size, embedding], { values: normals(size, embedding, 1) }),
        W1: tensor([inputs, hidden], { values: normals(inputs, hidden, 1 / Math.sqrt(inputs)) }),
        b1: tensor([hidden]),
        W2: tensor([hidden, size], { values: normals(hidden, size, 1 / Math.sqrt(hidden)) }),
        b2: tensor([size]),
      };
    },
    gradient(params, grads, seed, step) {
      const places = Uint32Array.from(batches.at(seed, step), (i) => train.places[i]!);
      const y = new Float32Array(batchSize * size);
      places.forEach((place, row) => (y[row * size + train.text[place]!] = 1));
      const letters = { text: train.text, places };
      const [loss, { x, ...slopes }] = lossAndSlopes(differentiated(params, letters), np.array(y).reshape([batchSize, size]));
      for (const [name, array] of Object.entries(slopes)) grads[name]!.set(array.dataSync());
      const [into, from] = [grads['E']!.fill(0), x.dataSync()];
      each(train.text, places, (row, at) => {
        for (let i = 0; i < embedding; i++) into[row + i]! += from[at + i]!;
      });
      return Number(loss.dataSync()[0]);
    },
    measure(params, letters) {
      const out = predict(differentiated(params, letters)).dataSync() as Float32Array;
      let [loss, wrong] = [0, 0];
      letters.places.forEach((place, row) => {
        const [scores, label] = [out.subarray(row * size, (row + 1) * size), letters.text[place]!];
        const top = Math.max(...scores);
        loss += top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0)) - scores[label]!;
        if (scores.indexOf(top) !== label) wrong += 1;
      });
      return { loss: loss / letters.places.length, errorPercent: (100 * wrong) / letters.places.length };
    },
  };
}
