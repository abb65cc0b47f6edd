/** Tabular data with columns of many kinds: how fast was the aircraft that hit a bird? */
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
    'Predicts an aircraft’s speed from a report of its collision with an animal. Features: airport, type of aircraft, airline, phase of flight, animal and damage, ' +
    'one-hot and mostly rare; date and cost, not scaled to a common unit. The root mean squared error on test data is 42 knots for predicting the mean, 31.5 for linear regression. ' +
    '7,164 reports, split at random: 1,000 for validation, 1,500 for test, the rest for training. A network with one hidden layer of 32 tanh units, trained on the squared error.',
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
