/** Minimizes a function of a vector: the loop around an optimizer for those who have one function and its gradient. */
import { OptionError, ThalwegError } from '../language/error.ts';
import { describe } from './hyper.ts';
import type { Method } from './method.ts';
import type { InitOptions } from './optimizer.ts';

/** A function to minimize: writes its gradient at `w` into `g` and returns its value there. */
export type Objective = (w: Float64Array, g: Float64Array) => number | Promise<number>;

/** How to minimize. */
export interface MinimizeOptions extends InitOptions {
  /** The method, such as `adamw({ lr: 0.02 })`. */
  readonly optimizer: Method;
  /** The most steps to take. */
  readonly steps: number;
  /** Stop when the gradient's Euclidean norm is at most this; 0 by default. */
  readonly tolerance?: number;
  /** Called before each step with the loss and the point; `w` is live and must not be changed. */
  readonly onStep?: (step: { readonly t: number; readonly loss: number; readonly w: Float64Array }) => void;
  /** Stops between steps when aborted; what was reached is returned. */
  readonly signal?: AbortSignal;
}

/** Where `minimize` arrived. */
export interface Minimum {
  /** The last point. */
  readonly w: Float64Array<ArrayBuffer>;
  /** The value there. */
  readonly loss: number;
  /** The norm of the gradient there. */
  readonly gradientNorm: number;
  /** Steps taken. */
  readonly steps: number;
  /** Why it stopped: the steps were used up, the gradient is small enough, the value is not finite, or the signal was aborted. */
  readonly reason: 'steps' | 'tolerance' | 'diverged' | 'aborted';
}

/**
 * Minimizes `objective` from `start` in float64.
 *
 * @param objective - writes the gradient into its second argument and returns the value
 * @param start - the first point, which is not changed
 * @param options - the method, the number of steps, and when to stop earlier
 * @returns the last point, its value and why the loop stopped
 * @throws OptionError for options that make no sense; whatever `objective` throws
 * @example
 * ```ts
 * import { adamw, minimize } from 'thalweg';
 * const bowl = (w: Float64Array, g: Float64Array) => {
 *   g[0] = 2 * (w[0]! - 3);
 *   return (w[0]! - 3) ** 2;
 * };
 * const { w } = await minimize(bowl, Float64Array.of(0), { optimizer: adamw({ lr: 0.1, weightDecay: 0 }), steps: 500 });
 * Math.abs(w[0]! - 3) < 1e-3; // true
 * ```
 */
export async function minimize(objective: Objective, start: Float64Array, options: MinimizeOptions): Promise<Minimum> {
  const { optimizer, steps, tolerance = 0, onStep, signal, ...rest } = options;
  if (!Number.isInteger(steps) || steps < 0)
    throw new OptionError('minimize', 'steps', steps, `must be a whole number from 0, not ${describe(steps)}`);
  if (!(tolerance >= 0)) throw new OptionError('minimize', 'tolerance', tolerance, `must be at least 0, not ${describe(tolerance)}`);
  if (!(start instanceof Float64Array)) throw new ThalwegError('array', 'minimize: the start must be a Float64Array');
  const opt = await optimizer.init({ w: start }, rest);
  const { w } = opt.params;
  const g = opt.grads.w;
  const needsLoss = optimizer.inputs.includes('loss');
  for (;;) {
    const loss = await objective(w, g);
    const gradientNorm = Math.hypot(...g);
    const reason = !Number.isFinite(loss)
      ? 'diverged'
      : signal?.aborted === true
        ? 'aborted'
        : gradientNorm <= tolerance
          ? 'tolerance'
          : 'steps';
    if (reason !== 'steps' || opt.t === steps) {
      const result = {
        w: w.slice(),
        loss,
        gradientNorm,
        steps: opt.t,
        reason,
      } as const;
      opt.dispose();
      return result;
    }
    onStep?.({ t: opt.t, loss, w });
    opt.step(opt.grads, needsLoss ? { loss } : {});
  }
}
