/** Clothes: the images of Fashion-MNIST and a three-layer network. */
import { loadFashion } from '../data/images.ts';
import { defineProblem } from '../check-problem.ts';
import { digitsNetwork, firstImages } from '../models/digits.ts';
import { batchSize } from '../models/network.ts';
import { errorMetrics, modelOf } from './network.ts';

/** The problem `fashion`. */
export const fashion = defineProblem({
  id: 'fashion',
  title: 'Fashion: a three-layer network',
  description:
    'Tell ten kinds of clothes apart: 10,000 images of Fashion-MNIST, as many of each kind, 14 × 14 in 16 greys, split 7,000 / 1,500 / 1,500 into training, ' +
    'validation and test; guessing is wrong in 90 of 100. A network with two hidden layers of 64 rectified units, 17,418 parameters, trained on cross-entropy in batches of 64.',
  steps: { quick: 400, standard: 2000, thorough: 4000 },
  batchSize,
  ...errorMetrics,
  testSize: 1500,
  target: 18,
  load() {
    const { train, validation, test } = loadFashion();
    return modelOf(digitsNetwork(train, 2), { validation, test, monitored: firstImages(validation, 300) });
  },
});
