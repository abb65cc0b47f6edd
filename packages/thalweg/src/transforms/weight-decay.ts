import type { HyperValue } from '../define/hyper.ts';
import { transform } from '../define/builtin.ts';
import type { Method } from '../define/method.ts';

const decay = transform({
  name: 'weightDecay',
  hyper: { weightDecay: ['λ', 0, '[0, 1]'] },
  equations: 'w ← w − λ·w',
});

/**
 * Decoupled weight decay that is not multiplied by the learning rate (Hanson & Pratt 1988; Loshchilov & Hutter 2019, arXiv:1711.05101): w ← w −
 * λ·w.
 *
 * Before an optimizer in the chain, the weights decay before the update: w ← (1 − λ)·w − η·u, the paper's form. After it, the update is scaled
 * too: w ← (1 − λ)·(w − η·u). For PyTorch's form, where the decay is multiplied by the learning rate, put this before the optimizer with η·λ in
 * place of λ; where η has a schedule, pass η·λ as a schedule or function too. `l2` is coupled weight decay: it adds λ·w to the gradient.
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
