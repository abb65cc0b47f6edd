/** An optimizer of jax-js's arrays in Thalweg's own memory: gradients are copied in, parameters out. Knows the public optimizer and trees. */
import { blockUntilReady, defaultDevice, numpy as np, type Array as JaxArray, type Device } from '@jax-js/jax';
import { OptionError } from '../language/error.ts';
import { ArrayError } from '../language/run-error.ts';
import { isFloat32 } from '../language/realm.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { Method } from '../define/method.ts';
import type { LoadOptions, LoadReport } from '../checkpoint/load-options.ts';
import type { Optimizer, StepResult } from '../optimizer/optimizer.ts';
import { start } from '../optimizer/start.ts';
import type { InitOptions } from '../train/init-options.ts';
import type { Inputs } from '../train/intake.ts';
import { tensor, type Tensor } from '../train/tensor.ts';
import type { JaxOptimizer } from './held.ts';
import type { JaxInputs } from './transformation.ts';
import { checkFloat, checkLeaves, named, nesting, type Tree } from './tree.ts';

type Parameters = Readonly<Record<string, Tensor<'float32'>>>;

/** Binds a method to parameters, which are read and consumed. */
export async function startArena<P extends Tree, N extends string>(
  method: Method<N>,
  params: P,
  options: InitOptions,
  device: Device,
): Promise<JaxOptimizer<P, N>> {
  if (options.half !== undefined) throw new OptionError(method.name, 'half', options.half, 'is for gradients in half precision, and gradients of jax-js are float32'); // prettier-ignore
  const shapes = new Map([...named(method.name, params)].map(([name, { shape }]) => [name, shape]));
  const nest = nesting(params);
  const values = await read(method.name, params);
  const declared = Object.fromEntries([...shapes].map(([name, shape]) => [name, tensor(shape, { values: values[name]! })]));
  return new ArenaOptimizer<P, N>(await start<Parameters, N>(method, declared, options), method.inputs, nest, shapes, device);
}

class ArenaOptimizer<P extends Tree, N extends string> implements JaxOptimizer<P, N> {
  readonly engine = 'arena';
  outcome: StepResult | undefined;
  private readonly opt: Optimizer<Parameters, N>;
  /** The names of what a step needs besides gradients. */
  private readonly inputs: readonly string[];
  private readonly nest: (leaves: readonly JaxArray[]) => P;
  private readonly shapes: ReadonlyMap<string, readonly number[]>;
  private readonly device: Device;
  /** Where gradients are copied to. */
  private readonly grads: Readonly<Record<string, Float32Array>>;
  /** The step that is being taken. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    opt: Optimizer<Parameters, N>,
    inputs: readonly string[],
    nest: (leaves: readonly JaxArray[]) => P,
    shapes: ReadonlyMap<string, readonly number[]>,
    device: Device,
  ) {
    this.opt = opt;
    this.grads = opt.grads;
    this.inputs = inputs;
    this.nest = nest;
    this.shapes = shapes;
    this.device = device;
  }

  get t(): number {
    return this.opt.t;
  }

  get hyper(): Record<N, HyperValue> {
    return this.opt.hyper;
  }

  step(gradients: P, inputs: JaxInputs = {}): Promise<P> {
    // One after the other, since each is copied to where the last one was read.
    const taken = this.turn.then(() => this.take(gradients, inputs));
    this.turn = taken.catch(() => undefined);
    return taken;
  }

  params(): P {
    return this.arrays(this.opt.params);
  }

  evaluate(): P {
    return this.arrays(this.opt.evaluate());
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    return this.opt.save();
  }

  load(bytes: Uint8Array | ArrayBufferLike, options?: LoadOptions): Promise<LoadReport> {
    return this.opt.load(bytes, options);
  }

  dispose(): void {
    this.opt.dispose();
  }

  private async take(gradients: P, inputs: JaxInputs): Promise<P> {
    const { opt, grads } = this;
    const given: Record<string, number | Record<string, Float32Array>> = {};
    for (const [name, value] of Object.entries(inputs)) {
      if (!this.inputs.includes(name))
        throw new OptionError(opt.name, name, value, `is not an input of this method; step takes the gradients, then ${this.inputs.join(', ') || 'nothing'}, and no parameters, since the optimizer holds them`); // prettier-ignore
      const values = typeof value === 'number' ? value : await read(opt.name, value);
      given[name] = typeof values === 'number' || opt.inputs[name] !== undefined ? values : (Object.values(values)[0]?.[0] ?? NaN);
    }
    const leaves = named(opt.name, gradients);
    try {
      for (const [name, one] of leaves) checkOutside(opt.name, name, one);
      checkLeaves(opt.name, leaves, this.shapes);
    } catch (error) {
      for (const one of leaves.values()) one.dispose();
      throw error;
    }
    await copyInto(leaves, grads);
    this.outcome = opt.step(undefined, given satisfies Inputs);
    return this.params();
  }

  private arrays(views: Readonly<Record<string, Float32Array>>): P {
    return this.nest([...this.shapes].map(([name, shape]) => arrayOf(views[name]!, shape, this.device))); // prettier-ignore
  }
}

/** Throws an ArrayError unless an array is in float32 and has its numbers now, which it has not while it is traced. */
function checkOutside(owner: string, name: string, array: JaxArray): void {
  checkFloat(owner, name, array);
  if ('data' in array) return;
  throw new ArrayError(
    owner,
    name,
    `${name} is being traced by jit or grad; use gradientTransformation(method) there, and this optimizer outside`,
  );
}

/** The arrays of a tree as numbers, by name; the tree is consumed. */
async function read(owner: string, tree: Tree): Promise<Record<string, Float32Array>> {
  const entries = [...named(owner, tree)].map(async ([name, array]) => {
    checkOutside(owner, name, array);
    const values = await array.data();
    if (isFloat32(values)) return [name, values] as const;
    throw new RangeError(`${name} is float32 and has no Float32Array`);
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Copies arrays, which are consumed, one after the other. What jax-js hands out is new memory for each: where that is given back before the next is read, it is
 * the same again, and still in the processor's cache.
 */
async function copyInto(leaves: ReadonlyMap<string, JaxArray>, into: Readonly<Record<string, Float32Array>>): Promise<void> {
  await blockUntilReady([...leaves.values()]);
  for (const [name, array] of leaves) {
    const { device } = array;
    const values = await array.data();
    into[name]!.set(values);
    if (device === 'wasm') giveBack(values);
  }
}

/** Gives back the memory of values that were copied out of that of WebAssembly or into it, of which nobody else has a view. */
function giveBack({ buffer, byteLength }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && 'transfer' in buffer) buffer.transfer(0);
}

function isUnshared(values: Float32Array): values is Float32Array<ArrayBuffer> {
  return values.buffer instanceof ArrayBuffer;
}

/** An array of jax-js with a copy of these numbers. */
function arrayOf(values: Float32Array, shape: readonly number[], device: Device): JaxArray {
  // An array that is made for the device that is default anyway stays free to follow others.
  const at = device === defaultDevice() ? {} : { device };
  if (values.length === 0) return np.zeros([...shape], at);
  const own = isUnshared(values) ? values : new Float32Array(values);
  const made = np.array(own, { shape: [...shape], ...at });
  if (own !== values && device === 'wasm') giveBack(own);
  return made;
}
