/** Word vectors by factorizing a sparse matrix, as in GloVe, which used AdaGrad for it. With dense and with sparse gradients. */
import { loadCoOccurrences } from '../data/co-occurrences.ts';
import { defineProblem } from '../check-problem.ts';
import { countsPerStep, someCounts, vectorsByRows, vectorsNetwork, type Counts, type Vectors } from '../models/vectors.ts';
import type { LossAndRows, Model } from '../problem.ts';
import { regressionModel } from './network.ts';

/** The problem `co-occurrences`. */
export const coOccurrences = defineProblem({
  id: 'co-occurrences',
  title: 'Co-occurrences: word vectors',
  description:
    'Predicts how often one of 3,000 words follows another within five words in the definitions of WordNet, from the inner product of two vectors of size 16 plus two biases. The loss is that of ' +
    'GloVe (Pennington et al. 2014), the weighted squared error of the logarithm of the count. 455,782 pairs of words that occur, split at random: 10,000 for validation, 20,000 for test, the rest for training. The error on test data is ' +
    '1.66 for predicting the mean, 0.94 for the biases alone. 102,000 parameters; a batch of 256 pairs has gradients for at most 512 vectors.',
  steps: { quick: 2000, standard: 8000, thorough: 16_000 },
  batchSize: countsPerStep,
  tuningMetric: { name: 'validation error', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '' },
  margin: 0.016,
  target: 0.84,
  load: () => load(vectorsNetwork),
});

/** The problem `sparse-co-occurrences`. */
export const sparseCoOccurrences = defineProblem({
  ...coOccurrences,
  id: 'sparse-co-occurrences',
  title: 'Sparse co-occurrences: word vectors with sparse gradients',
  description:
    'The data, model and batches of co-occurrences, with sparse gradients: a step changes only the rows of words that occur in its batch, at most 512 of 6,000 vectors. ' +
    'AdaGrad and SGD have the same results as on co-occurrences. Moving averages and weight decay of a row are only updated when its word occurs, as in PyTorch’s SparseAdam. ' +
    'Methods that need the gradient of every row are rejected.',
  sparse: true,
  load: () => load(vectorsByRows),
});

function load(make: (size: number, train: Counts) => Vectors<number | LossAndRows>): Model {
  const { vocabulary, train, validation, test } = loadCoOccurrences();
  return regressionModel(make(vocabulary.length, train), { validation, test, monitored: someCounts(validation, 2000) }, 1);
}
