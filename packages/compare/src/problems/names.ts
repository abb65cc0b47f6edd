/** Small sparse text: whose name is it? Softmax regression on the pieces of first names. */
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
    'Tell from a first name of an English-speaking country whether it is a woman’s or a man’s; guessing women’s is wrong in 44 of 100. 7,984 names without those that are ' +
    'both, split at random, 1,000 for validation and 1,500 for test. Softmax regression on a bag of 5,208 pieces of one to four letters, of which a name has 24.',
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
