import { transform } from '../define/builtin.ts';
import { requireWhole } from './whole.ts';

/**
 * Polyak averaging (Polyak & Juditsky 1992, SIAM J. Control Optim. 30; Ruppert 1988): the mean of the weights over all steps from `start` on,
 * which `opt.evaluate()` returns and `opt.state['polyakAverage.w_bar']` holds. Training is not changed.
 *
 * w̄ ← w̄ + (w − w̄)/(t − t₀ + 1), and w̄ = w up to step t₀.
 *
 * @remarks For convex problems at a constant rate, evaluated at the mean of all steps. In deep learning an exponential average, `ema`, is better.
 * @see {@link ema}, {@link swa}, {@link asgd}
 * @param options - `start` t₀, the first step that counts, a whole number from 1
 * @throws OptionError for a `start` that is not whole or below 1
 * @example
 * ```ts
 * import { chain, polyakAverage, sgd } from 'thalweg';
 * const opt = await chain(sgd({ lr: 1 }), polyakAverage({ start: 2 })).init({ w: Float64Array.of(0) });
 * for (let t = 1; t <= 4; t++) opt.step({ w: Float64Array.of(-1) }); // w = 1, 2, 3, 4
 * opt.state['polyakAverage.w_bar']?.['w']?.[0]; // 3
 * ```
 */
export const polyakAverage = transform({
  name: 'polyakAverage',
  hyper: { start: ['t₀', 1, '[1, ∞)'] },
  evaluate: 'w̄',
  equations: ({ start }) => {
    requireWhole('polyakAverage', { start });
    return 'w̄ ← t <= t₀ ? w : w̄ + (w − w̄) / (t − t₀ + 1)';
  },
});
