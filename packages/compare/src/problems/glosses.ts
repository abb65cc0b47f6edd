/** Very sparse text: to which field does a noun belong, by its definition? Softmax regression on bags of words, with dense and with sparse gradients. */
import { loadGlosses } from '../data/glosses.ts';
import { defineProblem } from '../check-problem.ts';
import { glossesByRows, glossesNetwork, type Glosses } from '../models/glosses.ts';
import { batchSize, type Network } from '../models/network.ts';
import type { LossAndRows, Model } from '../problem.ts';
import { errorMetrics, modelOf } from './network.ts';

/** The problem `glosses`. */
export const glosses = defineProblem({
  id: 'glosses',
  title: 'Glosses: the field of a noun',
  description:
    'Predicts from a noun’s definition in WordNet, about ten words, to which of 26 fields it belongs (animal, food, act and so on); always predicting the most frequent field ' +
    'has an error of 86 %. 82,000 definitions, split at random: 4,000 for validation, 4,000 for test, the rest for training. Softmax regression on bags of words with a vocabulary of 17,760, ' +
    'most of them rare: the kind of problem AdaGrad was designed for.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  ...errorMetrics,
  testSize: 4000,
  target: 40,
  load: () => load(glossesNetwork),
});

/** The problem `sparse-glosses`. */
export const sparseGlosses = defineProblem({
  ...glosses,
  id: 'sparse-glosses',
  title: 'Sparse glosses: the field of a noun, with sparse gradients',
  description:
    'The data, model and batches of glosses, with sparse gradients: a step changes only the rows of words that occur in its batch, about 410 of 17,760. ' +
    'AdaGrad and SGD have the same results as on glosses. Moving averages and weight decay of a row are only updated when its word occurs, as in PyTorch’s SparseAdam. ' +
    'Methods that need the gradient of every row are rejected.',
  sparse: true,
  load: () => load(glossesByRows),
});

function load(make: (size: number, train: Glosses) => Network<Glosses, number | LossAndRows>): Model {
  const { vocabulary, train, validation, test } = loadGlosses();
  return modelOf(make(vocabulary.length, train), {
    validation,
    test,
    monitored: { words: validation.words.slice(0, 500), labels: validation.labels.subarray(0, 500) },
  });
}
