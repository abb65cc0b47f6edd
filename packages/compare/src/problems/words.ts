/** Sparse text: which party's president said this paragraph? Logistic regression on bags of words, gradients by jax-js. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { tensor } from 'thalweg';
import { loadAddresses, type Corpus } from '../data/addresses.ts';
import { Batches } from '../data/random.ts';
import { defineProblem, type Arrays, type Model } from '../problem.ts';

const batchSize = 64;

type Weights = { w: np.Array; b: np.Array };

/** Mean cross-entropy of logits x·w + b against labels 0 and 1. */
export function crossEntropy({ w, b }: Weights, x: np.Array, y: np.Array): np.Array {
  const z = np.dot(x, w).add(b);
  return np.mean(nn.softplus(z.ref).sub(z.mul(y)));
}

function load(): Model {
  const { vocabulary, train, validation, test } = loadAddresses();
  const size = vocabulary.length;
  const batches = new Batches(train.labels.length, batchSize);
  const lossAndGradient = jit(valueAndGrad(crossEntropy));
  // The dense batch, and which of its elements are not zero: clearing those is cheaper than two megabytes anew each step.
  const x = new Float32Array(batchSize * size);
  const y = new Float32Array(batchSize);
  const batch: number[] = [];
  return {
    start: () => ({ w: tensor([size]), b: tensor([1]) }),
    gradient(params, grads, seed, step) {
      for (const touched of batch.splice(0)) x[touched] = 0;
      batches.at(seed, step).forEach((example, row) => {
        const values = train.values[example]!;
        train.words[example]!.forEach((word, i) => {
          x[row * size + word] = values[i]!;
          batch.push(row * size + word);
        });
        y[row] = train.labels[example]!;
      });
      const weights = { w: np.array(Float32Array.from(params['w']!)), b: np.array(Float32Array.from(params['b']!)) };
      const [loss, gradient] = lossAndGradient(weights, np.array(x).reshape([batchSize, size]), np.array(y));
      grads['w']!.set(gradient.w.dataSync());
      grads['b']!.set(gradient.b.dataSync());
      return Number(loss.dataSync()[0]);
    },
    evaluate: (params, split) => (split === 'validation' ? measure(params, validation).loss : measure(params, test).errorPercent),
  };
}

/** Cross-entropy and error on a corpus, by walking the words that are there. */
function measure(params: Arrays, { words, values, labels }: Corpus): { loss: number; errorPercent: number } {
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
}

/** The problem `words`. */
export const words = defineProblem({
  id: 'words',
  title: 'Words: the party of a president',
  description:
    'Tell from a paragraph of a State of the Union address (1829–2021, pieces of about 100 words) whether the president was a Democrat or a Republican. ' +
    'Logistic regression on a bag of several thousand words, most of them rare: the setting AdaGrad was made for. ' +
    'Presidents, not paragraphs, are dealt to training, validation and test, era by era and party by party, so nobody stands on both sides.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  tuningMetric: { name: 'validation cross-entropy', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '%' },
  target: 0.62,
  load,
});
