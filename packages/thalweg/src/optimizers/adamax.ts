import { optimizer } from '../define/builtin.ts';

/**
 * Adamax (Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2): Adam that divides by a decaying maximum of |g| instead of √v. `weightDecay` is
 * decoupled, which makes it AdamaxW; `l2` is coupled.
 *
 * m ← β₁·m + (1 − β₁)·g, u ← max(β₂·u, |g| + ε), w ← w − η·(m̂/u + λ·w).
 *
 * @remarks When single large gradients distort Adam's mean of squares: it uses a decaying maximum instead.
 * @see {@link adam}, {@link adamw}, {@link yogi}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `weightDecay` λ, and `l2` Λ, coupled weight decay: adds Λ·w to the gradient; `compat`:
 * Keras adds ε after the maximum
 * @example
 * ```ts
 * import { adamax } from 'thalweg';
 * adamax({ lr: 2e-3 });
 * ```
 */
export const adamax = optimizer({
  name: 'adamax',
  hyper: {
    lr: ['η', 2e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 0],
    l2: ['Λ', 0],
  },
  variants: { compat: ['torch', 'optax', 'keras'] },
  compatDefaults: { optax: { lr: 1e-3 }, keras: { lr: 1e-3, eps: 1e-7 } },
  equations: ({ l2, weightDecay, compat }) => `
    ${l2 === 0 ? '' : 'g = g + Λ·w'}
    m ← β₁·m + (1 − β₁)·g
    u ← max(β₂·u, |g|${compat === 'keras' ? '' : ' + ε'})
    w ← w − η·(m / (1 − β₁ᵗ) / ${compat === 'keras' ? '(u + ε)' : 'u'}${weightDecay === 0 ? '' : ' + λ·w'})
  `,
});
