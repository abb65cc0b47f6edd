/** What runs in a page for `tfjs-browser.test.ts`: TF.js with a backend, `thalweg/tfjs`, and the same steps by the library alone. Bundled by the test. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import * as thalweg from 'thalweg';
import { tfjsOptimizer } from 'thalweg/tfjs';

/** Numbers that are the same in every engine. */
const numbers = (count: number, t: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (((i * 13 + t * 7) % 17) - 8.375) / 8);

const { adamw, chain, clipByGlobalNorm, cosine, groups, muon } = thalweg;

/** Optimizers of several kinds: elements alone, norms of a tensor and of all, numbers of a group, matrices, conditions of the step. */
const methods: Readonly<Record<string, () => thalweg.Method>> = {
  adamw: () => adamw({ lr: 0.01, weightDecay: 0.1 }),
  'clipped, by a schedule': () => chain(clipByGlobalNorm(0.5), adamw({ lr: cosine({ peak: 0.02, total: 40 }) })),
  'muon and adamw': () =>
    groups([
      { match: { rank: 2 }, use: muon({ lr: 0.02 }) },
      { match: thalweg.otherwise, use: adamw({ lr: 0.01 }) },
    ]),
  lamb: () => thalweg.lamb({ lr: 0.01 }),
  adafactor: () => thalweg.adafactor({ lr: 0.01 }),
  prodigy: () => thalweg.prodigy(),
  radam: () => thalweg.radam({ lr: 0.01 }),
  lion: () => thalweg.lion({ lr: 0.01 }),
  scheduleFreeAdamw: () => thalweg.scheduleFreeAdamw({ lr: 0.01 }),
  sgd: () => thalweg.sgd({ lr: 0.01, momentum: 0.9, nesterov: true }),
};

/** What a page found of a backend. */
export interface Found {
  /** The largest |w − reference| / max(|w|, Σ|Δw|) after 40 steps of each method. */
  readonly off: Readonly<Record<string, number>>;
  /** Times that values were read in steps. */
  readonly reads: number;
  /** The losses of a model, and those of the model after it was saved and loaded. */
  readonly losses: readonly number[];
  readonly resumed: readonly number[];
  readonly went: readonly number[];
  /** Tensors after all that, less those before. */
  readonly left: number;
}

async function stepsOf(method: () => thalweg.Method): Promise<{ off: number; reads: number }> {
  const shapes = { matrix: [4, 3], vector: [5] } as const;
  const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const variables = Object.entries(shapes).map(([name, shape], i) =>
    tf.tidy(() => tf.variable(tf.tensor(numbers(sizeOf(shape), i), [...shape]), true, name)),
  );
  const opt = tfjsOptimizer(method());
  const reference = await method().init(
    {
      matrix: thalweg.tensor([4, 3], { values: Float64Array.from(numbers(12, 0)) }),
      vector: thalweg.tensor([5], { values: Float64Array.from(numbers(5, 1)) }),
    },
    { backend: 'reference' },
  );
  const read = (): number[] => [...reference.params.matrix, ...reference.params.vector];
  let before = read();
  const travelled = before.map(() => 0);
  const backend = tf.backend();
  const readSync = backend.readSync.bind(backend);
  let reads = 0;
  backend.readSync = (...given) => ((reads += 1), readSync(...given));
  for (let t = 1; t <= 40; t++) {
    const given = variables.map(({ name, shape, size }, i) => ({ name, tensor: tf.tensor(numbers(size, 10 * t + i), shape) }));
    opt.applyGradients(given);
    tf.dispose(given.map(({ tensor }) => tensor));
    reference.step({ matrix: Float64Array.from(numbers(12, 10 * t)), vector: Float64Array.from(numbers(5, 10 * t + 1)) });
    const now = read();
    now.forEach((w, i) => (travelled[i]! += Math.abs(w - before[i]!)));
    before = now;
  }
  backend.readSync = readSync;
  const actual: number[] = [];
  for (const variable of variables) actual.push(...(await variable.data()));
  opt.dispose();
  reference.dispose();
  tf.disposeVariables();
  const ratios = actual.map((w, i) => Math.abs(w - before[i]!) / Math.max(Math.abs(before[i]!), travelled[i]!));
  return { off: ratios.some(Number.isNaN) ? Infinity : Math.max(...ratios), reads };
}

const quiet = { verbose: 0 } as const;

async function modelOf(): Promise<Pick<Found, 'losses' | 'resumed' | 'went'>> {
  const kernel = (units: number, seed: number) => layers.layers.dense({ units, inputShape: [4], activation: 'tanh', kernelInitializer: layers.initializers.constant({ value: 0.1 * seed }) }); // prettier-ignore
  const model = layers.sequential({ layers: [kernel(3, 1), kernel(2, 2)] });
  const method = chain(clipByGlobalNorm(1), adamw({ lr: cosine({ peak: 0.05, total: 40 }) }));
  model.compile({ optimizer: tfjsOptimizer(method), loss: 'meanSquaredError' });
  const [x, y] = [tf.tensor2d(numbers(32, 3), [8, 4]), tf.tensor2d(numbers(16, 4), [8, 2])];
  const fit = async (one: layers.LayersModel, epochs: number): Promise<number[]> => {
    const { history } = await one.fit(x, y, { epochs, batchSize: 8, shuffle: false, ...quiet });
    return (history['loss'] ?? []).map(Number);
  };
  const losses = await fit(model, 8);
  let file: tf.io.ModelArtifacts = {};
  const saver = tf.io.withSaveHandler((artifacts) => {
    file = artifacts;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
  });
  await model.save(saver, { includeOptimizer: true });
  const again = await layers.loadLayersModel(tf.io.fromMemory(file));
  const [went, resumed] = [await fit(model, 4), await fit(again, 4)];
  for (const one of [model, again]) {
    one.optimizer.dispose();
    one.dispose();
  }
  tf.dispose([x, y]);
  return { losses, went, resumed };
}

/** Runs everything on a backend. */
export async function onBackend(name: string): Promise<Found> {
  setWasmPaths('/wasm/');
  if (!(await tf.setBackend(name))) throw new Error(`this page has no ${name}`);
  await tf.ready();
  // What TF.js makes once, such as the numbers that a layer keeps.
  await modelOf();
  const before = tf.memory().numTensors;
  const off: Record<string, number> = {};
  let reads = 0;
  for (const [title, method] of Object.entries(methods)) {
    const found = await stepsOf(method);
    off[title] = found.off;
    reads += found.reads;
  }
  const model = await modelOf();
  return { off, reads, ...model, left: tf.memory().numTensors - before };
}

/** Where Adam gets in textures of 16 bits from three places on a bowl around 1, 0 and −1: the middle one begins where squares of gradients are 0 in them. */
export async function inHalfTextures(): Promise<readonly number[]> {
  tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
  if (!(await tf.setBackend('webgl'))) throw new Error('this page has no webgl');
  const w = tf.variable(tf.tensor1d([0.5, 0.001, -0.5]), true, 'w');
  const lowest = tf.tensor1d([1, 0, -1]);
  const opt = tfjsOptimizer(adamw({ lr: 0.05, weightDecay: 0 }));
  for (let t = 0; t < 120; t++) opt.minimize(() => tf.mean(tf.square(tf.sub(w, lowest))));
  return [...(await w.data())];
}

Reflect.set(globalThis, 'onBackend', onBackend);
Reflect.set(globalThis, 'inHalfTextures', inHalfTextures);
