/** Handwritten digits: images of MNIST and a two-layer network. */
import { loadImages } from '../data/images.ts';
import { digitsNetwork, firstImages } from '../models/digits.ts';
import { defineProblem } from '../check-problem.ts';
import { batchSize } from '../models/network.ts';
import type { Model } from '../problem.ts';
import { errorMetrics, modelOf } from './network.ts';

function load(): Model {
  const { train, validation, test } = loadImages();
  return modelOf(digitsNetwork(train), { validation, test, monitored: firstImages(validation, 300) });
}

/** The problem `digits`. */
export const digits = defineProblem({
  id: 'digits',
  title: 'Digits: a two-layer network',
  description:
    'Classifies handwritten digits: 10,000 MNIST images of 28 × 28 pixels, 7,000 for training, 1,500 for validation, 1,500 for test. ' +
    'A network with one hidden layer of 64 ReLU units, 50,890 parameters, trained on the cross-entropy in batches of 64.',
  steps: { quick: 400, standard: 2000, thorough: 4000 },
  batchSize,
  ...errorMetrics,
  testSize: 1500,
  target: 8,
  load,
});
