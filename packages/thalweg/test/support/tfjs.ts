/** What tests of `thalweg/tfjs` share: a backend, a small model with its data, and models as files in memory. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

export { layers, tf };

/** The backends of TF.js that run in Node. */
export const backends = ['cpu', 'wasm'] as const;

/** Tells nothing of what is done. */
export const quiet = { verbose: 0 } as const;

/** Makes a backend the one that computes. */
export async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`TF.js has no backend ${backend} here`);
  await tf.ready();
}

/** Numbers that look random and are the same in every run and process. */
export function waves(count: number, phase = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.fround(Math.sin(12.9898 * (i + 1) + 78.233 * phase)));
}

/** Inputs, and two classes that a line through two of them divides. */
export function data(samples = 24): { readonly x: tf.Tensor2D; readonly y: tf.Tensor2D } {
  const x = waves(4 * samples);
  const y = Float32Array.from({ length: 2 * samples }, (_, i) => {
    const side = x[4 * (i >> 1)]! + 0.5 * x[4 * (i >> 1) + 1]! > 0 ? 1 : 0;
    return i % 2 === 0 ? side : 1 - side;
  });
  return { x: tf.tensor2d(x, [samples, 4]), y: tf.tensor2d(y, [samples, 2]) };
}

/** Two layers with weights that are the same in every run. */
export function makeModel(optimizer: tf.Optimizer | string, named = true): layers.Sequential {
  const name = (own: string): { name?: string } => (named ? { name: own } : {});
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ units: 5, inputShape: [4], activation: 'tanh', ...name('hidden') }),
      layers.layers.dense({ units: 2, activation: 'softmax', ...name('head') }),
    ],
  });
  const values = model.getWeights().map((one, i) => tf.tensor(waves(one.size, i), one.shape));
  model.setWeights(values);
  tf.dispose(values);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}

/** Trains on all data at once, so many steps. Returns the loss before each. */
export async function fit(model: layers.LayersModel, epochs: number): Promise<number[]> {
  const { x, y } = data();
  const { history } = await model.fit(x, y, { epochs, batchSize: 24, shuffle: false, ...quiet });
  tf.dispose([x, y]);
  return (history['loss'] ?? []).map(Number);
}

/** What saving a model with its optimizer writes. */
export async function saved(model: layers.LayersModel): Promise<tf.io.ModelArtifacts> {
  let out: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler((artifacts) => {
    out = artifacts;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
  });
  await model.save(handler, { includeOptimizer: true });
  if (out === undefined) throw new Error('nothing was saved');
  return out;
}

/** The model again. */
export async function loaded(artifacts: tf.io.ModelArtifacts): Promise<layers.LayersModel> {
  return layers.loadLayersModel(tf.io.fromMemory(artifacts));
}

/** Every number of the weights. */
export function numbers(model: layers.LayersModel): number[] {
  return model.getWeights().flatMap((one) => [...one.dataSync()]);
}

/** The variables that a model trains. */
export function variablesOf(model: layers.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((one) => one.read()).filter((one): one is tf.Variable => one instanceof tf.Variable);
}
