/** A language model: predicts the next letter of Moby Dick. */
import { alphabet, loadLetters } from '../data/moby-dick.ts';
import { defineProblem } from '../check-problem.ts';
import { lettersIn, lettersNetwork } from '../models/letters.ts';
import { batchSize } from '../models/network.ts';
import type { Split } from '../problem.ts';

const metric = (split: Split): { name: string; lowerIsBetter: true; unit: string } => ({
  name: `${split} entropy`,
  lowerIsBetter: true,
  unit: 'bits',
});

/** The problem `moby-dick`. */
export const mobyDick = defineProblem({
  id: 'moby-dick',
  title: 'Moby Dick, letter by letter',
  description:
    'Predicts the next letter of Moby Dick from the eight before it; the metric is the cross-entropy in bits per letter. On test data, letter frequencies give 4.26 bits, those of pairs 3.42, those of triples 2.82. ' +
    '1.2 million letters from an alphabet of 38; a tenth of the chapters each for validation and test. Embeddings of size 8, one hidden layer of 64 tanh units, 6,934 parameters, trained on the cross-entropy ' +
    'in batches of 64.',
  steps: { quick: 500, standard: 2000, thorough: 4000 },
  batchSize,
  tuningMetric: metric('validation'),
  testMetric: metric('test'),
  margin: 0.03,
  target: 3.4,
  load() {
    const { train, validation, test } = loadLetters();
    const network = lettersNetwork(alphabet.length, lettersIn(train));
    const heldOut = { validation: lettersIn(validation, 4000), test: lettersIn(test, 8000) };
    const monitored = lettersIn(validation, 500);
    return {
      start: (seed) => network.start(seed),
      gradient: (params, grads, seed, step) => network.gradient(params, grads, seed, step),
      evaluate: (params, split) => network.measure(params, heldOut[split]).loss / Math.LN2,
      monitor: (params) => network.measure(params, monitored).loss / Math.LN2,
    };
  },
});
