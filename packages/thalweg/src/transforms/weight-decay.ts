import type { HyperValue } from '../define/hyper.ts';
import { transform } from '../define/builtin.ts';
import type { Method } from '../define/method.ts';

const decay = transform({
  name: 'weightDecay',
  hyper: { weightDecay: ['λ', 0, '[0, 1]'] },
  equations: 'w ← w − λ·w',
});

/**
 * Decoupled weight decay at a rate of its own (Hanson & Pratt 1988; Loshchilov & Hutter 2019, arXiv:1711.05101): w ← w − λ·w, whatever
 * the learning rate is.
 *
 * Before an optimizer it shrinks the weights that the step starts from: w ← (1 − λ)·w − η·u, the paper's form. After it, the step is
 * shrunk too: w ← (1 − λ)·(w − η·u). Decay that is scaled by the learning rate, as in PyTorch's AdamW, is this one before the optimizer
 * with η·λ for λ; where η has a schedule, hand η·λ over as a schedule or function too. `l2` is the third form: λ·w in the gradient.
 *
 * @remarks When the decay should not depend on the learning rate, or the optimizer has none of its own.
 * @see {@link l2}, {@link adamw}
 * @param rate - λ, a number from 0 to 1, a schedule or a function of t
 * @throws OptionError where λ lies outside [0, 1]
 * @example
 * ```ts
 * import { adam, chain, cosine, weightDecay } from 'thalweg';
 * chain(weightDecay(1e-3 * 0.1), adam({ lr: 1e-3 })); // AdamW with a decay of 0.1
 * chain(weightDecay(cosine({ peak: 1e-4, total: 1000 })), adam({ lr: cosine({ peak: 1e-3, total: 1000 }) }));
 * ```
 */
export function weightDecay(rate: HyperValue): Method<'weightDecay'> {
  return decay({ weightDecay: rate });
}
