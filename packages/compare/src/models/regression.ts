/** A network of layers that tells a number, by its mean squared error. Knows no files: whoever has the rows trains it. */
import type { Parameter } from 'thalweg';
import { Batches, random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';
import { Layers } from './layers.ts';
import { batchSize } from './network.ts';

/** Rows of inputs, one after the other, and the number that each is to tell. */
export interface Rows {
  readonly inputs: Float32Array<ArrayBuffer>;
  readonly targets: Float32Array<ArrayBuffer>;
}

/** A regression with its training data; `meanSquare` is its error on some rows. */
export interface Regression {
  start(seed: number): Readonly<Record<string, Parameter>>;
  gradient(params: Arrays, grads: Arrays, seed: number, step: number): number;
  meanSquare(params: Arrays, rows: Rows): number;
}

/** A network over hidden layers of these sizes, with tanh, trained on these rows. */
export function regression(hidden: readonly number[], train: Rows): Regression {
  const batches = new Batches(train.targets.length, batchSize);
  const size = train.inputs.length / train.targets.length;
  const layers = new Layers([size, ...hidden, 1], batchSize);
  /** Computes the outputs of some rows and puts their misses in the place of them; returns the sum of their squares. */
  const miss = (params: Arrays, { inputs, targets }: Rows, rows: ArrayLike<number>): number => {
    for (let i = 0; i < rows.length; i++) layers.input.set(inputs.subarray(rows[i]! * size, (rows[i]! + 1) * size), i * size);
    layers.forward(params, rows.length);
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += (layers.output[i]! -= targets[rows[i]!]!) ** 2;
    return sum;
  };
  return {
    start: (seed) => layers.start(random(seed, 7)),
    gradient(params, grads, seed, step) {
      const sum = miss(params, train, batches.at(seed, step));
      for (let i = 0; i < batchSize; i++) layers.output[i]! *= 2 / batchSize;
      layers.backward(grads, batchSize);
      return sum / batchSize;
    },
    meanSquare(params, rows) {
      const all = Uint32Array.from(rows.targets, (_, i) => i);
      let sum = 0;
      for (let from = 0; from < all.length; from += batchSize) sum += miss(params, rows, all.subarray(from, from + batchSize));
      return sum / all.length;
    },
  };
}
