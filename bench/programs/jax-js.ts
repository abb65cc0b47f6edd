/** jax-js, which has no optimizers in its package: AdamW by hand, all tensors in one jitted function. The first argument is the device. */
import { blockUntilReady, defaultDevice, init, jit, numpy as np, tree, type Device } from '@jax-js/jax';
import { firstWeight, gradient, hyper, type Gradients } from '../work.ts';
import { serve, type Program } from './serve.ts';

type State = { readonly w: np.Array[]; readonly m: np.Array[]; readonly v: np.Array[] };

const { lr, beta1, beta2, eps, weightDecay } = hyper;

/** One step of all tensors; r1 and r2 are the reciprocals of the bias corrections. Arrays are consumed, as jax-js has it. */
const update = jit((state: State, gradients: np.Array[], r1: np.Array, r2: np.Array): State => {
  const m = state.m.map((one, k) => one.mul(beta1).add(gradients[k]!.ref.mul(1 - beta1)));
  const v = state.v.map((one, k) => one.mul(beta2).add(gradients[k]!.ref.mul(gradients[k]!).mul(1 - beta2)));
  const w = state.w.map((one, k) => {
    const direction = m[k]!.ref.mul(r1.ref).div(np.sqrt(v[k]!.ref.mul(r2.ref)).add(eps));
    return one.ref.sub(direction.add(one.mul(weightDecay)).mul(lr));
  });
  r1.dispose();
  r2.dispose();
  return { w, m, v };
});

class JaxJs implements Program {
  private state: State = { w: [], m: [], v: [] };
  private grads: np.Array[] = [];
  private t = 0;

  make(tensors: number, each: number): void {
    tree.dispose(this.state);
    tree.dispose(this.grads);
    const first = Float32Array.from({ length: each }, (_, i) => firstWeight(i));
    const many = (make: () => np.Array): np.Array[] => Array.from({ length: tensors }, make);
    this.state = { w: many(() => np.array(first)), m: many(() => np.zeros([each])), v: many(() => np.zeros([each])) };
    this.grads = [];
    this.t = 0;
  }

  gradients(kind: Gradients, block: number): void {
    const value = gradient(kind, block);
    tree.dispose(this.grads);
    this.grads = this.state.w.map(({ size }) => np.array(Float32Array.from({ length: size }, (_, i) => value(i))));
  }

  step(): void {
    this.t += 1;
    const [r1, r2] = [1 / (1 - beta1 ** this.t), 1 / (1 - beta2 ** this.t)];
    this.state = update(this.state, tree.ref(this.grads), np.array(r1), np.array(r2));
  }

  settle(): Promise<unknown> {
    return blockUntilReady(this.state);
  }

  async read(): Promise<number[]> {
    const arrays = await Promise.all(this.state.w.map((one) => one.ref.data()));
    return arrays.flatMap((one) => [...one]);
  }
}

const device = (process.argv[2] ?? 'wasm') as Device;
if (!(await init(device)).includes(device)) throw new Error(`jax-js has no device ${device} here`);
defaultDevice(device);
await serve(new JaxJs());
