/** What variables of TF.js are called: by groups and by files, also where TF.js has numbered their names and where their own names end in numbers. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { groups, otherwise, sgd, type Method } from 'thalweg';
import { tfjsOptimizer } from 'thalweg/tfjs';

beforeEach(async () => {
  await tf.setBackend('cpu');
  tf.disposeVariables();
});

const engines = ['arena', 'ops'] as const;

/** Variables of one element each, which are 1. */
const ones = (...names: readonly string[]): tf.Variable[] => names.map((name) => tf.variable(tf.tensor1d([1]), true, name));

/** Gradients of 1. */
const of = (...names: readonly string[]): tf.NamedTensorMap => Object.fromEntries(names.map((name) => [name, tf.tensor1d([1])]));

const valuesOf = (variables: readonly tf.Variable[]): number[] => variables.map((one) => one.dataSync()[0]!);

/** A group of one name whose rate is 1, and one of another or of the rest with a quarter of it. */
const two = (first: string, second?: string): Method =>
  groups([
    { match: first, use: sgd({ lr: 1, momentum: 0.5 }) },
    { match: second ?? otherwise, use: sgd({ lr: 0.25 }), name: 'second' },
  ]);

for (const engine of engines) {
  test(`${engine}: names that end in numbers are those of their variables, given at once or one after the other`, () => {
    const method = two('enc/w_1', 'enc/w_2');
    const at = ones('enc/w_1', 'enc/w_2');
    tfjsOptimizer(method, { engine }).applyGradients(of('enc/w_1', 'enc/w_2'));
    assert.deepEqual(valuesOf(at), [0, 0.75]);
    tf.disposeVariables();
    const after = ones('enc/w_1', 'enc/w_2');
    const opt = tfjsOptimizer(two('enc/w_1'), { engine });
    for (const name of ['enc/w_1', 'enc/w_2']) opt.applyGradients(of(name));
    assert.deepEqual(valuesOf(after), [0, 0.75]);
  });

  test(`${engine}: groups take the variables of every model by the names without TF.js's number, unless a group has the name with it`, () => {
    const names = ['d/kernel', 'd/kernel_1', 'd/kernel_2'];
    const all = ones(...names);
    tfjsOptimizer(two('*/kernel'), { engine }).applyGradients(of(...names));
    assert.deepEqual(valuesOf(all), [0, 0, 0]);
    tfjsOptimizer(two('d/kernel', 'd/kernel_1'), { engine }).applyGradients(of('d/kernel', 'd/kernel_1'));
    assert.deepEqual(valuesOf(all), [-1, -0.25, 0]);
  });

  test(`${engine}: what a group takes by a name with a number it takes again from a file`, async () => {
    const [w] = ones('enc/w_1');
    const opt = tfjsOptimizer(two('enc/w_1'), { engine });
    opt.applyGradients(of('enc/w_1'));
    const again = tfjsOptimizer(two('enc/w_1'), { engine });
    await again.setWeights(await opt.getWeights());
    again.applyGradients(of('enc/w_1'));
    assert.equal(w!.dataSync()[0], -1.5);
  });

  test(`${engine}: from a file each variable has its own states, whichever comes first and whatever TF.js calls them now`, async () => {
    const method = sgd({ lr: 1, momentum: 0.5 });
    ones('enc/w_1', 'enc/w_2');
    const opt = tfjsOptimizer(method, { engine });
    opt.applyGradients({ 'enc/w_1': tf.tensor1d([1]), 'enc/w_2': tf.tensor1d([8]) });
    const file = await opt.getWeights();
    const stepped = async (first: string, second: string): Promise<number[]> => {
      const again = tfjsOptimizer(method, { engine });
      await again.setWeights(file);
      const variables = ones(first, second);
      const gradients = of(first, second);
      again.applyGradients({ [second]: gradients[second]! });
      again.applyGradients({ [first]: gradients[first]! });
      const values = valuesOf(variables);
      tf.disposeVariables();
      return values;
    };
    tf.disposeVariables();
    assert.deepEqual(await stepped('enc/w_1', 'enc/w_2'), [-0.5, -4]);
    const both = tfjsOptimizer(method, { engine });
    await both.setWeights(file);
    const others = ones('enc/w_1_1', 'enc/w_2_1');
    both.applyGradients(of('enc/w_1_1', 'enc/w_2_1'));
    assert.deepEqual(valuesOf(others), [-0.5, -4]);
  });

  test(`${engine}: a refusal calls a variable what TF.js calls it`, () => {
    ones('enc/w_7');
    assert.throws(() => tfjsOptimizer(two('a', 'b'), { engine }).applyGradients(of('enc/w_7')), /no group matches enc\/w_7/);
  });
}
