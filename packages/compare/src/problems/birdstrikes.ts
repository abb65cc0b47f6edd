/** A table with columns of many kinds: how fast was the aircraft that hit a bird? */
import { knots, loadStrikes } from '../data/birdstrikes.ts';
import { defineProblem } from '../check-problem.ts';
import { batchSize } from '../models/network.ts';
import { regression } from '../models/regression.ts';
import { regressionModel } from './network.ts';

/** The problem `birdstrikes`. */
export const birdstrikes = defineProblem({
  id: 'birdstrikes',
  title: 'Bird strikes: the speed of an aircraft',
  description:
    'Tell from a report of a collision with an animal how fast the aircraft was: by airport, type of aircraft, airline, phase of flight, animal and damage, of each ' +
    'value a 0 or 1, most of them rare, and by date and cost in units of their own. The mean of the training data misses by 42 knots on test data, a linear regression by 31.5. ' +
    '7,164 reports, split at random, 1,000 for validation and 1,500 for test. A network with one hidden layer of 32 units of tanh, trained on the squared error.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  tuningMetric: { name: 'validation error', lowerIsBetter: true, unit: 'knots' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: 'knots' },
  margin: 0.8,
  target: 34,
  load() {
    const { train, validation, test } = loadStrikes();
    return regressionModel(regression([32], train), { validation, test, monitored: validation }, knots);
  },
});
