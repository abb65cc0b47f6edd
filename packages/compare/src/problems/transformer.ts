/** A transformer: the next letter of Moby Dick. */
import { alphabet, loadLetters } from '../data/moby-dick.ts';
import { defineProblem } from '../check-problem.ts';
import { passagesPerStep, transformer as transformerOf } from '../models/transformer.ts';

/** The problem `transformer`. */
export const transformer = defineProblem({
  id: 'transformer',
  title: 'Transformer: Moby Dick, letter by letter',
  description:
    'Tell the next letter at each place of passages of 32 letters from Moby Dick, by its cross-entropy in bits. Counting letters takes 4.26 bits on test data, pairs of letters 3.42, ' +
    'threes 2.82. One chapter in ten each for validation and test. A transformer with two blocks of width 32 and two heads, 28,032 parameters, of which those inside are matrices, ' +
    'trained on eight passages a step.',
  steps: { quick: 300, standard: 1000, thorough: 2500 },
  batchSize: passagesPerStep,
  tuningMetric: { name: 'validation entropy', lowerIsBetter: true, unit: 'bits' },
  testMetric: { name: 'test entropy', lowerIsBetter: true, unit: 'bits' },
  margin: 0.03,
  target: 3.5,
  load() {
    const { train, validation, test } = loadLetters();
    const network = transformerOf(alphabet.length, train);
    const heldOut = { validation: { text: validation, passages: 128 }, test: { text: test, passages: 256 } };
    const bits = (nats: number): number => nats / Math.LN2;
    return {
      start: (seed) => network.start(seed),
      gradient: (params, grads, seed, step) => network.gradient(params, grads, seed, step),
      evaluate: (params, split) => bits(network.meanLoss(params, heldOut[split].text, heldOut[split].passages)),
      monitor: (params) => bits(network.meanLoss(params, validation, 16)),
    };
  },
});
