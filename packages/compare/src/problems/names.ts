/** Small sparse text: is a first name a woman's or a man's? Softmax regression on substrings of names. */
import { defineProblem } from '../check-problem.ts';
import { loadNames } from '../data/names.ts';
import { glossesNetwork } from '../models/glosses.ts';
import { batchSize } from '../models/network.ts';
import { errorMetrics, modelOf } from './network.ts';

/** The problem `names`. */
export const names = defineProblem({
  id: 'names',
  title: 'Names: the sex of a first name',
  description:
    'Predicts whether a first name from an English-speaking country is a woman’s or a man’s; always predicting a woman’s has an error of 44 %. 7,984 names, without those used for ' +
    'both, split at random: 1,000 for validation, 1,500 for test, the rest for training. Softmax regression on 5,208 substrings of one to four letters, about 24 of which occur in a name.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  ...errorMetrics,
  testSize: 1500,
  target: 15,
  load() {
    const { vocabulary, train, validation, test } = loadNames();
    return modelOf(glossesNetwork(vocabulary.length, train, 2), { validation, test, monitored: validation });
  },
});
