/**
 * `thalweg/tfjs` by TF.js's own operations, as on a GPU: what it does with a model, beside the arena; that it reads nothing back and leaves no tensor behind.
 * How exact every method is stands in `conformance/tfjs.test.ts`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adamw,
  ArrayError,
  chain,
  clipByGlobalNorm,
  cosine,
  groups,
  lamb,
  muon,
  OptionError,
  otherwise,
  polyak,
  prodigy,
  scheduleFreeAdamw,
  sgd,
  soap,
  UnsupportedError,
  type Method,
} from 'thalweg';
import { TfjsOptimizer, tfjsOptimizer } from 'thalweg/tfjs';
import { backends, fit, loaded, makeModel, numbers, saved, tf, use, waves } from './support/tfjs.ts';

/** A test on every backend, and on one that only looks as if it were far away. */
function on(title: string, body: () => Promise<void> | void): void {
  for (const backend of backends)
    test(`${title}, on ${backend}`, async () => {
      await use(backend);
      try {
        await body();
      } finally {
        tf.disposeVariables();
      }
    });
}

const byRank = groups([
  { match: '*/kernel', use: muon({ lr: 0.02 }) },
  { match: otherwise, use: adamw({ lr: 0.01 }), name: 'rest' },
]);

const methods: readonly (readonly [string, Method])[] = [
  ['AdamW, clipping, a schedule', chain(clipByGlobalNorm(0.1), adamw({ lr: cosine({ peak: 0.05, total: 60 }), weightDecay: 0.1 }))],
  ['groups with one norm over all of them', chain(clipByGlobalNorm(0.1), byRank)],
  ['schedule-free', scheduleFreeAdamw({ lr: 0.05 })],
  ['norms of each tensor', lamb({ lr: 0.02 })],
  ['a number of the whole group', prodigy()],
];

/** The optimizer of a model, where it is one of ours. */
function ours(optimizer: tf.Optimizer): TfjsOptimizer {
  const isOurs = (one: tf.Optimizer): one is TfjsOptimizer => one instanceof TfjsOptimizer;
  return isOurs(optimizer) ? optimizer : assert.fail('another optimizer');
}

function close(actual: readonly number[], expected: readonly number[], title: string, bound = 2e-5): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((x, i) => {
    assert.ok(
      Math.abs(x - expected[i]!) <= bound * Math.max(1, Math.abs(expected[i]!)),
      `${title}, ${String(i)}: ${String(x)} and ${String(expected[i])}`,
    );
  });
}

on('models train as in the arena', async () => {
  for (const [title, method] of methods) {
    const [ops, arena] = (['ops', 'arena'] as const).map((engine) => makeModel(tfjsOptimizer(method, { engine })));
    close(await fit(ops!, 20), await fit(arena!, 20), title);
    close(numbers(ops!), numbers(arena!), title);
    const evaluated = (model: typeof ops): number[] => ours(model!.optimizer).evaluating(() => numbers(model!));
    const training = numbers(ops!);
    close(evaluated(ops), evaluated(arena), `${title}, where it is evaluated`);
    assert.deepEqual(numbers(ops!), training);
    close(await fit(ops!, 3), await fit(arena!, 3), `${title}, afterwards`);
  }
});

on('a saved model goes on with the same losses, and in an arena with nearly the same', async () => {
  for (const [title, method] of methods) {
    const model = makeModel(tfjsOptimizer(method, { engine: 'ops' }));
    await fit(model, 7);
    const artifacts = await saved(model);
    const again = await loaded(artifacts);
    assert.equal(ours(again.optimizer).t, 7);
    const arena = makeModel(tfjsOptimizer(method, { engine: 'arena' }));
    arena.setWeights(model.getWeights());
    await arena.optimizer.setWeights(await model.optimizer.getWeights());
    const expected = await fit(model, 6);
    assert.deepEqual(await fit(again, 6), expected, title);
    close(await fit(arena, 6), expected, title);
    // And back from the arena.
    const back = makeModel(tfjsOptimizer(method, { engine: 'ops' }));
    back.setWeights(arena.getWeights());
    await back.optimizer.setWeights(await arena.optimizer.getWeights());
    close(await fit(back, 4), await fit(arena, 4), title);
  }
});

on('tf.memory() is flat over 300 steps and 20 saves, and as before once all is disposed of', async () => {
  const start = tf.memory().numTensors;
  const model = makeModel(tfjsOptimizer(chain(clipByGlobalNorm(1), byRank), { engine: 'ops' }));
  await fit(model, 2);
  const before = tf.memory();
  for (let i = 0; i < 20; i++) {
    await fit(model, 15);
    await saved(model);
  }
  await fit(model, 1);
  const after = tf.memory();
  assert.deepEqual([after.numTensors, after.numDataBuffers, after.numBytes], [before.numTensors, before.numDataBuffers, before.numBytes]);
  const again = await loaded(await saved(model));
  await fit(again, 1);
  for (const one of [model, again]) {
    one.optimizer.dispose();
    one.dispose();
  }
  assert.equal(tf.memory().numTensors, start);
});

on('what is saved is what it was when that was asked for, though steps go on', async () => {
  tf.variable(tf.tensor1d(waves(50)), true, 'w');
  const opt = tfjsOptimizer(adamw({ lr: 0.1 }), { engine: 'ops' });
  const step = (t: number): void => {
    opt.applyGradients({ w: tf.tensor1d(waves(50, t)) });
  };
  step(1);
  const [, before] = await opt.getWeights();
  const coming = opt.getWeights();
  step(2);
  const [, then] = await coming;
  assert.deepEqual(then!.tensor.dataSync(), before!.tensor.dataSync());
  assert.notDeepEqual((await opt.getWeights())[1]!.tensor.dataSync(), before!.tensor.dataSync());
});

on('variables come later, have null gradients and are assigned to, as in the arena', () => {
  const outcomes = (['ops', 'arena'] as const).map((engine) => {
    const [a, b] = ['a', 'b'].map((name, i) => tf.variable(tf.tensor(waves(6, i), [2, 3]), true, name)) as [tf.Variable, tf.Variable];
    const opt = tfjsOptimizer(adamw({ lr: 0.1, weightDecay: 0.1 }), { engine });
    const g = (t: number): tf.Tensor => tf.tensor(waves(6, t), [2, 3]);
    opt.applyGradients({ a: g(1) });
    opt.applyGradients({ a: g(2), b: g(3) });
    opt.applyGradients({ a: null as unknown as tf.Tensor, b: g(4) });
    a.assign(g(5));
    opt.hyper.weightDecay = 0;
    opt.learningRate = 0.05;
    opt.applyGradients({ a: g(6), b: g(7) });
    const out = [...a.dataSync(), ...b.dataSync(), opt.t];
    opt.dispose();
    tf.disposeVariables();
    return out;
  });
  close(outcomes[0]!, outcomes[1]!, 'ops and arena');
});

on('a loss stays where it is, as a tensor', () => {
  const [w] = [tf.variable(tf.tensor1d([3, 4]), true, 'w')];
  const opt = tfjsOptimizer(polyak(), { engine: 'ops' });
  opt.minimize(() => tf.sum(tf.square(w)));
  close([...w.dataSync()], [1.5, 2], 'half way to the minimum');
  assert.throws(() => opt.applyGradients({ w: tf.tensor1d([1, 1]) }), ArrayError);
  assert.throws(() => opt.applyGradients({ w: tf.tensor1d([1, 1]) }, { loss: 1, hessian: 1 }), ArrayError);
});

on('what it cannot do is refused by name, before anything changes', () => {
  const w = tf.variable(tf.tensor2d([[3, 4]]), true, 'w');
  const given = { w: tf.tensor2d([[1, 1]]) };
  assert.throws(() => tfjsOptimizer(soap(), { engine: 'ops' }).applyGradients(given), (error) => error instanceof UnsupportedError && /eigenvectors|orthonormal/.test(error.message)); // prettier-ignore
  for (const options of [{ accumulate: 2 }, { nonFinite: 'skip' }, { threads: 2 }, { backend: 'wasm' }, { state: 'bfloat16' }] as const)
    assert.throws(() => tfjsOptimizer(sgd(), { engine: 'ops', ...options }).applyGradients(given), OptionError);
  assert.throws(() => tfjsOptimizer(groups([{ match: 'v', use: sgd() }, { match: otherwise, use: adamw() }]), { engine: 'ops' }).applyGradients(given), /matches no parameter/); // prettier-ignore
  assert.deepEqual([...w.dataSync()], [3, 4]);
});

/** Runs with a backend of which nothing may be read in a step; it has the operations of the backend `cpu`. */
async function remotely(body: (reads: () => number) => Promise<void>): Promise<void> {
  await use('cpu');
  let reads = 0;
  const remote = tf.engine().registryFactory['cpu']!.factory() as tf.KernelBackend;
  const [readSync, read] = [remote.readSync.bind(remote), remote.read.bind(remote)];
  remote.readSync = (...given) => ((reads += 1), readSync(...given));
  remote.read = (...given) => ((reads += 1), read(...given));
  tf.copyRegisteredKernels('cpu', 'remote');
  tf.registerBackend('remote', () => remote);
  try {
    await body(() => reads);
  } finally {
    tf.disposeVariables();
    await use('cpu');
    tf.removeBackend('remote');
  }
}

test('on a backend that is far away steps are taken there, and nothing is read back', async () => {
  await use('cpu');
  const model = makeModel(tfjsOptimizer(byRank));
  const expected = await fit(model, 5);
  model.dispose();
  await remotely(async (reads) => {
    await use('remote');
    const [w, v] = [tf.variable(tf.tensor(waves(6), [2, 3]), true, 'far/kernel'), tf.variable(tf.tensor1d(waves(3)), true, 'far/bias')];
    const opt = tfjsOptimizer(chain(clipByGlobalNorm(1), byRank));
    const before = reads();
    for (let t = 1; t <= 5; t++) opt.minimize(() => tf.add(tf.sum(tf.square(w)), tf.sum(tf.square(v))));
    assert.equal(reads(), before);
    assert.equal(opt.t, 5);
    const far = makeModel(tfjsOptimizer(byRank));
    close(await fit(far, 5), expected, 'losses');
    const again = await loaded(await saved(far));
    assert.deepEqual(await fit(again, 3), await fit(far, 3));
  });
});

test('an arena that nobody asked for becomes operations where the backend changes, and goes on', async () => {
  await remotely(async (reads) => {
    for (const [title, method] of methods) {
      const expected = await fit(makeModel(tfjsOptimizer(method)), 6);
      const model = makeModel(tfjsOptimizer(method));
      await fit(model, 3);
      await use('remote');
      close(await fit(model, 3), expected.slice(3), title);
      const [weight] = model.trainableWeights;
      const gradient = tf.zerosLike(weight!.read());
      const before = reads();
      ours(model.optimizer).applyGradients({ [weight!.name]: gradient });
      assert.equal(reads(), before, title);
      assert.equal(ours(model.optimizer).t, 7);
      await use('cpu');
      tf.disposeVariables();
    }
    const wanted = tfjsOptimizer(sgd(), { engine: 'arena' });
    const kept = tfjsOptimizer(sgd(), { accumulate: 2 });
    const w = tf.variable(tf.tensor1d([1, 2]), true, 'w');
    for (const one of [wanted, kept]) one.applyGradients({ w: tf.tensor1d([1, 1]) });
    await use('remote');
    assert.throws(() => wanted.applyGradients({ w: tf.tensor1d([1, 1]) }), UnsupportedError);
    assert.throws(() => kept.applyGradients({ w: tf.tensor1d([1, 1]) }), OptionError);
    w.dispose();
  });
});
