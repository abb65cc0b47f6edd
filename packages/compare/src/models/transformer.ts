/**
 * A transformer of letters (Vaswani et al. 2017; layers normalized before each part, without biases): at each place of a passage it tells the next letter. Gradients
 * by jax-js. Knows no files: whoever has the text trains it.
 */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor, type Parameter } from 'thalweg';
import { Batches, normal, random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';

/** Passages per step. */
export const passagesPerStep = 8;

/** Letters of a passage. */
export const passage = 32;

const [width, heads, blocks] = [32, 2, 2];

/** The shapes of the parameters; the names are those of a tree. */
function shapesFor(size: number): Readonly<Record<string, readonly [rows: number, columns: number]>> {
  const block = { q: [width, width], k: [width, width], v: [width, width], out: [width, width], up: [width, 4 * width], down: [4 * width, width] } as const; // prettier-ignore
  const inBlocks = Array.from({ length: blocks }, (_, i) => Object.entries(block).map(([name, shape]) => [`blocks.${String(i)}.${name}`, shape] as const)); // prettier-ignore
  return { letters: [size, width], places: [passage, width], ...Object.fromEntries(inBlocks.flat()), head: [width, size] };
}

type Weights = Record<string, np.Array>;

/** The mean of −log p of the letters `y` that follow those of `x`, passages row by row. */
function meanCrossEntropy(weights: Weights, x: np.Array, y: np.Array): np.Array {
  const [count, size] = [x.shape[0]!, weights['letters']!.shape[0]!];
  const split = (h: np.Array): np.Array => h.reshape([count, passage, heads, width / heads]);
  let h = np.matmul(nn.oneHot(x, size), weights['letters']!).add(weights['places']!);
  for (let i = 0; i < blocks; i++) {
    const of = (name: string): np.Array => weights[`blocks.${String(i)}.${name}`]!;
    const n = nn.standardize(h.ref);
    const attended = nn.dotProductAttention(split(np.matmul(n.ref, of('q'))), split(np.matmul(n.ref, of('k'))), split(np.matmul(n, of('v'))), { isCausal: true }); // prettier-ignore
    h = h.add(np.matmul(attended.reshape([count, passage, width]), of('out')));
    h = h.ref.add(np.matmul(nn.gelu(np.matmul(nn.standardize(h), of('up'))), of('down')));
  }
  const logits = nn.logSoftmax(np.matmul(nn.standardize(h), weights['head']!));
  // Sum by sum: thousands of terms in one would lose the fourth digit in float32.
  return np.multiply(logits, nn.oneHot(y, size)).sum(-1).sum(-1).sum().mul(-1 / (count * passage)); // prettier-ignore
}

/** A transformer with its training text; `meanLoss` is the mean cross-entropy on so many passages, spread evenly over a text. */
export interface Transformer {
  start(seed: number): Readonly<Record<string, Parameter>>;
  gradient(params: Arrays, grads: Arrays, seed: number, step: number): number;
  meanLoss(params: Arrays, text: Uint8Array, passages: number): number;
}

/** A transformer over an alphabet of `size`, trained on the passages of a text. */
export function transformer(size: number, text: Uint8Array): Transformer {
  const shapes = shapesFor(size);
  const batches = new Batches(Math.floor((text.length - 1) / passage), passagesPerStep);
  const lossAndGradient = jit(valueAndGrad(meanCrossEntropy));
  const lossAlone = jit(meanCrossEntropy);
  const weightsOf = (params: Arrays): Weights =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, np.array(Float32Array.from(params[name]!)).reshape([...shape])]),
    );
  /** The letters of passages that begin at some places, and those that follow. */
  const passages = (from: Uint8Array, starts: readonly number[]): [np.Array, np.Array] => {
    const at = (shift: number): np.Array => {
      const letters = new Int32Array(starts.length * passage);
      starts.forEach((start, row) => letters.set(from.subarray(start + shift, start + shift + passage), row * passage));
      return np.array(letters).reshape([starts.length, passage]);
    };
    return [at(0), at(1)];
  };
  return {
    start(seed) {
      const next = random(seed, 7);
      const scale = (name: string, rows: number): number => (name === 'letters' ? 0.3 : name === 'places' ? 0.1 : 1 / Math.sqrt(rows));
      return Object.fromEntries(
        Object.entries(shapes).map(([name, [rows, columns]]) => {
          const values = Float32Array.from({ length: rows * columns }, () => scale(name, rows) * normal(next));
          return [name, tensor([rows, columns], { values })];
        }),
      );
    },
    gradient(params, grads, seed, step) {
      const starts = Array.from(batches.at(seed, step), (i) => i * passage);
      const [loss, gradient] = lossAndGradient(weightsOf(params), ...passages(text, starts));
      for (const [name, array] of Object.entries(gradient)) grads[name]!.set(array.dataSync());
      return Number(loss.dataSync()[0]);
    },
    meanLoss(params, other, count) {
      const stride = Math.floor((other.length - passage - 1) / count);
      const starts = Array.from({ length: count }, (_, i) => i * stride);
      return Number(lossAlone(weightsOf(params), ...passages(other, starts)).dataSync()[0]);
    },
  };
}
