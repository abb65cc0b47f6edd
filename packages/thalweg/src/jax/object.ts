/** The object form: binds a method to parameters of jax-js, in an arena or in jax-js's own arrays. Knows how neither steps. */
import { defaultDevice, type Device } from '@jax-js/jax';
import { asCalledLater } from '../language/caller.ts';
import { OptionError, ThalwegError } from '../language/error.ts';
import { describe, isRecord, oneOf } from '../language/options.ts';
import { asMethod, callIt, type Method } from '../define/method.ts';
import type { InitOptions } from '../train/init-options.ts';
import type { JaxEngine, JaxOptimizer } from './held.ts';
import { startOps } from './ops.ts';
import { named, type Tree } from './tree.ts';

/** How to bind a method to parameters of jax-js: the engine, and in an arena everything that `init` of a method takes. */
export interface JaxInitOptions extends InitOptions {
  /** `'auto'`, by default: an arena for parameters on cpu and wasm, operations on GPUs, from which nothing has to be read back then. */
  readonly engine?: JaxEngine | 'auto';
}

/** A method that waits for its parameters. */
export interface JaxMethod<N extends string = string> {
  /** Binds it to parameters, which are consumed. */
  readonly init: <P extends Tree>(params: P, options?: JaxInitOptions) => Promise<JaxOptimizer<P, N>>;
}

/**
 * A method as an optimizer of jax-js that holds the state itself. On cpu and wasm it steps in our own memory, by the kernels that every other program gets:
 * gradients are copied there and parameters back, which is less work than jax-js's own arithmetic, and everything that `init` of a method takes is there:
 * accumulation, checks, states in fewer bits, checkpoints. On GPUs it steps by operations of jax-js.
 *
 * @param method - the method; groups match the keys of the tree as names, `layers/0/wq`
 * @returns what binds it to parameters, which it consumes
 * @throws from `init`, OptionError, ArrayError and UnsupportedError as `init` of the method, and for what the engine `'ops'` does not have
 * @example
 * ```ts
 * import { grad, numpy as np } from '@jax-js/jax';
 * import { adamw } from 'thalweg';
 * import { optimizer } from 'thalweg/jax';
 * const gradient = grad((w: np.Array) => np.square(w.sub(3)).sum());
 * let w = np.array([0, 1]);
 * const opt = await optimizer(adamw({ lr: 0.1 })).init(w.ref);
 * for (let t = 0; t < 100; t++) w = await opt.step(gradient(w));
 * opt.hyper.lr = 0.01;
 * console.log(w.js()); // near 3
 * opt.dispose();
 * ```
 */
export function optimizer<N extends string>(method: Method<N>, ...others: readonly never[]): JaxMethod<N> {
  if (others.length > 0)
    throw new ThalwegError(
      'options',
      'thalweg/jax, optimizer: takes a method alone; options, engine among them, go to its init(params, { … })',
    );
  if (asMethod(method) === undefined) {
    const hint = typeof method === 'function' ? callIt(method) : describe(method);
    throw new ThalwegError('method', `thalweg/jax, optimizer: takes a method such as adamw(), not ${hint}`);
  }
  return {
    init: async <P extends Tree>(params: P, options: JaxInitOptions = {}): Promise<JaxOptimizer<P, N>> => {
      const given: unknown = options;
      if (!isRecord(given)) throw new ThalwegError('options', `${method.name}, init: options are an object, not ${describe(given)}`);
      const { engine = 'auto', ...rest } = options;
      const asked = oneOf<JaxEngine | 'auto'>(method.name, 'engine', engine, ['auto', 'arena', 'ops']);
      const [first] = named(method.name, params).values();
      const device: Device = first === undefined ? defaultDevice() : first.device;
      const taken = asked !== 'auto' ? asked : device === 'cpu' || device === 'wasm' ? 'arena' : 'ops';
      // The runtime is a file that a page loads when it first needs it.
      if (taken === 'arena')
        return await asCalledLater(async () => await (await import('./arena.ts')).startArena<P, N>(method, params, rest, device));
      const [unknown] = Object.keys(rest);
      if (unknown !== undefined)
        throw new OptionError(method.name, unknown, Reflect.get(rest, unknown), "is for the engine 'arena'; operations of jax-js take the method's own options alone"); // prettier-ignore
      return startOps<P, N>(method, params);
    },
  };
}
