/** The options of `init`: what they are, and whether what was given makes sense. Changes nothing. */
import { OptionError } from '../language/error.ts';
import { UnsupportedError } from '../language/run-error.ts';
import type { DType } from '../plan/dtype.ts';
import type { StorageType } from '../plan/format.ts';
import type { HalfFormat } from '../plan/half.ts';
import type { Backend } from '../device/device.ts';
import { wasmProblem } from '../device/modules.ts';
import { commonType } from './arrays.ts';
import type { CoreOptions, NonFinite } from './core.ts';
import { checkNames, checkWhole, isRecord, oneOf, wrongOption } from '../language/options.ts';
import { LossScale, type DynamicLossScale } from './policy.ts';
import type { Tensor } from './tensor.ts';
import { deviceFor, type GivenMemory } from './threads.ts';

/**
 * How to bind a method to parameters.
 *
 * @typeParam K, T, M - the very backend, threads and memory, which tell whether views may lie in memory that threads share
 */
export interface InitOptions<
  K extends Backend | 'auto' | undefined = Backend | 'auto' | undefined,
  T extends number | 'auto' | undefined = number | 'auto' | undefined,
  M extends WebAssembly.Memory | GivenMemory | undefined = WebAssembly.Memory | GivenMemory | undefined,
> {
  /**
   * Where kernels run. `'auto'`, by default, is `'wasm'`, or JavaScript with the same bits where the engine or a page's policy has no WebAssembly:
   * `'fround'` for float32 and `'reference'` for float64. `opt.backend` tells. `'native'` computes the same bits in C that the system's compiler makes
   * for this processor, in Node 26.1 and later (docs/native.md); it is taken only where it is asked for.
   */
  readonly backend?: K & {};
  /**
   * What to do about NaN and ±∞. `'stop'`, by default: a step that leaves weights that are not finite throws a DivergenceError, which says why; it is
   * looked for after each of the first 16 steps and every 16th later. `'throw'` and `'skip'` (the default with a dynamic `lossScale`) also read
   * every gradient before anything is written: where one is not finite everything stays as it was, t included, and the first throws a NonFiniteError.
   * `'propagate'` computes on, whatever the weights become.
   */
  readonly nonFinite?: NonFinite;
  /**
   * Ascend instead of descend: the gradient is negated first, and with it what a method may read that has the sign of the loss: the inputs `loss` and
   * `hessian`, and the hyperparameter `minimum`, which then is the highest value that the function can have.
   */
  readonly maximize?: boolean;
  /**
   * Every so many calls of `step` are one step, with the mean of their gradients and of the inputs that are numbers; 1 by default. The calls since the
   * last step are the window, of which `opt.pending` have come.
   *
   * The mean is a sum over a number of batches. The sum holds the gradients of the batches in which the parameter was trained: while it is frozen, and
   * before it is added, a batch counts as a gradient of zero. A parameter that is frozen when the step is taken loses its sum, and one
   * that is removed takes it along, so that no gradient is applied in two steps or in a later one. Gradients and numbers that
   * are not finite are looked for when the step is due; the step is then skipped, and the window has ended all the same. `opt.flush()`
   * takes the step before the window is full, with the mean over what came; `opt.discard()` drops the window, and `opt.zeroGrad()` leaves it. Files
   * hold it; `load` replaces it by that of the file.
   */
  readonly accumulate?: number;
  /** What the loss was multiplied by before its gradient was taken: a number, or a scale that adapts (`opt.lossScale` tells it). */
  readonly lossScale?: number | DynamicLossScale;
  /**
   * How states lie in memory; `'float32'` by default. `'bfloat16'` takes 2 bytes an element and `'float8'` 1.03, for parameters in float32: less
   * memory for more time (docs/low-precision.md). Arithmetic is float32 whatever it is; what is stored is rounded at random, so that small
   * changes add up. It concerns states with an element for each of the parameter's, except those that are weights or averages of weights
   * (docs/architecture.md).
   */
  readonly state?: StorageType;
  /**
   * For a model that computes in half precision: `opt.half.params` are the parameters as bfloat16, rounded to nearest by each step, and gradients
   * are taken from `opt.half.grads`, both as bits in Uint16Arrays. `opt.params` are the master weights in float32, which the equations change
   * and files hold; after writing to them, `opt.half.params` follows with the next step.
   */
  readonly half?: HalfFormat;
  /**
   * How many threads share a step, on the backends `wasm` and `native`: `'auto'` by default, one below half a million elements. Results do not depend on it.
   * Where memory cannot be shared, as in a page without cross-origin isolation, there is one; `opt.threads` tells.
   */
  readonly threads?: T & {};
  /**
   * A memory to keep all arrays in, or the rest of one from `offset` on: it must be large enough, and shared for several threads. It must not grow
   * while the optimizer lives: growing a memory that is not shared leaves every view of it empty.
   */
  readonly memory?: M & {};
  /**
   * Measure each step, for `opt.observe()`: norms of gradients, weights and updates, summed by the passes that read them anyway. `signFlips` also
   * counts how many updates changed their sign, for one more state.
   */
  readonly observe?: boolean | { readonly signFlips?: boolean };
}

/** What views have as their buffer: an `ArrayBuffer` where by these options no other thread can see it. */
export type BufferOf<K, T, M> = [K] extends ['fround' | 'reference']
  ? ArrayBuffer
  : [T, M] extends [1, undefined] ? ArrayBuffer : ArrayBufferLike; // prettier-ignore

/** The names of these options. */
export const initOptionNames = [
  'backend',
  'nonFinite',
  'maximize',
  'accumulate',
  'lossScale',
  'state',
  'half',
  'threads',
  'memory',
  'observe',
] satisfies (keyof InitOptions)[];

/** The options of an optimizer of these parameters, with what stands where nothing was said. Throws an OptionError or an ArrayError. */
export function checkOptions(name: string, options: InitOptions, tensors: ReadonlyMap<string, Tensor>): CoreOptions {
  checkNames(name, options, initOptionNames);
  const { accumulate = 1, lossScale, threads = 'auto', memory, observe = false } = options;
  const asked = oneOf<Backend | 'auto'>(name, 'backend', valueOf(options.backend, 'auto'), [
    'auto',
    'wasm',
    'native',
    'fround',
    'reference',
  ]);
  const fallback = typeof lossScale === 'object' ? 'skip' : 'stop';
  const nonFinite = oneOf<NonFinite>(name, 'nonFinite', valueOf(options.nonFinite, fallback), ['stop', 'propagate', 'skip', 'throw']);
  const maximize = oneOf(name, 'maximize', valueOf(options.maximize, false), [true, false]);
  checkWhole(name, 'accumulate', accumulate, 1);
  const scale = lossScale === undefined ? undefined : new LossScale(name, lossScale);
  if (typeof lossScale === 'object' && (nonFinite === 'propagate' || nonFinite === 'stop'))
    throw new OptionError(name, 'nonFinite', nonFinite, 'must be "skip" or "throw" with a dynamic lossScale, which has to skip');
  const dtype = commonType(name, tensors, asked === 'auto' ? 'wasm' : asked);
  const backend = chooseBackend(name, asked, dtype);
  const state = oneOf<StorageType>(name, 'state', valueOf(options.state, 'float32'), ['float32', 'bfloat16', 'float8']);
  if (options.state !== undefined && dtype !== 'float32')
    throw new OptionError(name, 'state', state, `is for parameters in float32, and these are ${dtype}`);
  const half = options.half === undefined ? undefined : oneOf<HalfFormat>(name, 'half', options.half, ['bfloat16']);
  if (half !== undefined && dtype !== 'float32')
    throw new OptionError(name, 'half', half, `is for master weights in float32, and these are ${dtype}`);
  return {
    dtype,
    state,
    half,
    nonFinite,
    maximize,
    accumulate,
    scale,
    // Where the engine has no WebAssembly, a wish for threads is not fulfilled, as in a page that may not share memory.
    device: deviceFor(name, { threads: asked === 'auto' && backend !== 'wasm' ? 'auto' : threads, memory }, backend, elements(tensors)),
    observe: checkObserve(name, observe),
  };
}

/** The backend that was asked for; of itself WebAssembly or, where the engine or a policy has none, JavaScript with the same bits. */
function chooseBackend(owner: string, asked: Backend | 'auto', dtype: DType): Backend {
  if (asked === 'fround' || asked === 'reference') return asked;
  const problem = wasmProblem();
  if (problem === undefined) return asked === 'auto' ? 'wasm' : asked;
  const other = dtype === 'float32' ? 'fround' : 'reference';
  if (asked === 'auto') return other;
  throw new UnsupportedError(
    owner,
    `the backend ${asked} cannot be used, because ${problem}; backend: 'auto' takes ${other}, which computes the same bits`,
  );
}

function checkObserve(owner: string, observe: InitOptions['observe']): { readonly signFlips: boolean } | undefined {
  if (observe === undefined || observe === false) return undefined;
  if (observe === true) return { signFlips: false };
  if (!isRecord(observe)) wrongOption(owner, 'observe', observe, 'a boolean or { signFlips }');
  checkNames(`${owner}, observe`, observe, ['signFlips']);
  return { signFlips: oneOf(owner, 'observe.signFlips', valueOf(observe.signFlips, false), [true, false]) };
}

/** An option, or what stands where it was left out; null is not left out. */
function valueOf<T>(given: T | undefined, fallback: T): T {
  return given === undefined ? fallback : given;
}

function elements(tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>): number {
  return [...tensors.values()].reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0);
}
