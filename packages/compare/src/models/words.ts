/** Logistic regression on bags of words, gradients by jax-js. Knows no files: whoever has the bags trains it, in Node or in a page. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { Batches } from '../data/random.ts';
import { batchSize, type Network } from './network.ts';

/** Paragraphs of some presidents: for each, word indices and log(1 + count) values, scaled to length 1, and its party. */
export interface Corpus {
  readonly words: readonly Uint32Array[];
  readonly values: readonly Float32Array[];
  /** 1 for Republican, 0 for Democratic. */
  readonly labels: Float32Array;
}

type Weights = { w: np.Array; b: np.Array };

/** Mean cross-entropy of logits x·w + b against labels 0 and 1. */
export function crossEntropy({ w, b }: Weights, x: np.Array, y: np.Array): np.Array {
  const z = np.dot(x, w).add(b);
  return np.mean(nn.softplus(z.ref).sub(z.mul(y)));
}

/** A regression on `size` words, trained on this corpus. */
export function wordsNetwork(size: number, train: Corpus): Network<Corpus> {
  const batches = new Batches(train.labels.length, batchSize);
  const lossAndGradient = jit(valueAndGrad(crossEntropy));
  // The dense batch, and which of its elements are not zero: clearing those is cheaper than two megabytes anew each step.
  const x = new Float32Array(batchSize * size);
  const y = new Float32Array(batchSize);
  const filled: number[] = [];
  const batch = (seed: number, step: number): [np.Array, np.Array] => {
    for (const touched of filled.splice(0)) x[touched] = 0;
    batches.at(seed, step).forEach((example, row) => {
      const values = train.values[example]!;
      train.words[example]!.forEach((word, i) => {
        x[row * size + word] = values[i]!;
        filled.push(row * size + word);
      });
      y[row] = train.labels[example]!;
    });
    return [np.array(x).reshape([batchSize, size]), np.array(y)];
  };
  return {
    traced: { loss: crossEntropy, batch },
    start: () => ({ w: tensor([size]), b: tensor([1]) }),
    gradient(params, grads, seed, step) {
      const weights = { w: np.array(Float32Array.from(params['w']!)), b: np.array(Float32Array.from(params['b']!)) };
      const [loss, gradient] = lossAndGradient(weights, ...batch(seed, step));
      grads['w']!.set(gradient.w.dataSync());
      grads['b']!.set(gradient.b.dataSync());
      return Number(loss.dataSync()[0]);
    },
    // By walking the words that are there.
    measure(params, { words, values, labels }) {
      const w = params['w']!;
      const b = params['b']![0]!;
      let loss = 0;
      let wrong = 0;
      labels.forEach((label, row) => {
        let z = b;
        words[row]!.forEach((word, i) => (z += w[word]! * values[row]![i]!));
        loss += Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
        if (z > 0 !== label > 0.5) wrong += 1;
      });
      return { loss: loss / labels.length, errorPercent: (100 * wrong) / labels.length };
    },
  };
}
