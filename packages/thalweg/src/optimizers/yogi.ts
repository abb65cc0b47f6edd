import { optimizer } from '../define/builtin.ts';

/**
 * Yogi (Zaheer et al. 2018): Adam whose second moment moves towards g² by at most (1 − β₂)·g² per step, so that large gradients are not forgotten
 * quickly.
 *
 * v ← v − (1 − β₂)·sign(v − g²)·g², w ← w − η·m̂/(√v̂ + ε). v starts at v₀ and m at zero.
 *
 * @remarks When Adam's second moment forgets large gradients too fast, as with sparse or bursty ones. Same cost as Adam.
 * @see {@link adam}, {@link adagrad}, {@link adopt}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `initial` v₀; `compat`: Optax starts m at v₀ too
 * @example
 * ```ts
 * import { yogi } from 'thalweg';
 * yogi({ lr: 0.01 });
 * ```
 */
export const yogi = optimizer({
  name: 'yogi',
  hyper: { lr: ['η', 0.01], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.999, '[0, 1)'], eps: ['ε', 1e-3], initial: ['v₀', 1e-6] },
  variants: { compat: ['paper', 'optax'] },
  init: { v: 'v₀' },
  equations: ({ compat }) => `
    m ← β₁·${compat === 'optax' ? '(t == 1 ? v₀ : m)' : 'm'} + (1 − β₁)·g
    v ← v − (1 − β₂)·sign(v − g²)·g²
    w ← w − η·m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
  `,
});
