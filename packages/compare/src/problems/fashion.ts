/** Clothes: images of Fashion-MNIST and a three-layer network. */
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
    'Classifies ten kinds of clothes: 10,000 images of Fashion-MNIST, equally many of each class, 14 × 14 pixels in 16 grey levels; 7,000 for training, 1,500 for validation, ' +
    '1,500 for test. Guessing has an error of 90 %. A network with two hidden layers of 64 ReLU units, 17,418 parameters, trained on the cross-entropy in batches of 64.',
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
