/** Really sparse text: which field of knowledge does a word belong to, by its definition? Softmax regression on bags of words, whole and by rows. */
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
    'Tell from the definition of a noun in WordNet, about ten words, which of 26 fields it belongs to: animal, food, act and so on; guessing the commonest ' +
    'is wrong in 86 of 100. 82,000 definitions, split at random, 4,000 for validation and 4,000 for test. Softmax regression on a bag of 17,760 words, ' +
    'most of them rare: the setting AdaGrad was made for.',
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
  title: 'Sparse glosses: the field of a noun, by rows',
  description:
    'The same data, model and batches as glosses, whose weights are a table of sparse rows, one for each word: a step moves the rows of the words in its batch, about 410 of 17,760, ' +
    'and leaves the others as they are. AdaGrad and SGD have the results that they have on glosses; running means and decay of a word wait until it comes again, as in PyTorch’s SparseAdam. ' +
    'Methods that need every row are refused.',
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
