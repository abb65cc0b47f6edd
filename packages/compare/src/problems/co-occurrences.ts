/** Vectors of words: a sparse table factored, the setting that GloVe took AdaGrad for. Whole and by rows. */
import { loadCoOccurrences } from '../data/co-occurrences.ts';
import { defineProblem } from '../check-problem.ts';
import { countsPerStep, someCounts, vectorsByRows, vectorsNetwork, type Counts, type Vectors } from '../models/vectors.ts';
import type { LossAndRows, Model } from '../problem.ts';
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
  load: () => load(vectorsNetwork),
});

/** The problem `sparse-co-occurrences`. */
export const sparseCoOccurrences = defineProblem({
  ...coOccurrences,
  id: 'sparse-co-occurrences',
  title: 'Sparse co-occurrences: vectors of words, by rows',
  description:
    'The same data, model and batches as co-occurrences, whose vectors and biases are tables of sparse rows, one for each word: a step moves the rows of the words in its batch, at most 512 of 6,000 vectors, ' +
    'and leaves the others as they are. AdaGrad and SGD have the results that they have on co-occurrences; running means and decay of a word wait until it comes again, as in PyTorch’s SparseAdam. ' +
    'Methods that need every row are refused.',
  sparse: true,
  load: () => load(vectorsByRows),
});

function load(make: (size: number, train: Counts) => Vectors<number | LossAndRows>): Model {
  const { vocabulary, train, validation, test } = loadCoOccurrences();
  return regressionModel(make(vocabulary.length, train), { validation, test, monitored: someCounts(validation, 2000) }, 1);
}
