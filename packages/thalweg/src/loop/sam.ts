/**
 * Sharpness-aware minimization: two gradient evaluations per step, around any optimizer. The first finds the worst point near w; with the gradient there,
 * the optimizer steps from w. Not an equation of one step, so it wraps the optimizer.
 */
import { ThalwegError } from '../language/error.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { ObjectiveError } from '../language/runtime-error.ts';
import { isUint16 } from '../language/realm.ts';
import { isArray, type AnyArray } from '../train/arrays.ts';
import { floatsOf, roundInto } from '../train/half.ts';
import type { Inputs } from '../train/intake.ts';
import type { Optimizer } from '../optimizer/optimizer.ts';
import { checkNames, isCallable, checkNumber, describe, wrongOption } from '../language/options.ts';

/**
 * Fills `opt.grads` with the gradient at `opt.params` (in half precision, `opt.half.grads` with that at `opt.half.params`), and returns the loss there.
 * Both calls of a step must use the same batch.
 */
export type GradientFunction = () => number | Promise<number>;

/** Options of `sam`. */
export interface SamOptions {
  /** ρ, the radius within which the worst point is sought, above 0; 0.05 by default. */
  readonly rho?: number;
}

/** Options of `asam`. */
export interface AsamOptions {
  /** ρ, the radius, relative to the sizes of the weights, above 0; 0.5 by default. */
  readonly rho?: number;
  /** η, added to |w| so that weights of zero are perturbed too, at least 0; 0.01 by default. */
  readonly eta?: number;
}

/** Takes one step and returns the loss at the weights before it. `inputs` is passed to the optimizer. */
export type SamStep = (inputs?: Inputs) => Promise<number>;

/**
 * SAM (Foret et al. 2021, arXiv:2010.01412): steps with the gradient at the worst point within distance ρ of w, so that flat minima are preferred.
 *
 * ε = ρ·g/‖g‖, with the norm over all parameters that are being trained (frozen ones excluded, tied ones counted once); then g = ∇f(w + ε), and the
 * optimizer steps from w. With `maximize` the worst point is the lowest, ε = −ρ·g/‖g‖. A gradient that is zero or not finite has no direction: the
 * optimizer then steps with it, after one evaluation. The weights are restored bit for bit before the step, even if `gradient` throws. With `accumulate`,
 * each call processes one batch, with a worst point of its own.
 *
 * @param opt - any optimizer, of any method
 * @param gradient - fills `opt.grads` and returns the loss; called twice a step
 * @param options - `rho` ρ
 * @returns a function that takes one step
 * @throws OptionError for a radius that is not above 0; UnsupportedError if a `sparse` parameter is trained. The returned function throws ObjectiveError if
 * `gradient` does not return a number, ThalwegError if the last step is still running, and whatever `gradient` and `opt.step` throw
 * @example
 * ```ts
 * import { sam, sgd } from 'thalweg';
 * const opt = await sgd({ lr: 0.1 }).init({ w: Float64Array.of(3) });
 * const step = sam(opt, () => {
 *   opt.grads.w[0] = 2 * opt.params.w[0]!;
 *   return opt.params.w[0]! ** 2;
 * });
 * for (let t = 1; t <= 100; t++) await step();
 * ```
 */
export function sam(opt: AnyOptimizer, gradient: GradientFunction, options: SamOptions = {}): SamStep {
  checkNames('sam', options, ['rho']);
  const { rho = 0.05 } = options;
  checkNumber('sam', 'rho', rho, '(0, ∞)');
  return around('sam', opt, gradient, rho, () => 1);
}

/**
 * ASAM (Kwon et al. 2021, arXiv:2102.11600): SAM with a neighborhood that scales with each weight, so that rescaling a layer does not change how sharp a
 * minimum is.
 *
 * ε = ρ·T²g/‖T·g‖ with T = |w| + η elementwise and the norm over all parameters; the rest is as in `sam`. (The authors' program has T = 1 for parameters
 * that are not called weight.)
 *
 * @param opt - any optimizer, of any method
 * @param gradient - fills `opt.grads` and returns the loss; called twice a step
 * @param options - `rho` ρ, `eta` η
 * @returns a function that takes one step
 * @throws OptionError for options out of range; UnsupportedError and ObjectiveError as `sam`; whatever `gradient` and `opt.step` throw
 * @example
 * ```ts
 * import { adam, asam } from 'thalweg';
 * const opt = await adam({ lr: 0.1 }).init({ w: Float64Array.of(3) });
 * const step = asam(opt, () => {
 *   opt.grads.w[0] = 2 * opt.params.w[0]!;
 *   return opt.params.w[0]! ** 2;
 * });
 * await step(); // 9, the loss at w = 3
 * ```
 */
export function asam(opt: AnyOptimizer, gradient: GradientFunction, options: AsamOptions = {}): SamStep {
  checkNames('asam', options, ['rho', 'eta']);
  const { rho = 0.5, eta = 0.01 } = options;
  checkNumber('asam', 'rho', rho, '(0, ∞)');
  checkNumber('asam', 'eta', eta, '[0, ∞)');
  return around('asam', opt, gradient, rho, (w) => Math.abs(w) + eta);
}

/** What SAM needs of an optimizer, whatever its parameters and hyperparameters are. */
interface AnyOptimizer extends Pick<Optimizer, 'maximize' | 'precision'> {
  readonly trained: readonly string[];
  readonly params: object;
  readonly grads: object;
  readonly half: { readonly params: object; readonly grads: object };
  step(gradients?: undefined, inputs?: Inputs): unknown;
}

/** A parameter that is trained: its weights and their gradient, and in half precision what the model computes with. */
interface Moved {
  readonly w: AnyArray;
  readonly g: AnyArray;
  readonly half: Uint16Array | undefined;
}

function around(owner: string, opt: AnyOptimizer, gradient: GradientFunction, rho: number, scale: (w: number) => number): SamStep {
  check(owner, opt, gradient);
  const spare = new WeakMap<AnyArray | Uint16Array, AnyArray | Uint16Array>();
  const step: SamStep = async (inputs) => {
    dense(owner, opt);
    const loss: unknown = await gradient();
    if (typeof loss !== 'number')
      throw new ObjectiveError(`${owner}: the gradient function must return the loss, a number, and returned ${describe(loss)}`);
    const moved = dense(owner, opt).map((name) => movedBy(opt, name));
    const norm = normOf(moved, scale);
    if (norm > 0 && Number.isFinite(norm)) {
      const radius = opt.maximize ? -rho : rho;
      const arrays = moved.flatMap(({ w, half }) => (half === undefined ? [w] : [w, half]));
      for (const array of arrays) keep(spare, array);
      try {
        for (const { w, g, half } of moved) {
          for (let i = 0; i < w.length; i++) {
            const t = scale(w[i]!);
            w[i] = w[i]! + radius * t * ((t * g[i]!) / norm);
          }
          if (half !== undefined && w instanceof Float32Array) roundInto('bfloat16', half, w);
        }
        await gradient();
      } finally {
        for (const array of arrays) array.set(spare.get(array) ?? array);
      }
    }
    opt.step(undefined, inputs);
    return loss;
  };
  let isUnderWay = false;
  return async (inputs) => {
    if (isUnderWay)
      throw new ThalwegError('sam', `${owner}: the last step is still running, and has the weights perturbed; await it first`);
    isUnderWay = true;
    try {
      return await step(inputs);
    } finally {
      isUnderWay = false;
    }
  };
}

/** Copies an array, into the copy that there is from the last step. */
function keep(copies: WeakMap<AnyArray | Uint16Array, AnyArray | Uint16Array>, array: AnyArray | Uint16Array): void {
  const copy = copies.get(array);
  if (copy === undefined) copies.set(array, array.slice());
  else copy.set(array);
}

/** Throws where these are no optimizer and no function, or where a table is trained. */
function check(owner: string, opt: AnyOptimizer, gradient: unknown): void {
  const given: unknown = opt;
  if (typeof given !== 'object' || given === null || !Array.isArray(Reflect.get(given, 'trained')))
    wrongOption(owner, 'opt', given, 'an optimizer, as method.init() returns');
  if (!isCallable(gradient)) wrongOption(owner, 'gradient', gradient, 'a function that fills opt.grads and returns the loss');
  dense(owner, opt);
}

/** The parameters that are trained now. Throws an UnsupportedError where one is sparse. */
function dense(owner: string, opt: AnyOptimizer): readonly string[] {
  const grads = opt.precision === 'bfloat16' ? opt.half.grads : opt.grads;
  const table = opt.trained.find((name) => !Object.hasOwn(grads, name));
  if (table === undefined) return opt.trained;
  const problem = `${table} is sparse, and SAM perturbs all elements; freeze it, or train it by an optimizer of its own`;
  throw new UnsupportedError(owner, problem);
}

function movedBy(opt: AnyOptimizer, name: string): Moved {
  const w = viewOf(isArray, opt.params, name);
  if (opt.precision !== 'bfloat16') return { w, g: viewOf(isArray, opt.grads, name), half: undefined };
  const g = floatsOf(opt.precision, viewOf(isUint16, opt.half.grads, name));
  return { w, g, half: viewOf(isUint16, opt.half.params, name) };
}

/** The view of a parameter, under its whole name, where it is one of such. */
function viewOf<T>(is: (value: unknown) => value is T, views: object, name: string): T {
  const view: unknown = Reflect.get(views, name);
  if (is(view)) return view;
  throw new RangeError(`there is no view of ${name}`);
}

/** ‖T·g‖ over all parameters. Finite wherever it is: squares that overflow or vanish are scaled first. */
function normOf(moved: readonly Moved[], scale: (w: number) => number): number {
  const squares = (unit: number): number => {
    let sum = 0;
    for (const { w, g } of moved) for (let i = 0; i < w.length; i++) sum += ((scale(w[i]!) * g[i]!) / unit) ** 2;
    return sum;
  };
  const sum = squares(1);
  if ((sum > 1e-280 && sum < Infinity) || Number.isNaN(sum)) return Math.sqrt(sum);
  let largest = 0;
  for (const { w, g } of moved) for (let i = 0; i < w.length; i++) largest = Math.max(largest, Math.abs(scale(w[i]!) * g[i]!));
  return largest === 0 || largest === Infinity ? largest : largest * Math.sqrt(squares(largest));
}
