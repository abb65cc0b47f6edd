/** A time series: how many children will be born tomorrow? */
import { days, loadBirths } from '../data/births.ts';
import { defineProblem } from '../check-problem.ts';
import { batchSize } from '../models/network.ts';
import { regression } from '../models/regression.ts';
import { regressionModel } from './network.ts';

/** The problem `births`. */
export const births = defineProblem({
  id: 'births',
  title: 'Births: a time series',
  description:
    `Predicts the number of births in the United States on a day from those of the ${String(days)} days before. The metric is the root mean squared error in % of the ` +
    'window’s standard deviation; on test data it is 115 % for predicting the value of the day before, 46 % for that of a week before, 36 % for linear regression. 7,305 days, split by ' +
    'time: 1969 to 1982 for training, then three years for validation and three for test. A network with one hidden layer of 32 tanh units, trained on the squared error.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  tuningMetric: { name: 'validation error', lowerIsBetter: true, unit: '%' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '%' },
  margin: 2,
  target: 36,
  load() {
    const { train, validation, test } = loadBirths();
    return regressionModel(regression([32], train), { validation, test, monitored: validation }, 100);
  },
});
