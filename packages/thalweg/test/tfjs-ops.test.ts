/**
 * `thalweg/tfjs/ops`, the engine of TF.js's operations alone: it trains, saves and loads as `thalweg/tfjs` does with that engine, refuses by name what only an arena
 * does, and gets one where the program has `thalweg/tfjs` besides. Nothing here may import that but the last test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adam, adamw, chain, clipByGlobalNorm, cosine, OptionError, scheduleFreeAdamw, UnsupportedError } from 'thalweg';
import { TfjsOptimizer, tfjsOptimizer } from 'thalweg/tfjs/ops';
import { fit, loaded, makeModel, numbers, saved, tf, use } from './support/tfjs.ts';

const method = chain(clipByGlobalNorm(0.1), adamw({ lr: cosine({ peak: 0.05, total: 60 }), weightDecay: 0.1 }));

test('Adam trains as that of TF.js, in its operations also where TF.js computes on the CPU', async () => {
  await use('cpu');
  const [ours, theirs] = [makeModel(tfjsOptimizer(adam({ lr: 0.05, compat: 'tfjs' }))), makeModel(tf.train.adam(0.05))];
  const [losses, expected] = [await fit(ours, 20), await fit(theirs, 20)];
  losses.forEach((loss, i) =>
    assert.ok(Math.abs(loss - expected[i]!) < 1e-5, `step ${String(i)}: ${String(loss)} and ${String(expected[i])}`),
  );
  const w = tf.variable(tf.tensor1d([1, 2]), true, 'w');
  const before = tf.memory().numTensors;
  tfjsOptimizer(adam()).minimize(() => tf.sum(tf.square(w)));
  assert.equal(tf.memory().numTensors, before + 2, 'its states are tensors');
  tf.disposeVariables();
});

test('a model that was saved goes on with the same losses, and whatever is trained while it is saved changes nothing of the file', async () => {
  await use('cpu');
  const model = makeModel(tfjsOptimizer(method));
  await fit(model, 3);
  const before = tf.memory().numTensors;
  const file = await saved(model);
  assert.equal(tf.memory().numTensors, before);
  const again = await loaded(file);
  assert.ok(again.optimizer instanceof TfjsOptimizer);
  const w = tf.variable(tf.tensor1d([1, 2]), true, 'w');
  const opt = tfjsOptimizer(adamw({ lr: 0.1 }));
  const step = (): void => void opt.minimize(() => tf.sum(tf.square(w)));
  step();
  const first = tf.clone(w);
  const weights = opt.getWeights();
  step();
  const values = w.dataSync().slice();
  const other = tfjsOptimizer(adamw({ lr: 0.1 }));
  await other.setWeights(await weights);
  assert.equal(other.t, 1);
  w.assign(tf.tensor1d([...first.dataSync()]));
  other.minimize(() => tf.sum(tf.square(w)));
  assert.equal(other.t, 2);
  assert.deepEqual(w.dataSync(), values);
  assert.deepEqual(await fit(again, 5), await fit(model, 5));
  tf.disposeVariables();
});

test('it evaluates where the equations say, and needs no threads', async () => {
  await use('cpu');
  const optimizer = tfjsOptimizer(scheduleFreeAdamw({ lr: 0.05 }));
  await optimizer.ready();
  const model = makeModel(optimizer);
  await fit(model, 5);
  assert.notDeepEqual(optimizer.evaluating(() => numbers(model)), numbers(model)); // prettier-ignore
  tf.disposeVariables();
});

test('what only an arena does is refused, and the refusal names where one is', async () => {
  await use('cpu');
  const w = tf.variable(tf.tensor1d([1, 2]), true, 'w');
  const step = (options: Parameters<typeof tfjsOptimizer>[1]) => (): void => {
    tfjsOptimizer(adamw(), options).minimize(() => tf.sum(tf.square(w)));
  };
  assert.throws(
    step({ engine: 'arena' }),
    (error) => error instanceof UnsupportedError && error.message.includes("arena' is in thalweg/tfjs"),
  );
  const needs = "needs the engine 'arena' of thalweg/tfjs";
  assert.throws(step({ accumulate: 2 }), (error) => error instanceof OptionError && error.message.includes(needs));
  assert.throws(step({ state: 'bfloat16' }), (error) => error instanceof OptionError && error.message.includes(needs));
  assert.deepEqual([...w.dataSync()], [1, 2]);
  tf.disposeVariables();
});

test('where thalweg/tfjs is in the program, too, the class is one and an arena steps', async () => {
  await use('cpu');
  const before = makeModel(tfjsOptimizer(method));
  await fit(before, 2);
  const file = await saved(before);
  const both = await import('thalweg/tfjs');
  assert.equal(both.TfjsOptimizer, TfjsOptimizer);
  // Whatever steps by operations goes on so; a file goes on in an arena.
  const [there, here] = [await fit(await loaded(file), 3), await fit(before, 3)];
  there.forEach((loss, i) => assert.ok(Math.abs(loss - here[i]!) < 1e-5));
  const w = tf.variable(tf.tensor1d([1, 2]), true, 'w');
  const tensors = tf.memory().numTensors;
  const opt = tfjsOptimizer(adam(), { accumulate: 2 });
  opt.minimize(() => tf.sum(tf.square(w)));
  opt.minimize(() => tf.sum(tf.square(w)));
  assert.equal(opt.t, 1);
  assert.equal(tf.memory().numTensors, tensors);
  tf.disposeVariables();
});
