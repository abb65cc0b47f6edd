/** Really sparse text: which field of knowledge does a word belong to, by its definition? Softmax regression on bags of words. */
import { loadGlosses } from '../data/glosses.ts';
import { defineProblem } from '../check-problem.ts';
import { glossesNetwork } from '../models/glosses.ts';
import { batchSize } from '../models/network.ts';
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
  load() {
    const { vocabulary, train, validation, test } = loadGlosses();
    return modelOf(glossesNetwork(vocabulary.length, train), {
      validation,
      test,
      monitored: { words: validation.words.slice(0, 500), labels: validation.labels.subarray(0, 500) },
    });
  },
});
