/**
 * A TF.js layers model as a problem; its weights are trained by the optimizers that are compared instead of TF.js's own. Same data as `jax-js.ts`.
 * `thalweg compare examples/compare/tfjs.ts --optimizers sgd-momentum,adamw,muon`.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { defineProblem, normal, random, type Arrays } from '@thalweg/compare';
import { tensor } from 'thalweg';
import { batchSize, spirals, type Points } from './spirals.ts';

const dense = (units: number, activation: 'tanh' | 'linear', inputDim: number): tfl.layers.Layer =>
  tfl.layers.dense({ units, activation, inputDim });
const model = tfl.sequential({ layers: [dense(16, 'tanh', 2), dense(1, 'linear', 16)] });
const weights = model.trainableWeights.map(({ name }) => tf.engine().registeredVariables[name]!);

/** The model's mean cross-entropy on some points. */
function loss({ x, y }: Points): tf.Scalar {
  const z = tf.reshape(model.apply(tf.tensor2d(x, [y.length, 2])) as tf.Tensor, [y.length]);
  return tf.losses.sigmoidCrossEntropy(tf.tensor1d(y), z);
}

/** Copies the parameters into the model. */
function take(params: Arrays): void {
  for (const variable of weights) {
    const values = tf.tensor(Float32Array.from(params[variable.name]!), variable.shape);
    variable.assign(values);
    values.dispose();
  }
}

export default defineProblem({
  id: 'spirals-tfjs',
  title: 'Spirals: a small network in TF.js',
  description: 'Predicts on which of two spiral arms a point lies; a network with one hidden layer of 16 units, 65 parameters.',
  steps: { quick: 150, standard: 600, thorough: 2000 },
  batchSize,
  tuningMetric: { name: 'validation loss', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test loss', lowerIsBetter: true, unit: '' },
  target: 0.2,
  load: async () => {
    await tf.setBackend('cpu');
    const [validation, test] = [spirals(500, 1), spirals(500, 2)];
    return {
      start(seed) {
        const next = random(seed, 5);
        return Object.fromEntries(
          weights.map(({ name, shape, size }) => {
            const values = Float32Array.from({ length: size }, () => (shape.length === 1 ? 0 : normal(next) / Math.sqrt(shape[0])));
            return [name, tensor(shape, { values })];
          }),
        );
      },
      gradient(params, grads, seed, step) {
        take(params);
        return tf.tidy(() => {
          const found = tf.variableGrads(() => loss(spirals(batchSize, 1000 * seed + step)), weights);
          for (const [name, gradient] of Object.entries(found.grads)) grads[name]!.set(gradient.dataSync());
          return found.value.dataSync()[0]!;
        });
      },
      evaluate(params, split) {
        take(params);
        return tf.tidy(() => loss(split === 'test' ? test : validation).dataSync()[0]!);
      },
    };
  },
});
