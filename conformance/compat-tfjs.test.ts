/** The table of docs/compat.md for TF.js: every optimizer that it has is there, and the call beside it takes the same steps, in TF.js itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Method } from 'thalweg';
import { tfjsOptimizer } from 'thalweg/tfjs';
import { evaluate, rowsOf } from './compat-page.ts';
import { gradient, weight } from './stream.ts';

const [lr, steps] = [0.02, 40];
/** Of max(|w|, Σ|Δw|): both are in float32, and TF.js computes bias corrections in it. */
const bound = 1e-4;

await tf.setBackend('cpu');

/** What TF.js makes of a rate. */
const theirs: Readonly<Record<string, () => tf.Optimizer>> = {
  adadelta: () => tf.train.adadelta(lr),
  adagrad: () => tf.train.adagrad(lr),
  adam: () => tf.train.adam(lr),
  adamax: () => tf.train.adamax(lr),
  momentum: () => tf.train.momentum(lr, 0.9),
  rmsprop: () => tf.train.rmsprop(lr),
  sgd: () => tf.train.sgd(lr),
};

/** The parameters before the first step and after each. */
function run(opt: tf.Optimizer): number[][] {
  const shapes = [[7], [3, 5], [2, 3, 2]];
  const variables = shapes.map((shape, j) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.variable(tf.tensor(Float32Array.from({ length: size }, (_, i) => weight(100 * j + i)), shape), true, `of${String(j)}`); // prettier-ignore
  });
  const read = (): number[] => variables.flatMap((one) => [...one.dataSync()]);
  const out = [read()];
  for (let t = 1; t <= steps; t++) {
    const given = variables.map(({ name, shape, size }, j) => ({
      name,
      tensor: tf.tensor(
        Float32Array.from({ length: size }, (_, i) => (t < 4 && j === 0 ? 0 : gradient(t, 100 * j + i))),
        shape,
      ),
    }));
    opt.applyGradients(given);
    tf.dispose(given.map(({ tensor }) => tensor));
    out.push(read());
  }
  tf.disposeVariables();
  return out;
}

test('every optimizer of TF.js is in the table', () => {
  const names = Object.keys(Object.getOwnPropertyDescriptors(tf.train)).filter((name) => typeof Reflect.get(tf.train, name) === 'function');
  const known =
    names.length > 0 ? names : Object.getOwnPropertyNames(Object.getPrototypeOf(tf.train)).filter((name) => name !== 'constructor');
  assert.deepEqual(rowsOf('tf.train').map(({ name }) => name), Object.keys(theirs)); // prettier-ignore
  assert.deepEqual(known.filter((name) => !(name in theirs)), []); // prettier-ignore
  assert.ok(known.length >= 7, known.join());
});

for (const { name, call } of rowsOf('tf.train')) {
  test(`${name} of TF.js and ${call ?? 'nothing'} here`, () => {
    const expected = run(theirs[name]!());
    const ours = run(tfjsOptimizer(evaluate(call ?? 'adadelta({ lr })', { lr }) as Method));
    const travelled = expected[0]!.map(() => 0);
    let worst = 0;
    for (let t = 1; t <= steps; t++) {
      expected[t]!.forEach((w, i) => {
        travelled[i]! += Math.abs(w - expected[t - 1]![i]!);
        const off = Math.abs(ours[t]![i]! - w) / Math.max(Math.abs(w), travelled[i]!);
        worst = Math.max(worst, w === ours[t]![i] ? 0 : off);
      });
    }
    // What is not followed really is another method.
    if (call === undefined) assert.ok(worst > 10 * bound, String(worst));
    else assert.ok(worst <= bound, String(worst));
  });
}
