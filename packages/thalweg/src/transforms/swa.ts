import { transform } from '../define/builtin.ts';
import { requireWhole } from './whole.ts';

/**
 * Stochastic weight averaging (Izmailov et al. 2018, arXiv:1803.05407): the mean of the weights at step `start` and every `every` steps after it,
 * which `opt.evaluate()` returns and `opt.state['swa.w_bar']` holds. Training is not changed. The paper takes one sample per cycle of the learning
 * rate, or per epoch at a constant one. Recompute the statistics of batch normalization for w̄.
 *
 * Where (t − t₀) mod n = 0, w̄ ← w̄ + (w − w̄)/((t − t₀)/n + 1); w̄ = w up to step t₀.
 *
 * @remarks Towards the end of a run at a constant or cyclic rate: the mean of weights far apart often generalizes better than any of them.
 * @see {@link ema}, {@link polyakAverage}, {@link lookahead}
 * @param options - `start` t₀, the step of the first sample, from 1; `every` n, the steps from one sample to the next, both whole
 * @throws OptionError for values that are not whole or below 1
 * @example
 * ```ts
 * import { chain, sgd, swa } from 'thalweg';
 * const opt = await chain(sgd({ lr: 1 }), swa({ start: 2, every: 3 })).init({ w: Float64Array.of(0) });
 * for (let t = 1; t <= 6; t++) opt.step({ w: Float64Array.of(-1) }); // w = 1, 2, …, 6; samples are 2 and 5
 * opt.state['swa.w_bar']?.['w']?.[0]; // 3.5
 * ```
 */
export const swa = transform({
  name: 'swa',
  hyper: { start: ['t₀', 1, '[1, ∞)'], every: ['n', 1, '[1, ∞)'] },
  evaluate: 'w̄',
  equations: ({ start, every }) => {
    requireWhole('swa', { start, every });
    return 'w̄ ← t <= t₀ ? w : ((t − t₀) mod n == 0 ? w̄ + (w − w̄) / ((t − t₀) / n + 1) : w̄)';
  },
});
