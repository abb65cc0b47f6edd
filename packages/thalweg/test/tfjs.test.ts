/** `thalweg/tfjs` in everything that TF.js does with an optimizer, on its backends in Node: bit for bit the library's own steps, and no tensor left behind. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  adam,
  adamw,
  ArrayError,
  chain,
  CheckpointError,
  clipByGlobalNorm,
  cosine,
  DisposedError,
  DivergenceError,
  groups,
  muon,
  optimizer,
  OptionError,
  otherwise,
  polyak,
  scheduleFreeAdamw,
  sgd,
  sophia,
  tensor,
  ThalwegError,
  transform,
  UnsupportedError,
  type Method,
} from 'thalweg';
import { TfjsOptimizer, tfjsOptimizer } from 'thalweg/tfjs';
import { fromText, toText } from '../src/tfjs/saved-method.ts';
import { backends, data, fit, layers, loaded, makeModel, numbers, quiet, saved, tf, use, variablesOf, waves } from './support/tfjs.ts';

/** A test on every backend. */
function on(title: string, body: (t: TestContext) => Promise<void>): void {
  for (const backend of backends)
    test(`${title}, on ${backend}`, async (t) => {
      await use(backend);
      try {
        await body(t);
      } finally {
        tf.disposeVariables();
      }
    });
}

const shapes = [[3, 4], [4], [2, 3, 2]] as const;
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Variables with first values that are the same in every run. */
function variables(names: readonly string[] = ['a', 'b', 'c']): tf.Variable[] {
  return names.map((name, i) => tf.variable(tf.tensor(waves(sizeOf(shapes[i % 3]!), i), [...shapes[i % 3]!]), true, name));
}

/** Gradients of variables at step `t`. */
function gradients(of: readonly tf.Variable[], t: number): { name: string; tensor: tf.Tensor }[] {
  return of.map(({ name, shape, size }, i) => ({ name, tensor: tf.tensor(waves(size, 10 * t + i), shape) }));
}

function step(opt: tf.Optimizer, of: readonly tf.Variable[], t: number): void {
  const given = gradients(of, t);
  opt.applyGradients(given);
  tf.dispose(given.map(({ tensor }) => tensor));
}

const fromConfig = (config: tf.serialization.ConfigDict): TfjsOptimizer => TfjsOptimizer.fromConfig<TfjsOptimizer>(TfjsOptimizer, config);

const values = (of: readonly tf.Variable[]): number[][] => of.map((one) => [...one.dataSync()]);

/** A method of the user's with names in which TF.js changes letters, and a sum that has an underscore. */
const mine = optimizer({
  name: 'my_own_Method',
  hyper: { lr: ['η', 0.05], s_clip: ['s_clip', 0.5], Beta_One: ['B_1', 0.9] },
  equations: 'g_c = g·min(1, s_clip/(‖g‖_all + 1e-6)); m_one ← B_1·m_one + (1 − B_1)·g_c; w ← w − η·m_one',
});

const methods: readonly (readonly [string, Method])[] = [
  ['AdamW', adamw({ lr: 0.01, weightDecay: 0.1 })],
  ['clipping, a schedule', chain(clipByGlobalNorm(0.5), adamw({ lr: cosine({ peak: 0.02, total: 40 }) }))],
  [
    'groups by name',
    groups([
      { match: 'a', use: muon({ lr: 0.02 }) },
      { match: { rank: 1 }, use: sgd({ lr: 0.1, momentum: 0.9 }), name: 'vectors' },
      { match: otherwise, use: adamw({ lr: 0.01 }) },
    ]),
  ],
  ['schedule-free', scheduleFreeAdamw({ lr: 0.05 })],
  ['an optimizer of one’s own', mine()],
];

on('steps are the library’s own, bit for bit, for any method', async () => {
  for (const [title, method] of methods) {
    const of = variables();
    const opt = tfjsOptimizer(method);
    const own = await method.init(
      Object.fromEntries(of.map((one) => [one.name, tensor(one.shape, { values: Float32Array.from(one.dataSync()) })])),
    );
    for (let t = 1; t <= 20; t++) {
      const given = gradients(of, t);
      own.step(Object.fromEntries(given.map(({ name, tensor }) => [name, Float32Array.from(tensor.dataSync())])));
      opt.applyGradients(t % 2 === 0 ? given : Object.fromEntries(given.map(({ name, tensor }) => [name, tensor])));
      tf.dispose(given.map(({ tensor }) => tensor));
    }
    assert.deepEqual(
      values(of),
      of.map(({ name }) => [...own.params[name]!]),
      title,
    );
    assert.deepEqual([opt.t, opt.iterations], [20, 20]);
    opt.dispose();
    own.dispose();
    tf.disposeVariables();
  }
});

on('tf.memory() is flat over 1,000 steps and 20 saves', async () => {
  const model = makeModel(tfjsOptimizer(chain(clipByGlobalNorm(1), adamw({ lr: 0.01 }))));
  const { x, y } = data();
  const trained = variablesOf(model);
  const loss = (): tf.Scalar => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor);
  await fit(model, 1);
  const before = tf.memory();
  for (let t = 1; t <= 1000; t++) {
    model.optimizer.minimize(loss, t % 2 === 0, trained)?.dispose();
    if (t % 50 === 0) await saved(model);
  }
  await fit(model, 1);
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  assert.deepEqual([numTensors, numDataBuffers, numBytes], [before.numTensors, before.numDataBuffers, before.numBytes]);
  const after = tf.memory();
  for (let i = 0; i < 20; i++) await saved(model);
  const [first, second] = await Promise.all([saved(model), saved(model)]);
  assert.deepEqual(first.weightData, second.weightData, 'two at once');
  assert.deepEqual(tf.memory(), after);
  const weights = await model.optimizer.getWeights();
  await fit(model, 1);
  assert.deepEqual([weights[0]!.tensor.arraySync(), await weights[0]!.tensor.data()], [1002, Int32Array.of(1002)], 'what was given stays');
  const copy = weights[0]!.tensor.clone();
  assert.equal(tf.add(copy, 1).dataSync()[0], 1003);
  tf.dispose(weights.map(({ tensor }) => tensor));
  model.optimizer.dispose();
  assert.equal(tf.memory().numTensors, before.numTensors + 2);
  tf.dispose([x, y]);
  model.dispose();
});

on('a saved model goes on with the same losses, in this process and in another', async () => {
  for (const [title, method] of [
    ['AdamW', chain(clipByGlobalNorm(1), adamw({ lr: cosine({ peak: 0.05, total: 60 }) }))],
    ['groups', groups([{ match: '*/kernel', use: muon({ lr: 0.02 }) }, { match: otherwise, use: adamw({ lr: 0.01 }), name: 'rest' }])], // prettier-ignore
    ['schedule-free', scheduleFreeAdamw({ lr: 0.05 })],
    ['an optimizer of one’s own', mine()],
  ] as const) {
    const model = makeModel(tfjsOptimizer(method));
    await fit(model, 7);
    const artifacts = await saved(model);
    const backend = tf.getBackend();
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-tfjs-'));
    const path = join(folder, 'model.json');
    const { weightData, ...json } = artifacts;
    writeFileSync(path, JSON.stringify({ ...json, weights: Buffer.from(weightData as ArrayBuffer).toString('base64') }));
    // In this process the names of the variables are others, since TF.js makes them unique.
    const again = await loaded(artifacts);
    assert.notEqual(again.trainableWeights[0]?.name, model.trainableWeights[0]?.name);
    const expected = await fit(model, 6);
    assert.deepEqual(await fit(again, 6), expected, title);
    assert.deepEqual(numbers(again), numbers(model), title);
    const arguments_ = ['--conditions=source', join(import.meta.dirname, 'support/resume-tfjs.ts'), backend, path, '6'];
    const there = execFileSync(process.execPath, arguments_, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    assert.deepEqual(JSON.parse(there.trim().split('\n').at(-1) ?? ''), expected, title);
    rmSync(folder, { recursive: true });
    for (const one of [model, again]) {
      one.optimizer.dispose();
      one.dispose();
    }
    tf.disposeVariables();
  }
});

on('weights go to an optimizer of the same model made anew, whose variables have other names', async () => {
  const [first, second] = [makeModel(tfjsOptimizer(adamw({ lr: 0.05 })), false), makeModel(tfjsOptimizer(adamw({ lr: 0.05 })), false)];
  await fit(first, 5);
  second.setWeights(first.getWeights());
  await second.optimizer.setWeights(await first.optimizer.getWeights());
  assert.deepEqual(await fit(second, 5), await fit(first, 5));
  const other = tfjsOptimizer(adamw());
  await other.setWeights(await first.optimizer.getWeights());
  const [alone] = variables(['alone']);
  assert.throws(() => step(other, [alone!], 1), /the weights that were set are of .*hidden|variable/s);
  assert.equal(other.t, 10);
});

on('what was assigned to a variable between steps is where the next step begins', async () => {
  const [of] = [variables(['a'])];
  const opt = tfjsOptimizer(sgd({ lr: 1 }));
  step(opt, of, 1);
  const next = tf.tensor(waves(12, 99), [3, 4]);
  of[0]!.assign(next);
  const given = gradients(of, 2);
  opt.applyGradients(given);
  const expected = waves(12, 99).map((x, i) => x - waves(12, 20)[i]!);
  assert.deepEqual(values(of)[0], [...expected]);
  // Neither the tensor that was assigned nor a clone has changed with it.
  assert.deepEqual([...next.dataSync()], [...waves(12, 99)]);
  const model = makeModel(tfjsOptimizer(sgd({ lr: 0.1 })));
  await fit(model, 2);
  const fresh = makeModel(tfjsOptimizer(sgd({ lr: 0.1 })));
  const [a] = await fit(fresh, 1);
  model.setWeights(makeModel('sgd').getWeights());
  assert.deepEqual((await fit(model, 1))[0], a);
});

on('what a user holds of a variable stays as it is', async () => {
  const first = waves(12, 0);
  const initial = tf.tensor(first, [3, 4]);
  const of = [tf.variable(initial, true, 'a')];
  const opt = tfjsOptimizer(sgd({ lr: 0.5 }));
  step(opt, of, 1);
  const held = [of[0]!.dataSync(), of[0]!.clone(), tf.reshape(of[0]!, [12])] as const;
  const before = [...held[0]];
  step(opt, of, 2);
  step(opt, of, 3);
  assert.deepEqual([...first], [...waves(12, 0)]);
  assert.deepEqual([...initial.dataSync()], [...waves(12, 0)]);
  assert.deepEqual([...held[0]], before);
  for (const one of held.slice(1)) assert.deepEqual([...(one as tf.Tensor).dataSync()], before);
  assert.notDeepEqual(values(of)[0], before);
  await Promise.resolve();
});

on('gradients may be null, variables come later, and what is not trained keeps its states', async () => {
  const of = variables();
  const opt = tfjsOptimizer(adamw({ lr: 0.1, weightDecay: 0.1 }));
  step(opt, of.slice(0, 2), 1);
  const [, b] = values(of);
  const given = gradients(of, 2).map((one, i) => (i === 1 ? { name: one.name, tensor: null as unknown as tf.Tensor } : one));
  opt.applyGradients(given);
  assert.deepEqual(values(of)[1], b, 'no decay either');
  step(opt, of, 3);
  const own = await adamw({ lr: 0.1, weightDecay: 0.1 }).init({
    a: tensor([3, 4], { values: waves(12, 0) }),
    b: tensor([4], { values: waves(4, 1) }),
  });
  const g = (i: number, t: number): Float32Array => waves([12, 4, 12][i]!, 10 * t + i);
  own.step({ a: g(0, 1), b: g(1, 1) });
  const wider = own.add({ c: tensor([2, 3, 2], { values: waves(12, 2) }) });
  own.freeze('b');
  wider.step({ a: g(0, 2), c: g(2, 2) } as Parameters<typeof wider.step>[0]);
  own.unfreeze('b');
  wider.step({ a: g(0, 3), b: g(1, 3), c: g(2, 3) });
  assert.deepEqual(values(of), [[...wider.params.a], [...wider.params.b], [...wider.params.c]]);
  // A file of it says who came when, and goes on the same.
  const again = tfjsOptimizer(adamw({ lr: 0.1, weightDecay: 0.1 }));
  await again.setWeights(await opt.getWeights());
  step(again, of, 4);
  wider.step({ a: g(0, 4), b: g(1, 4), c: g(2, 4) });
  assert.deepEqual(values(of), [[...wider.params.a], [...wider.params.b], [...wider.params.c]]);
});

on('layers are frozen by trainable, and an optimizer trains two models', async () => {
  const opt = tfjsOptimizer(adamw({ lr: 0.05 }));
  const [one, two] = [makeModel(opt), makeModel(opt)];
  await fit(one, 2);
  const first = one.layers[0]!;
  first.trainable = false;
  one.compile({ optimizer: opt, loss: 'categoricalCrossentropy' });
  const before = first.getWeights().map((w) => [...w.dataSync()]);
  await fit(one, 2);
  assert.deepEqual(first.getWeights().map((w) => [...w.dataSync()]), before); // prettier-ignore
  first.trainable = true;
  one.compile({ optimizer: opt, loss: 'categoricalCrossentropy' });
  await fit(one, 1);
  assert.notDeepEqual(first.getWeights().map((w) => [...w.dataSync()]), before); // prettier-ignore
  const losses = await fit(two, 20);
  assert.ok(losses.at(-1)! < 0.7 * losses[0]!, String(losses));
  // The variables of a model that was disposed of are forgotten, and a new one of the same name begins anew.
  one.dispose();
  const three = makeModel(opt);
  await fit(three, 2);
  assert.equal(opt.t, 27);
});

on('groups match variables by the names of a new process, in any model', async () => {
  const method = groups([
    { match: '*/kernel', use: sgd({ lr: 0.1 }), name: 'kernels' },
    { match: 'head/bias', use: sgd({ lr: 0 }), name: 'fixed' },
    { match: otherwise, use: sgd({ lr: 0 }), name: 'rest' },
  ]);
  for (let i = 0; i < 2; i++) {
    const model = makeModel(tfjsOptimizer(method));
    const before = model.getWeights().map((one) => [...one.dataSync()]);
    await fit(model, 1);
    const after = model.getWeights().map((one) => [...one.dataSync()]);
    assert.deepEqual(after.map((one, k) => JSON.stringify(one) !== JSON.stringify(before[k])), [true, false, true, false]); // prettier-ignore
  }
  const numbered = variables(['w_1', 'w_2']);
  const opt = tfjsOptimizer(groups([{ match: 'w_1', use: sgd({ lr: 1 }) }, { match: 'w_2', use: sgd({ lr: 0 }), name: 'none' }])); // prettier-ignore
  const [, second] = values(numbered);
  step(opt, numbered, 1);
  assert.deepEqual(values(numbered)[1], second);
});

on('hyperparameters and the learning rate are live, before the first step and after it', async () => {
  const of = variables(['a']);
  const opt = tfjsOptimizer(adamw({ lr: cosine({ peak: 0.1, total: 10 }) }));
  assert.equal(opt.learningRate, cosine({ peak: 0.1, total: 10 }).at(1));
  opt.hyper.weightDecay = 0.5;
  assert.equal(opt.hyper.weightDecay, 0.5);
  step(opt, of, 1);
  assert.equal(opt.learningRate, cosine({ peak: 0.1, total: 10 }).at(2));
  opt.learningRate = 0.25;
  assert.deepEqual([opt.learningRate, opt.hyper.lr], [0.25, 0.25]);
  step(opt, of, 2);
  const own = await adamw({ lr: cosine({ peak: 0.1, total: 10 }), weightDecay: 0.5 }).init({ a: tensor([3, 4], { values: waves(12, 0) }) });
  own.step({ a: waves(12, 10) });
  own.hyper.lr = 0.25;
  own.step({ a: waves(12, 20) });
  assert.deepEqual(values(of)[0], [...own.params.a]);
  assert.throws(() => (opt.hyper.weightDecay = -1), OptionError);
  assert.throws(() => Reflect.set(opt.hyper, 'learning_rate', 1), OptionError);
  assert.throws(() => (opt.learningRate = NaN), OptionError);
  assert.equal(opt.hyper.weightDecay, 0.5);
  // What is in force is what a file has.
  const again = fromConfig(opt.getConfig());
  assert.deepEqual([again.learningRate, again.hyper['weightDecay']], [0.25, 0.5]);
  const grouped = tfjsOptimizer(groups([{ match: 'a', use: sgd({ lr: 1 }) }, { match: otherwise, use: sgd({ lr: 2 }), name: 'rest' }])); // prettier-ignore
  assert.throws(() => grouped.learningRate, /hyper\['sgd\.lr'\], hyper\['rest\.lr'\]/);
  assert.throws(() => (grouped.learningRate = 1), OptionError);
  grouped.hyper['rest.lr'] = 1;
  assert.equal(grouped.learningRate, 1);
});

on('schedule-free methods are evaluated where they say, and trained where they were', async () => {
  const opt = tfjsOptimizer(scheduleFreeAdamw({ lr: 0.05 }));
  const model = makeModel(opt);
  await fit(model, 10);
  const { x, y } = data();
  const training = numbers(model);
  const there = opt.evaluating(() => numbers(model));
  assert.notDeepEqual(there, training);
  assert.deepEqual(numbers(model), training);
  const score = async (): Promise<number> => {
    const loss = model.evaluate(x, y, quiet) as tf.Scalar;
    await Promise.resolve();
    const [value] = await loss.data();
    loss.dispose();
    return value!;
  };
  assert.notEqual(await opt.evaluating(score), await score());
  assert.throws(() => opt.evaluating(() => step(opt, variablesOf(model), 1)), /applyGradients inside evaluating/);
  assert.throws(() => opt.evaluating(() => opt.evaluating(() => 1)), ThalwegError);
  assert.throws(() => opt.evaluating(() => opt.flush()), ThalwegError);
  assert.deepEqual(numbers(model), training);
  const kept = makeModel('sgd');
  kept.setWeights(opt.evaluating(() => model.getWeights().map((one) => one.clone())));
  assert.deepEqual(numbers(kept), there);
  const losses = await fit(model, 1);
  assert.ok(Number.isFinite(losses[0]));
});

on('methods that read the loss are given it by minimize, and others what applyGradients is given', async () => {
  const [w] = [tf.variable(tf.tensor1d([3, 4]), true, 'w')];
  const opt = tfjsOptimizer(polyak());
  const value = opt.minimize(() => tf.sum(tf.square(w)), true);
  assert.equal(value?.dataSync()[0], 25);
  const own = await polyak().init({ w: Float32Array.of(3, 4) });
  own.step({ w: Float32Array.of(6, 8) }, { loss: 25 });
  assert.deepEqual([...w.dataSync()], [...own.params.w]);
  assert.throws(() => opt.applyGradients({ w: tf.tensor1d([1, 1]) }), ArrayError);
  const curved = tfjsOptimizer(sophia({ lr: 0.1 }));
  const [g, h] = [tf.tensor1d([0.5, -0.5]), tf.tensor1d([1, 2])];
  const other = await sophia({ lr: 0.1 }).init({ w: Float32Array.from(w.dataSync()) });
  curved.applyGradients({ w: g }, { hessian: { w: h } });
  other.step({ w: Float32Array.of(0.5, -0.5) }, { hessian: { w: Float32Array.of(1, 2) } });
  assert.deepEqual([...w.dataSync()], [...other.params.w]);
});

on('gradients are accumulated, and flushed at the end of an epoch', async () => {
  const of = variables(['a']);
  const opt = tfjsOptimizer(sgd({ lr: 1 }), { accumulate: 2 });
  const before = values(of);
  step(opt, of, 1);
  assert.deepEqual([values(of), opt.t], [before, 0]);
  step(opt, of, 2);
  assert.equal(opt.t, 1);
  step(opt, of, 3);
  opt.flush();
  assert.equal(opt.t, 2);
  const own = await sgd({ lr: 1 }).init({ a: tensor([3, 4], { values: waves(12, 0) }) }, { accumulate: 2 });
  for (const t of [1, 2, 3]) own.step({ a: waves(12, 10 * t) });
  own.flush();
  assert.deepEqual(values(of)[0], [...own.params.a]);
});

test('the backend may change between steps', async () => {
  const outcomes: number[][][] = [];
  for (const order of [
    ['cpu', 'cpu'],
    ['cpu', 'wasm'],
    ['wasm', 'cpu'],
  ]) {
    await use(order[0]!);
    const of = variables();
    const opt = tfjsOptimizer(adamw({ lr: 0.05 }));
    for (let t = 1; t <= 4; t++) {
      if (t === 3) await use(order[1]!);
      step(opt, of, t);
      if (t === 3) await opt.getWeights();
    }
    outcomes.push(values(of));
    tf.disposeVariables();
  }
  assert.deepEqual(outcomes[1], outcomes[0]);
  assert.deepEqual(outcomes[2], outcomes[0]);
});

on('a step inside tidy keeps what it makes', async () => {
  const of = variables(['a']);
  const [inside, outside] = [tfjsOptimizer(adamw({ lr: 0.1 })), tfjsOptimizer(adamw({ lr: 0.1 }))];
  for (let t = 1; t <= 3; t++) tf.tidy(() => step(inside, of, t));
  const after = values(of);
  of[0]!.assign(tf.tensor(waves(12, 0), [3, 4]));
  for (let t = 1; t <= 3; t++) step(outside, of, t);
  assert.deepEqual(values(of), after);
  await Promise.resolve();
});

test('threads share the steps of large models once they run, with the same bits', async () => {
  await use('wasm');
  const outcomes: Float32Array[] = [];
  for (const threads of [1, 2] as const) {
    const w = tf.variable(tf.tensor1d(waves(600_000)), true, `large${String(threads)}`);
    const opt = tfjsOptimizer(adamw({ lr: 0.01 }), { threads });
    await opt.ready();
    for (let t = 1; t <= 3; t++) {
      const g = tf.tensor1d(waves(600_000, t));
      opt.applyGradients({ [w.name]: g });
      g.dispose();
    }
    outcomes.push(w.dataSync<'float32'>());
    opt.dispose();
  }
  assert.deepEqual(outcomes[0], outcomes[1]);
  tf.disposeVariables();
});

test('hyperparameters are typed by the method', async () => {
  await use('cpu');
  const opt = tfjsOptimizer(adamw());
  opt.hyper.beta1 = 0.8;
  // @ts-expect-error -- AdamW has no momentum
  assert.throws(() => (opt.hyper.momentum = 0.9), OptionError);
});

on('refusals are typed and change nothing', async () => {
  const of = variables(['a', 'b']);
  const opt = tfjsOptimizer(adamw());
  step(opt, of, 1);
  const before = values(of);
  const [a, b] = gradients(of, 2);
  const gone = tf.tensor1d([1, 2, 3, 4]);
  gone.dispose();
  for (const wrong of [
    [a!, { name: 'nobody', tensor: b!.tensor }],
    [a!, { name: 'b', tensor: tf.tensor1d([1, 2, 3]) }],
    [a!, { name: 'b', tensor: tf.tensor1d([1, 2, 3, 4], 'int32') }],
    [a!, { name: 'b', tensor: gone }],
    [a!, a!],
  ])
    assert.throws(() => opt.applyGradients(wrong), ArrayError);
  assert.throws(() => opt.applyGradients([a!, b!], { loss: 1 }), ArrayError);
  assert.deepEqual([values(of), opt.t], [before, 1]);
  assert.throws(
    () => opt.applyGradients([tf.ones([4])] as never),
    /gradients must be an object from variable names to tensors, or a list of \{ name, tensor \}/,
  );
  const whole = tf.variable(tf.tensor1d([1, 2], 'int32'), true, 'whole');
  assert.throws(
    () => opt.applyGradients({ whole: tf.ones([2]) }),
    /whole is int32, and only float32 can be trained: tf\.variable\(values\.toFloat\(\)\)/,
  );
  whole.dispose();
  assert.throws(() => tfjsOptimizer(adamw as unknown as Method), /call it: adamw\(\)/);
  assert.throws(() => tfjsOptimizer(clipByGlobalNorm(1)), ThalwegError);
  assert.throws(() => tfjsOptimizer(adam(), { engine: 'gpu' } as never), OptionError);
  assert.throws(() => tfjsOptimizer(adam(), { learningRate: 1 } as never), OptionError);
  assert.throws(() => tfjsOptimizer(sgd({ lr: (t) => 1 / t })).getConfig(), /sgd, lr is a function/);
  assert.throws(() => tfjsOptimizer(groups([{ match: () => true, use: sgd() }])).getConfig(), /matches by a function/);
  await assert.rejects(opt.setWeights([{ name: 'iter', tensor: tf.scalar(3, 'int32') }, { name: 'a/m', tensor: a!.tensor }]), CheckpointError); // prettier-ignore
  const others = tfjsOptimizer(adamw({ amsgrad: true }));
  step(others, of, 3);
  await assert.rejects(opt.setWeights(await others.getWeights()), CheckpointError);
  assert.equal(opt.t, 1);
  opt.dispose();
  assert.throws(() => step(opt, of, 2), DisposedError);
  await assert.rejects(opt.getWeights(), DisposedError);
  assert.equal(opt.t, 1);
});

on('a model that diverged shows what became of it, and says so', async () => {
  const of = variables(['a']);
  const opt = tfjsOptimizer(sgd({ lr: 1e30 }));
  const huge = tf.fill([3, 4], 1e20);
  assert.throws(() => opt.applyGradients([{ name: 'a', tensor: huge }]), DivergenceError);
  assert.ok(values(of)[0]!.every((x) => !Number.isFinite(x)));
  const before = tf.memory().numTensors;
  const w = of[0]!;
  const failing = tfjsOptimizer(sgd({ lr: 1e38 }));
  w.assign(tf.fill([3, 4], 1e10));
  assert.throws(() => failing.minimize(() => tf.sum(tf.square(w)), true), DivergenceError);
  assert.equal(tf.memory().numTensors, before + 1, 'the loss and the gradients are let go of; what was assigned stays');
  await Promise.resolve();
});

test('on a backend that does not compute on the CPU the arena refuses to step, and reads nothing', async () => {
  await use('cpu');
  let reads = 0;
  const cpu = tf.engine().registryFactory['cpu']!.factory() as tf.KernelBackend;
  const remote = Object.create(cpu, {
    readSync: { value: () => ((reads += 1), new Float32Array(4)) },
    numDataIds: { value: () => cpu.numDataIds() },
  }) as tf.KernelBackend;
  tf.registerBackend('remote', () => remote);
  await use('remote');
  try {
    const w = tf.variable(tf.tensor1d([1, 2, 3, 4]), true, 'far');
    const opt = tfjsOptimizer(sgd(), { engine: 'arena' });
    assert.throws(() => opt.applyGradients({ far: tf.tensor1d([1, 1, 1, 1]) }), UnsupportedError);
    assert.equal(reads, 0);
    w.dispose();
  } finally {
    await use('cpu');
    tf.removeBackend('remote');
  }
});

test('another copy of TF.js takes the optimizer, and loads it once the class is registered there', async () => {
  await use('cpu');
  const require = createRequire(import.meta.url);
  const path = require.resolve('@tensorflow/tfjs-core');
  const first = require.cache[path];
  Reflect.deleteProperty(require.cache, path);
  const copy = require(path) as typeof tf;
  if (first !== undefined) require.cache[path] = first;
  assert.notEqual(copy.Optimizer, tf.Optimizer);
  const opt = tfjsOptimizer(sgd({ lr: 0.25 }));
  assert.ok(opt instanceof copy.Optimizer && opt instanceof TfjsOptimizer);
  assert.ok(!(tf.train.sgd(1) instanceof TfjsOptimizer));
  const w = copy.variable(copy.tensor1d([4, 8]), true, 'elsewhere');
  opt.minimize(() => copy.sum(copy.square(w)), false, [w]);
  assert.deepEqual([...w.dataSync()], [2, 4]);
  copy.serialization.registerClass(TfjsOptimizer);
  assert.ok('ThalwegOptimizer' in copy.serialization.SerializationMap.getMap().classNameMap);
  w.dispose();
});

/** What TF.js does to texts: in 4.22, `toCamelCase` and `toSnakeCase` of `generic_utils`. */
const camel = (text: string): string => text.replace(/[_]+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
const snake = (text: string): string => {
  const words = text.replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase(); // prettier-ignore
  return words.startsWith('_') ? `private${words}` : words;
};

test('texts survive what TF.js does to configurations, whatever is in them', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = toText(value);
      assert.equal(camel(text), text);
      assert.equal(snake(text), text);
      assert.deepEqual(fromText(text), JSON.parse(JSON.stringify(value)));
    }),
  );
  const config = tfjsOptimizer(chain(clipByGlobalNorm(1), mine({ s_clip: 0.25 }))).getConfig();
  const renamed = Object.fromEntries(
    Object.entries(config).map(([key, text]) => [key, key === 'name' || typeof text !== 'string' ? text : camel(text)]),
  );
  const again = fromConfig(renamed);
  assert.deepEqual([again.name, again.hyper['s_clip'], again.hyper['maxNorm']], ['chain(clipByGlobalNorm, my_own_Method)', 0.25, 1]);
});

test('a damaged configuration or weights are refused with a typed error, whatever is wrong', async () => {
  await use('cpu');
  const { method, options } = tfjsOptimizer(mine()).getConfig() as Record<string, string>;
  const typed = (body: () => unknown): void => {
    try {
      body();
    } catch (error) {
      assert.ok(error instanceof ThalwegError, String(error));
    }
  };
  for (const wrong of [undefined, null, 3, '', '{', '[]', '{}', '{"version":2}', '{"version":1,"name":"x","parts":[],"groups":[]}'])
    assert.throws(() => fromConfig({ method: wrong as never, options: '{}' }), ThalwegError);
  fc.assert(
    fc.property(fc.nat(), fc.string({ maxLength: 3 }), (at, by) => {
      const place = at % method!.length;
      typed(() => fromConfig({ method: method!.slice(0, place) + by + method!.slice(place + 1), options: options! }));
    }),
    { numRuns: 200 },
  );
  const of = variables(['a']);
  const opt = tfjsOptimizer(mine());
  step(opt, of, 1);
  const [iterations, checkpoint] = await opt.getWeights();
  const words = Int32Array.from(checkpoint!.tensor.dataSync());
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.boolean(), async (at, word, cut) => {
      const damaged = cut ? words.slice(0, at % words.length) : words.with(at % words.length, word);
      const other = tfjsOptimizer(mine());
      try {
        await other.setWeights([iterations!, { name: checkpoint!.name, tensor: tf.tensor1d(damaged, 'int32') }]);
      } catch (error) {
        assert.ok(error instanceof ThalwegError, String(error));
        assert.equal(other.t, 0);
      }
      other.dispose();
    }),
    { numRuns: 100 },
  );
  tf.disposeVariables();
});

test('a transform of the user’s, options and matches of every kind come back from a configuration', async () => {
  await use('cpu');
  const halve = transform({ name: 'halve', hyper: { by: ['b', 0.5, '(0, 1]'] }, equations: 'g = b·g' });
  const method = chain(
    halve(),
    groups([
      { match: /^a$/i, use: adamw({ lr: 0.1 }), weightDecay: 0.3 },
      { match: { rank: 1 }, use: sgd({ lr: 0.2, momentum: 0.9, nesterov: true }) },
      { match: otherwise, use: adam({ lr: cosine({ peak: 0.1, total: 9 }) }), name: 'rest' },
    ]),
  );
  const of = variables(['A', 'b', 'c']);
  const opt = tfjsOptimizer(method, { maximize: true, nonFinite: 'skip' });
  const config = JSON.parse(JSON.stringify(opt.getConfig())) as tf.serialization.ConfigDict;
  const again = fromConfig({ ...config, customObjects: {} });
  assert.deepEqual(again.getConfig(), config);
  assert.deepEqual(JSON.stringify(again.hyper), JSON.stringify(opt.hyper));
  for (let t = 1; t <= 5; t++) {
    step(opt, of, t);
  }
  const after = values(of);
  of.forEach((one, i) => one.assign(tf.tensor(waves(one.size, i), one.shape)));
  for (let t = 1; t <= 5; t++) step(again, of, t);
  assert.deepEqual(values(of), after);
  assert.equal(again.t, 5);
  tf.disposeVariables();
});

on('real training: what TF.js lacks', async () => {
  const losses = new Map<string, number>();
  for (const [title, method] of [
    ['AdamW', adamw({ lr: 0.03, weightDecay: 0.1 })],
    ['no decay', adamw({ lr: 0.03, weightDecay: 0 })],
    ['Muon for kernels', groups([{ match: '*/kernel', use: muon({ lr: 0.05 }) }, { match: otherwise, use: adamw({ lr: 0.03 }) }])], // prettier-ignore
    ['clipping and a cosine', chain(clipByGlobalNorm(0.1), adamw({ lr: cosine({ peak: 0.05, total: 60 }) }))],
    ['schedule-free', scheduleFreeAdamw({ lr: 0.05 })],
  ] as const) {
    const model = makeModel(tfjsOptimizer(method));
    const curve = await fit(model, 60);
    losses.set(title, curve.at(-1)!);
    assert.ok(curve.at(-1)! < 0.5 * curve[0]!, `${title}: ${String(curve[0])} to ${String(curve.at(-1))}`);
    if (title === 'AdamW' || title === 'no decay') losses.set(`${title}, norm`, Math.hypot(...numbers(model)));
    model.dispose();
  }
  assert.ok(losses.get('AdamW, norm')! < losses.get('no decay, norm')!);
});

test('layers are the tests’ own import, as a user’s is', () => {
  assert.equal(typeof layers.sequential, 'function');
});
