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
    `Tell from the births in the United States on ${String(days)} consecutive days how many there are on the next. Errors are root mean squares, in % of the ` +
    'window’s standard deviation: on test data the value of the day before misses by 115 %, that of a week before by 46 %, a linear regression by 36 %. 7,305 days, split by ' +
    'time: 1969 to 1982 for training, three years for validation, three for test. A network with one hidden layer of 32 units of tanh, trained on the squared error.',
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
