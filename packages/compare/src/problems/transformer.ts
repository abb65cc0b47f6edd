/** A transformer that predicts the next letter of Moby Dick. */
import { alphabet, loadLetters } from '../data/moby-dick.ts';
import { defineProblem } from '../check-problem.ts';
import { passagesPerStep, transformer as transformerOf } from '../models/transformer.ts';

/** The problem `transformer`. */
export const transformer = defineProblem({
  id: 'transformer',
  title: 'Transformer: Moby Dick, letter by letter',
  description:
    'Predicts the next letter at each position of passages of 32 letters from Moby Dick; the metric is the cross-entropy in bits per letter. On test data, letter frequencies give 4.26 bits, those of pairs 3.42, ' +
    'those of triples 2.82. A tenth of the chapters each for validation and test. A transformer with two blocks of width 32 and two heads, 28,032 parameters; those of the blocks are matrices. ' +
    'Trained in batches of eight passages.',
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
