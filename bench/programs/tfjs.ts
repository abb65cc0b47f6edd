/**
 * TF.js, whose core has no AdamW: its Adam, after a decay of the weights by hand. The first argument is the backend, `cpu` or `wasm`.
 * Both compute before they return.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { firstWeight, gradient, hyper, type Gradients } from '../work.ts';
import { serve, type Program } from './serve.ts';

class TensorFlow implements Program {
  private variables: tf.Variable[] = [];
  private named: { readonly name: string; readonly tensor: tf.Tensor }[] = [];
  private adam: tf.AdamOptimizer | undefined;

  make(tensors: number, each: number): void {
    for (const one of [...this.variables, ...this.named.map(({ tensor }) => tensor)]) one.dispose();
    this.adam?.dispose();
    const first = Float32Array.from({ length: each }, (_, i) => firstWeight(i));
    this.variables = Array.from({ length: tensors }, () => tf.variable(tf.tensor1d(first)));
    this.named = [];
    this.adam = tf.train.adam(hyper.lr, hyper.beta1, hyper.beta2, hyper.eps);
  }

  gradients(kind: Gradients, block: number): void {
    const value = gradient(kind, block);
    for (const { tensor } of this.named) tensor.dispose();
    this.named = this.variables.map(({ name, size }) => ({
      name,
      tensor: tf.tensor1d(Float32Array.from({ length: size }, (_, i) => value(i))),
    }));
  }

  step(): void {
    const keep = 1 - hyper.lr * hyper.weightDecay;
    tf.tidy(() => { for (const variable of this.variables) variable.assign(tf.mul(variable, keep)); }); // prettier-ignore
    this.adam?.applyGradients(this.named);
  }

  *read(): Iterable<number> {
    for (const variable of this.variables) yield* variable.dataSync();
  }
}

const backend = process.argv[2] ?? 'cpu';
if (!(await tf.setBackend(backend))) throw new Error(`TF.js has no backend ${backend} here`);
await tf.ready();
await serve(new TensorFlow());
