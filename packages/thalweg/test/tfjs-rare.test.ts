/** What seldom happens to an optimizer of TF.js, alike in both engines: gradients that are missing in a part of a window, weights from before the first step, variables without elements. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { adafactor, adam, adamw, CheckpointError, groups, lamb, muon, otherwise, sgd, sm3, ThalwegError } from 'thalweg';
import { tfjsOptimizer } from 'thalweg/tfjs';

beforeEach(async () => {
  await tf.setBackend('cpu');
  tf.disposeVariables();
});

const variable = (name: string, ...values: readonly number[]): tf.Variable => tf.variable(tf.tensor1d([...values]), true, name);
const one = (): tf.Tensor => tf.tensor1d([1]);
const none = null as unknown as tf.Tensor;

test('a gradient that is missing in one batch of a window counts as zero there, and what came in the others is not lost', () => {
  for (const batches of [
    [
      { a: one(), b: one() },
      { a: one(), b: none },
    ],
    [
      { a: one(), b: none },
      { a: one(), b: one() },
    ],
    [{ a: one() }, { b: one() }],
  ]) {
    const both = [variable('a', 1), variable('b', 1)];
    const opt = tfjsOptimizer(sgd({ lr: 1 }), { accumulate: 2 });
    const first = batches.length === 2 && 'b' in batches[0]! ? 0 : 0.5;
    for (const batch of batches) opt.applyGradients(batch);
    assert.deepEqual([...both.map((w) => w.dataSync()[0]), opt.t], [first, 0.5, 1]);
    tf.disposeVariables();
  }
  const [a, b] = [variable('a', 1), variable('b', 1)];
  const opt = tfjsOptimizer(sgd({ lr: 1 }), { accumulate: 4 });
  opt.applyGradients({ a: one(), b: one() });
  opt.applyGradients({ a: one() });
  opt.flush();
  assert.deepEqual([a.dataSync()[0], b.dataSync()[0]], [0, 0.5]);
  opt.applyGradients({ a: one() });
  opt.flush();
  assert.deepEqual([a.dataSync()[0], b.dataSync()[0]], [-1, 0.5], 'the next window begins anew');
});

for (const engine of ['arena', 'ops'] as const) {
  test(`${engine}: weights from before the first step take an optimizer back there, and those of another are refused`, async () => {
    const w = variable('w', 1);
    const opt = tfjsOptimizer(adam({ lr: 0.5 }), { engine });
    const fresh = await opt.getWeights();
    opt.applyGradients({ w: one() });
    const first = w.dataSync()[0];
    opt.applyGradients({ w: one() });
    await opt.setWeights(fresh);
    assert.deepEqual([opt.t, opt.iterations], [0, 0]);
    w.assign(one());
    opt.applyGradients({ w: tf.tensor1d([2]) });
    assert.equal(w.dataSync()[0], first, 'the first step of Adam is the rate');
    const theirs = tf.train.sgd(0.1);
    theirs.applyGradients({ w: one() });
    await assert.rejects(opt.setWeights(await theirs.getWeights()), CheckpointError);
    assert.equal(opt.t, 1);
  });

  test(`${engine}: a step without any gradient is refused while there is nothing to train`, () => {
    variable('w', 1);
    const opt = tfjsOptimizer(adam(), { engine });
    for (const nothing of [{}, { w: none }])
      assert.throws(() => opt.applyGradients(nothing), (error) => error instanceof ThalwegError && error.message.includes('no gradient to step with')); // prettier-ignore
    assert.equal(opt.t, 0);
  });

  test(`${engine}: variables without elements keep nobody from a step`, () => {
    const methods = [
      adamw(),
      lamb(),
      adafactor(),
      sm3(),
      groups([
        { match: { rank: 2 }, use: muon() },
        { match: otherwise, use: adam() },
      ]),
    ];
    for (const method of methods)
      for (const shape of [[0], [0, 3], [3, 0]]) {
        const w = variable('w', 1, 2);
        tf.variable(tf.zeros(shape), true, 'empty');
        if (shape.length === 1) tf.variable(tf.ones([2, 2]), true, 'matrix');
        const others = shape.length === 1 ? { matrix: tf.ones([2, 2]) } : {};
        const opt = tfjsOptimizer(method, { engine });
        opt.applyGradients({ w: tf.tensor1d([1, 1]), empty: tf.zeros(shape), ...others });
        assert.ok(w.dataSync()[0]! < 1, `${method.name}, [${shape.join(', ')}]`);
        opt.dispose();
        tf.disposeVariables();
      }
  });
}
