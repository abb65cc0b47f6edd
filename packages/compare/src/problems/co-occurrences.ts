/** Vectors of words: a sparse table factored, the setting that GloVe took AdaGrad for. */
import { loadCoOccurrences } from '../data/co-occurrences.ts';
import { defineProblem } from '../check-problem.ts';
import { countsPerStep, someCounts, vectorsNetwork } from '../models/vectors.ts';
import { regressionModel } from './network.ts';

/** The problem `co-occurrences`. */
export const coOccurrences = defineProblem({
  id: 'co-occurrences',
  title: 'Co-occurrences: vectors of words',
  description:
    'Tell how often one of 3,000 words follows another within five words in the definitions of WordNet, by the product of two vectors of 16 and a bias of each: the loss of ' +
    'GloVe (Pennington et al. 2014), squared errors of log count, weighted. 455,782 pairs that occur, split at random, 10,000 for validation and 20,000 for test. On test data the mean ' +
    'misses by 1.66, biases alone by 0.94. 102,000 parameters, of which a batch of 256 pairs has gradients for at most 512 rows.',
  steps: { quick: 2000, standard: 8000, thorough: 16_000 },
  batchSize: countsPerStep,
  tuningMetric: { name: 'validation error', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '' },
  margin: 0.016,
  target: 0.84,
  load() {
    const { vocabulary, train, validation, test } = loadCoOccurrences();
    return regressionModel(vectorsNetwork(vocabulary.length, train), { validation, test, monitored: someCounts(validation, 2000) }, 1);
  },
});
