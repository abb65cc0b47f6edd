/** Sparse text: was the speaker of this paragraph a Democrat or a Republican? Logistic regression on bags of words. */
import { loadAddresses } from '../data/addresses.ts';
import { defineProblem } from '../check-problem.ts';
import { batchSize } from '../models/network.ts';
import { wordsNetwork } from '../models/words.ts';
import type { Model } from '../problem.ts';
import { errorMetrics, modelOf } from './network.ts';

function load(): Model {
  const { vocabulary, train, validation, test } = loadAddresses();
  return modelOf(wordsNetwork(vocabulary.length, train), { validation, test, monitored: validation });
}

/** The problem `words`. */
export const words = defineProblem({
  id: 'words',
  title: 'Words: the party of a president',
  description:
    'Predicts from a passage of a State of the Union address (1829–2021, about 100 words each) whether the president was a Democrat or a Republican. ' +
    'Logistic regression on bags of words with a vocabulary of several thousand, most of them rare: the kind of problem AdaGrad was designed for. ' +
    'Training, validation and test have different presidents, balanced by era and party.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  ...errorMetrics,
  traced: true,
  target: 38,
  load,
});
