/** The object form: binds a method to parameters of jax-js, in an arena or by jax-js's operations. Knows how neither steps. */
import { defaultDevice, type Device } from '@jax-js/jax';
import { asCalledLater } from '../language/caller.ts';
import { OptionError, ThalwegError } from '../language/error.ts';
import { describe, isRecord, oneOf } from '../language/options.ts';
import { asMethod, callIt, type Method } from '../define/method.ts';
import type { InitOptions } from '../train/init-options.ts';
import type { JaxEngine, JaxOptimizer } from './held.ts';
import { startOps } from './ops.ts';
import { named, type Tree } from './tree.ts';

/** Options of `init`: the engine and, for the engine `'arena'`, everything that `init` of a method takes. */
export interface JaxInitOptions extends InitOptions {
  /** `'auto'`, the default: `'ops'` for parameters on webgpu, where nothing has to be read back then, and `'arena'` elsewhere. */
  readonly engine?: JaxEngine | 'auto';
}

/** A method that waits for its parameters. */
export interface JaxMethod<N extends string = string> {
  /** Binds it to parameters, which are consumed. */
  readonly init: <P extends Tree>(params: P, options?: JaxInitOptions) => Promise<JaxOptimizer<P, N>>;
}

/**
 * A method as an optimizer of jax-js that holds its state. On cpu and wasm it steps in Thalweg's own memory, with the same kernels as elsewhere: gradients
 * are copied in and parameters out, which takes less time than jax-js's own arithmetic. All options of `init` work there: accumulation, checks,
 * low-precision states, checkpoints. On webgpu it steps by operations of jax-js.
 *
 * @param method - the method; groups match names made of the tree's keys, `layers/0/wq`
 * @returns an object whose `init` binds the method to parameters, and consumes them
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
      'thalweg/jax, optimizer: takes only a method; pass options such as engine to its init(params, { … })',
    );
  if (asMethod(method) === undefined) {
    const hint = typeof method === 'function' ? callIt(method) : describe(method);
    throw new ThalwegError('method', `thalweg/jax, optimizer: takes a method such as adamw(), not ${hint}`);
  }
  return {
    init: async <P extends Tree>(params: P, options: JaxInitOptions = {}): Promise<JaxOptimizer<P, N>> => {
      const given: unknown = options;
      if (!isRecord(given)) throw new ThalwegError('options', `${method.name}, init: options must be an object, not ${describe(given)}`);
      const { engine = 'auto', ...rest } = options;
      const asked = oneOf<JaxEngine | 'auto'>(method.name, 'engine', engine, ['auto', 'arena', 'ops']);
      const [first] = named(method.name, params).values();
      const device: Device = first === undefined ? defaultDevice() : first.device;
      const taken = asked !== 'auto' ? asked : device === 'webgpu' ? 'ops' : 'arena';
      // The runtime is a file that a page loads when it first needs it.
      if (taken === 'arena')
        return await asCalledLater(async () => await (await import('./arena.ts')).startArena<P, N>(method, params, rest, device));
      const [unknown] = Object.keys(rest);
      if (unknown !== undefined)
        throw new OptionError(method.name, unknown, Reflect.get(rest, unknown), "needs the engine 'arena'; the engine 'ops' has no such option"); // prettier-ignore
      return startOps<P, N>(method, params);
    },
  };
}
