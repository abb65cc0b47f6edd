import { transform } from '../define/builtin.ts';

/**
 * An exponential moving average of the weights, which `opt.evaluate()` returns and `opt.state['ema.w_bar']` holds. Training is not changed.
 *
 * w̄ ← w̄ + (1 − β)·(w − w̄), and w̄ = w after the first step, as in PyTorch's and Keras' averages. With `debias`, w̄ is instead an average that
 * starts at zero, with Adam's bias correction 1 − βᵗ (as in Optax's `ema`), so that the first weights have no extra weight: w̄ ← w̄ + (1 − β)/(1 −
 * βᵗ)·(w − w̄), which is the same in one array. `debias` needs a constant β.
 *
 * In float32, differences w − w̄ smaller than about 6e-8/(1 − β) times w̄ are lost to rounding: 6e-5 for 0.999, 6e-4 for 0.9999.
 *
 * @remarks Whenever you evaluate and can spare an array: the average of the last 1/(1 − β) steps is usually better than the last weights, above all
 * at a constant rate.
 * @see {@link polyakAverage}, {@link swa}, {@link lookahead}
 * @param options - `decay` β, in [0, 1); `debias`
 * @throws OptionError for a `decay` out of range
 * @example
 * ```ts
 * import { adam, chain, ema } from 'thalweg';
 * const opt = await chain(adam({ lr: 0.1 }), ema({ decay: 0.99 })).init({ w: Float64Array.of(1) });
 * for (let t = 1; t <= 10; t++) opt.step({ w: Float64Array.of(1) });
 * opt.state['ema.w_bar']?.['w']; // trails behind w
 * ```
 */
export const ema = transform({
  name: 'ema',
  hyper: { decay: ['β', 0.999, '[0, 1)'] },
  variants: { debias: false },
  evaluate: 'w̄',
  equations: ({ debias }) => (debias ? 'w̄ ← w̄ + (1 − β) / (1 − βᵗ)·(w − w̄)' : 'w̄ ← t == 1 ? w : w̄ + (1 − β)·(w − w̄)'),
});
