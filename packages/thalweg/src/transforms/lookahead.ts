import { transform } from '../define/builtin.ts';
import { requireWhole } from './whole.ts';

/**
 * Lookahead (Zhang et al. 2019, arXiv:1907.08610): every k steps of the optimizer before it, the slow weights φ move a fraction α of the way to the fast
 * weights w, and w is reset to φ. The optimizer's states are kept, as Optax does with `reset_state=False`.
 *
 * φ starts as the first w; where t mod k = 0, φ ← φ + α·(w − φ) and w ← φ. Evaluate at a step with t mod k = 0, or at φ, which is
 * `opt.state['lookahead.phi']`.
 *
 * @remarks After an optimizer that oscillates: it smooths every few steps, and makes the choice of learning rate less critical. One more array.
 * @see {@link ema}, {@link swa}, {@link scheduleFreeSgd}
 * @param options - `k`, a whole number of steps from 1; `alpha` α, in (0, 1]
 * @throws OptionError for a `k` that is not whole, and for values out of range
 * @example
 * ```ts
 * import { adam, chain, lookahead } from 'thalweg';
 * const opt = await chain(adam({ lr: 0.01 }), lookahead({ k: 5, alpha: 0.5 })).init({ w: Float64Array.of(1, 2) });
 * opt.step({ w: Float64Array.of(1, -1) });
 * opt.state['lookahead.phi']?.['w']; // 1, 2 until step 5
 * ```
 */
export const lookahead = transform({
  name: 'lookahead',
  hyper: { k: ['k', 5, '[1, ∞)'], alpha: ['α', 0.5, '(0, 1]'] },
  init: { φ: 'w' },
  equations: ({ k }) => {
    requireWhole('lookahead', { k });
    return `
      φ ← t mod k == 0 ? φ + α·(w − φ) : φ
      w ← t mod k == 0 ? φ : w
    `;
  },
});
