/** The options of `init`, and their checks. Changes nothing. */
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
 * Options of `init`.
 *
 * @typeParam K, T, M - the literal types of backend, threads and memory, which determine whether views may lie in shared memory
 */
export interface InitOptions<
  K extends Backend | 'auto' | undefined = Backend | 'auto' | undefined,
  T extends number | 'auto' | undefined = number | 'auto' | undefined,
  M extends WebAssembly.Memory | GivenMemory | undefined = WebAssembly.Memory | GivenMemory | undefined,
> {
  /**
   * Where kernels run. `'auto'`, the default, is `'wasm'`; if the engine or the page's policy has no WebAssembly, it is JavaScript with bit-identical
   * results: `'fround'` for float32, `'reference'` for float64. `opt.backend` tells which. `'native'` gives the same results by C that the system's
   * compiler builds for this processor, in Node 26.1 and later (docs/native.md); it is used only if requested.
   */
  readonly backend?: K & {};
  /**
   * What to do about NaN and ±∞. `'stop'`, the default: throws a DivergenceError, which says why, after a step that left weights that are not finite;
   * weights are checked after each of the first 16 steps and every 16th later. `'throw'` and `'skip'` (the default with a dynamic `lossScale`) also check
   * every gradient before anything is written: if one is not finite, everything stays as it was, including t, and `'throw'` throws a NonFiniteError.
   * `'propagate'` never checks.
   */
  readonly nonFinite?: NonFinite;
  /**
   * Maximize instead of minimize: negates the gradient first, and everything a method may read that has the sign of the loss: the inputs `loss` and
   * `hessian`, and the hyperparameter `minimum`, which then is the highest value that the function can have.
   */
  readonly maximize?: boolean;
  /**
   * Gradient accumulation: every `accumulate` calls of `step` make one step, with the mean of their gradients and of the inputs that are numbers; 1 by
   * default. `opt.pending` counts the calls since the last step.
   *
   * The mean is the sum of gradients over the number of batches. A batch counts as a gradient of zero for parameters that were frozen or not yet added. A
   * parameter that is frozen when the step is taken loses its sum, and a removed one too, so that no gradient is applied twice or in a later step. Values
   * that are not finite are detected when the step is due; the step is then skipped, and the accumulation starts anew all the same. `opt.flush()` takes the
   * step early, with the mean of the batches so far; `opt.discard()` drops them; `opt.zeroGrad()` leaves them. Checkpoints contain the accumulated
   * gradients; `load` replaces them.
   */
  readonly accumulate?: number;
  /** The factor by which the loss was multiplied before its gradient was computed: a number, or a scale that adapts (`opt.lossScale` is its value). */
  readonly lossScale?: number | DynamicLossScale;
  /**
   * How states are stored; `'float32'` by default. `'bfloat16'` takes 2 bytes per element and `'float8'` 1.03, for float32 parameters: less memory for more
   * time (docs/low-precision.md). Arithmetic stays in float32; stored values are rounded stochastically, so that small changes add up. Applies to states
   * with one element per element of the parameter, except those that are weights or averages of weights (docs/architecture.md).
   */
  readonly state?: StorageType;
  /**
   * For models that compute in half precision: `opt.half.params` are the parameters in bfloat16, rounded to nearest by each step, and gradients are read
   * from `opt.half.grads`, both as bits in Uint16Arrays. `opt.params` are the master weights in float32, which the equations update and checkpoints hold;
   * if you write to them, `opt.half.params` follows at the next step.
   */
  readonly half?: HalfFormat;
  /**
   * How many threads share a step, on the backends `wasm` and `native`: `'auto'` by default, which is one below half a million elements. Results do not
   * depend on it. Where memory cannot be shared, as in a page without cross-origin isolation, there is one; `opt.threads` tells.
   */
  readonly threads?: T & {};
  /**
   * A WebAssembly.Memory for all arrays, or the part of one from `offset` on. It must be large enough, and shared for several threads. Do not grow it while
   * the optimizer is in use: growing an unshared memory detaches every view of it.
   */
  readonly memory?: M & {};
  /**
   * Measure each step, for `opt.observe()`: norms of gradients, weights and updates, computed in the passes that read these arrays anyway. `signFlips` also
   * counts how many updates changed their sign, at the cost of one more state.
   */
  readonly observe?: boolean | { readonly signFlips?: boolean };
}

/** The buffer type of views: `ArrayBuffer` if these options rule out shared memory. */
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
    throw new OptionError(name, 'nonFinite', nonFinite, 'must be "skip" or "throw" with a dynamic lossScale, which needs steps skipped');
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
    `the backend ${asked} cannot be used, because ${problem}; backend: 'auto' takes ${other}, which gives bit-identical results`,
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
