/**
 * A problem of your own from a CSV file: linear regression of a penguin's body mass on species, sex, beak and flipper, with a gradient written by hand.
 * `thalweg compare examples/compare/csv.ts --optimizers sgd,sgd-momentum,adamw`. Data: Gorman, Williams & Fraser 2014 (CC0).
 */
import { readFileSync } from 'node:fs';
import { defineProblem, permutation, random, type Arrays, type Split } from '@thalweg/compare';
import { tensor } from 'thalweg';

const kinds = ['Adelie', 'Chinstrap', 'Gentoo', 'male'];

/** The rows as numbers: species and sex one-hot, three lengths, and the mass in kilograms. */
const lines = readFileSync(new URL('penguins.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1);
const rows = lines.map((line) => {
  const [species, beak, depth, flipper, sex, mass] = line.split(',');
  return { inputs: [...kinds.map((kind) => Number(kind === species || kind === sex)), Number(beak), Number(depth), Number(flipper)], mass: Number(mass) / 1000 };
}); // prettier-ignore

const order = [...permutation(rows.length, random(1))].map((i) => rows[i]!);
const [validation, test, train] = [order.slice(0, 60), order.slice(60, 120), order.slice(120)];
const size = kinds.length + 3;
const batchSize = 16;

// Mean and standard deviation of each input, from the training data only.
const mean = Array.from({ length: size }, (_, j) => train.reduce((sum, { inputs }) => sum + inputs[j]!, 0) / train.length);
const deviation = mean.map((m, j) => Math.sqrt(train.reduce((sum, { inputs }) => sum + (inputs[j]! - m) ** 2, 0) / train.length));
const scaled = (inputs: readonly number[]): number[] => inputs.map((x, j) => (x - mean[j]!) / deviation[j]!);

function missed({ w, b }: Arrays, { inputs, mass }: (typeof rows)[number]): number {
  return scaled(inputs).reduce((sum, x, j) => sum + x * w![j]!, b![0]!) - mass;
}

const metric = { lowerIsBetter: true, unit: 'kg' };

export default defineProblem({
  id: 'penguins',
  title: 'Penguins: predicting body mass',
  description: `Linear regression with ${String(size + 1)} parameters; ${String(train.length)} penguins for training, ${String(validation.length)} for validation, ${String(test.length)} for test.`,
  steps: { quick: 200, standard: 600, thorough: 2000 },
  batchSize,
  tuningMetric: { name: 'validation error', ...metric },
  testMetric: { name: 'test error', ...metric },
  target: 0.35,
  load: () => ({
    start: () => ({ w: tensor([size]), b: tensor([1]) }),
    gradient(params, grads, seed, step) {
      const next = random(seed, step);
      let loss = 0;
      for (const gradient of Object.values(grads)) gradient.fill(0);
      for (let i = 0; i < batchSize; i++) {
        const row = train[Math.floor(next() * train.length)]!;
        const error = missed(params, row);
        scaled(row.inputs).forEach((x, j) => (grads.w[j]! += (error * x) / batchSize));
        grads.b[0]! += error / batchSize;
        loss += error ** 2 / 2 / batchSize;
      }
      return loss;
    },
    evaluate: (params, split: Split) => {
      const held = split === 'test' ? test : validation;
      return Math.sqrt(held.reduce((sum, row) => sum + missed(params, row) ** 2, 0) / held.length);
    },
  }),
});
