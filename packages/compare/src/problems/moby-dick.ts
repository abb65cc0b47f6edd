/** Language, letter by letter: what comes next in Moby Dick? */
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
    'Tell the next letter of Moby Dick from the eight before it, by its cross-entropy in bits. Counting letters takes 4.26 bits on test data, pairs of letters 3.42, threes 2.82. ' +
    '1.2 million letters of 38, one chapter in ten each for validation and test. Embeddings of 8, one hidden layer of 64 units of tanh, 6,934 parameters, trained on cross-entropy ' +
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
