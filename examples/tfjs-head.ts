/**
 * TF.js: a new head on frozen layers. The layers are trained on the digits 0–4 and frozen; a new head is trained on their features of the digits 5–9, with 200
 * labels, using TF.js's Adam, and AdamW with warm-up and cosine decay, from the same initial weights on the same batches.
 *
 * Measured with 6 seeds (without `--small`, which CI uses): for learning rates from 0.03 to 0.3 the test error is 27.6 to 28.7 % with AdamW, and 28.0 to
 * 31.3 % with Adam. The best learning rates of both give similar errors (27.6 ± 0.2 and 28.0 ± 0.7), but AdamW is less sensitive to the rate. Its steps take at most a third of the time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { adamw, warmupCosine } from 'thalweg';
import { tfjsOptimizer } from 'thalweg/tfjs';

const small = process.argv.includes('--small');
const [seeds, images, epochs] = small ? [2, 60, 10] : [6, 300, 60];
const [labels, batch] = [small ? 100 : 200, 20];

/** MNIST images of some digits, with one-hot labels. */
function digits(which: readonly number[], from: number, count: number): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const require = createRequire(import.meta.url);
  const pixels = which.flatMap((digit) => {
    const { data } = JSON.parse(readFileSync(require.resolve(`mnist/src/digits/${String(digit)}.json`), 'utf8')) as { data: number[] };
    return data.slice(784 * from, 784 * (from + count));
  });
  const rows = which.length * count;
  const classes = Float32Array.from({ length: rows * which.length }, (_, i) =>
    Number(Math.floor(i / which.length / count) === i % which.length),
  );
  return { x: tf.tensor2d(pixels, [rows, 784]), y: tf.tensor2d(classes, [rows, which.length]) };
}

/** A seeded random number generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

await tf.setBackend('wasm');
const quiet = { verbose: 0 } as const;
const dense = (units: number, activation: 'relu' | 'softmax', inputShape: number[], seed: number): tfl.layers.Layer =>
  tfl.layers.dense({ units, activation, inputShape, kernelInitializer: tfl.initializers.glorotNormal({ seed }) });

// The layers that are frozen later.
const base = tfl.sequential({ layers: [dense(64, 'relu', [784], 1), dense(5, 'softmax', [64], 2)] });
base.compile({ optimizer: tfjsOptimizer(adamw({ lr: 2e-3 })), loss: 'categoricalCrossentropy' });
const known = digits([0, 1, 2, 3, 4], 0, images);
await base.fit(known.x, known.y, { epochs: 5, batchSize: 32, shuffle: false, ...quiet });
const features = (x: tf.Tensor2D): tf.Tensor2D => base.layers[0]!.apply(x) as tf.Tensor2D;
const few = digits([5, 6, 7, 8, 9], 0, labels / 5);
const held = digits([5, 6, 7, 8, 9], 400, 300);
const [train, test] = [features(few.x), features(held.x)];

/** Trains a head. Returns its test error in percent, and the total time of its steps. */
async function head(make: () => tf.Optimizer, seed: number): Promise<{ error: number; ms: number }> {
  const model = tfl.sequential({ layers: [dense(5, 'softmax', [64], seed)] });
  const optimizer = make();
  let ms = 0;
  const step = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    const started = performance.now();
    step(gradients);
    ms += performance.now() - started;
  };
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const random = randomFrom(seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = tf.tensor1d(shuffled(labels, random), 'int32');
    const [x, y] = [tf.gather(train, order), tf.gather(few.y, order)];
    await model.fit(x, y, { epochs: 1, batchSize: batch, shuffle: false, ...quiet });
    tf.dispose([order, x, y]);
  }
  const error = tf.tidy(() => {
    const right = tf.equal(tf.argMax(model.predict(test) as tf.Tensor, 1), tf.argMax(held.y, 1));
    return 100 * (1 - (tf.mean(right).dataSync()[0] ?? NaN));
  });
  optimizer.dispose();
  model.dispose();
  return { error, ms };
}

const total = (epochs * labels) / batch;
const contenders: Record<string, (lr: number) => tf.Optimizer> = {
  'Adam of TF.js': (lr) => tf.train.adam(lr),
  AdamW: (lr) => tfjsOptimizer(adamw({ lr: warmupCosine({ peak: lr, warmup: total / 20, total }), weightDecay: 0.01 })),
};
for (const [name, make] of Object.entries(contenders)) {
  for (const lr of [0.03, 0.1, 0.3]) {
    const runs: { error: number; ms: number }[] = [];
    for (let seed = 1; seed <= seeds; seed++) runs.push(await head(() => make(lr), seed));
    const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
    const errors = runs.map(({ error }) => error);
    const deviation = Math.sqrt(mean(errors.map((error) => (error - mean(errors)) ** 2)));
    const ms = mean(runs.map((run) => run.ms));
    console.log(
      `${name}, lr ${String(lr)}: test error ${mean(errors).toFixed(1)} % ± ${deviation.toFixed(1)}, ${ms.toFixed(0)} ms in ${String(total)} steps`,
    );
  }
}
