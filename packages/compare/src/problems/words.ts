/** Sparse text: which party's president said this paragraph? Logistic regression on bags of words. */
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
    'Tell from a paragraph of a State of the Union address (1829–2021, pieces of about 100 words) whether the president was a Democrat or a Republican. ' +
    'Logistic regression on a bag of several thousand words, most of them rare: the setting AdaGrad was made for. ' +
    'Presidents, not paragraphs, are dealt to training, validation and test, era by era and party by party, so nobody stands on both sides.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  ...errorMetrics,
  traced: true,
  target: 38,
  load,
});
