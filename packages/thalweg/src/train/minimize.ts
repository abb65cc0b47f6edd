/**
 * Minimizes a function: the loop around an optimizer for those who have one function and its gradient, and the way in to deterministic
 * methods, which evaluate it again within a step.
 */
import { ThalwegError } from '../language/error.ts';
import { descend, type Arrival, type Problem, type Stop } from './descent/descend.ts';
import type { Minimizer } from './descent/minimizer.ts';
import type { Arrays } from './descent/space.ts';
import { norm } from './descent/vector.ts';
import { checkNames, checkNumber, checkWhole, describe, oneOf } from './options.ts';
import { Method } from './method.ts';
import type { InitOptions } from './init-options.ts';
import type { Parameter, ViewOf } from './tensor.ts';

/** A function to minimize: writes its gradient at `w` into `g` and returns its value there. */
export type Objective<W = Float64Array> = (w: W, g: W) => number | Promise<number>;

/** Where to start: one vector, or parameters by name. */
export type Start = Float32Array | Float64Array | Readonly<Record<string, Parameter>>;

/** What an objective is given for a start: an array of its type, or an array for each name. */
export type PointOf<S extends Start> = S extends Float32Array | Float64Array
  ? ViewOf<S>
  : { readonly [K in keyof S]: S[K] extends Parameter ? ViewOf<S[K]> : never };

/** How to minimize. */
export interface MinimizeOptions<W = Float64Array> extends InitOptions {
  /** The method, such as `adamw({ lr: 0.02 })` or `lbfgs()`. */
  readonly optimizer: Method | Minimizer;
  /** The most steps to take. */
  readonly steps: number;
  /** Stop when the gradient's Euclidean norm is at most this; 0 by default. */
  readonly tolerance?: number;
  /** Called before each step with the loss and the point; `w` is live and must not be changed. */
  readonly onStep?: (step: { readonly t: number; readonly loss: number; readonly w: W }) => void;
  /** Stops between steps when aborted; what was reached is returned. */
  readonly signal?: AbortSignal;
}

/** Where `minimize` arrived. */
export interface Minimum<W = Float64Array<ArrayBuffer>> {
  /** The last point. */
  readonly w: W;
  /** The value there. */
  readonly loss: number;
  /** The norm of the gradient there. */
  readonly gradientNorm: number;
  /** Steps taken. */
  readonly steps: number;
  /** How often the function was evaluated. */
  readonly evaluations: number;
  /**
   * Why it stopped: the steps were used up, the gradient is small enough, the value is not finite, the signal was aborted, or a line
   * search found no step that lowers the value, as happens where rounding hides what is left to gain.
   */
  readonly reason: Stop;
}

/**
 * Minimizes `objective` from `start`, in the type of its arrays. A deterministic method (`lbfgs`, `conjugateGradient`,
 * `gradientDescent`) never ends at a higher value than it starts from; it takes none of the options of `init` but `maximize`.
 *
 * @param objective - writes the gradient into its second argument and returns the value
 * @param start - the first point, one vector or parameters by name, which is not changed
 * @param options - the method, the number of steps, and when to stop earlier
 * @returns the last point, its value and why the loop stopped
 * @throws OptionError for options that make no sense; StartError where a deterministic method has no finite value or gradient to start
 * from; whatever `objective` throws
 * @example
 * ```ts
 * import { adamw, lbfgs, minimize } from 'thalweg';
 * const bowl = (w: Float64Array, g: Float64Array) => {
 *   g[0] = 2 * (w[0]! - 3);
 *   return (w[0]! - 3) ** 2;
 * };
 * const { w } = await minimize(bowl, Float64Array.of(0), { optimizer: adamw({ lr: 0.1, weightDecay: 0 }), steps: 500 });
 * Math.abs(w[0]! - 3) < 1e-3; // true
 *
 * const line = (w: { a: Float64Array; b: Float64Array }, g: { a: Float64Array; b: Float64Array }) => {
 *   const error = w.a[0]! + w.b[0]! - 5;
 *   g.a[0] = g.b[0] = 2 * error;
 *   return error ** 2;
 * };
 * const found = await minimize(line, { a: Float64Array.of(1), b: Float64Array.of(0) }, { optimizer: lbfgs(), steps: 50, tolerance: 1e-9 });
 * [found.w.a, found.w.b, found.evaluations]; // a + b = 5
 * ```
 */
export async function minimize<const S extends Start>(
  objective: Objective<PointOf<S>>,
  start: S,
  options: MinimizeOptions<PointOf<S>>,
): Promise<Minimum<PointOf<S>>> {
  const { optimizer, steps, tolerance = 0, onStep, signal, ...init } = options;
  checkWhole('minimize', 'steps', steps, 0);
  checkNumber('minimize', 'tolerance', tolerance, '[0, ∞)');
  const isVector = start instanceof Float32Array || start instanceof Float64Array;
  if (!isVector && (typeof start !== 'object' || (start as unknown) === null || Array.isArray(start)))
    throw new ThalwegError(
      'array',
      `minimize: the start must be a Float64Array, a Float32Array or parameters by name, not ${describe(start)}`,
    );
  // Inside, every point is arrays by name; what is shown of it is what PointOf says in types.
  const shown = (arrays: Arrays): PointOf<S> => (isVector ? arrays['w'] : arrays) as PointOf<S>;
  const problem: Problem = {
    parameters: isVector ? { w: start } : start,
    evaluate: async (w, g) => lossOf(await objective(shown(w), shown(g))),
    steps,
    tolerance,
    onStep: (t, loss, w) => onStep?.({ t, loss, w: shown(w) }),
    isAborted: () => signal?.aborted === true,
  };
  const { w, ...arrival } = await (optimizer instanceof Method
    ? train(optimizer, problem, init)
    : descend(optimizer, problem, maximizes(optimizer, init)));
  return { w: shown(w), ...arrival };
}

/** What the user's function returned, which is to be its loss. */
function lossOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new ThalwegError('objective', `minimize: the function must return its loss, a number, and returned ${describe(value)}`);
}

/** The loop around a method: one evaluation, one step. */
async function train(method: Method, problem: Problem, init: InitOptions): Promise<Arrival> {
  const opt = await method.init(problem.parameters, init);
  const { params: w, grads: g } = opt;
  const needsLoss = method.inputs.includes('loss');
  for (;;) {
    const loss = await problem.evaluate(w, g);
    const gradientNorm = norm(...Object.values(g));
    const reason = !Number.isFinite(loss)
      ? 'diverged'
      : problem.isAborted()
        ? 'aborted'
        : gradientNorm <= problem.tolerance
          ? 'tolerance'
          : 'steps';
    if (reason !== 'steps' || opt.t === problem.steps) {
      const copy = Object.fromEntries(Object.entries(w).map(([name, array]) => [name, array.slice()]));
      const { t } = opt;
      opt.dispose();
      return { w: copy, loss, gradientNorm, steps: t, evaluations: t + 1, reason };
    }
    problem.onStep(opt.t, loss, w);
    opt.step(g, needsLoss ? { loss } : {});
  }
}

/** Whether a minimizer is to ascend. Throws an OptionError for the options of `init` that only kernels have. */
function maximizes({ name }: Minimizer, init: InitOptions): boolean {
  checkNames(name, init, ['maximize']);
  const { maximize = false } = init;
  return oneOf(name, 'maximize', maximize, [true, false]);
}
