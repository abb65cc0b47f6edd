/** Sparse text: which party's president said this paragraph? Logistic regression on bags of words. */
import { loadAddresses } from '../data/addresses.ts';
import { defineProblem } from '../check-problem.ts';
import { batchSize } from '../models/network.ts';
import { wordsNetwork } from '../models/words.ts';
import type { Model } from '../problem.ts';

function load(): Model {
  const { vocabulary, train, validation, test } = loadAddresses();
  const network = wordsNetwork(vocabulary.length, train);
  return {
    ...network,
    evaluate: (params, split) =>
      split === 'validation' ? network.measure(params, validation).loss : network.measure(params, test).errorPercent,
  };
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
