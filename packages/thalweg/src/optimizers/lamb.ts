import { optimizer } from '../define/builtin.ts';

/**
 * LAMB (You et al. 2020, arXiv:1904.00962): AdamW's update, rescaled for each tensor to the norm of its weights, in Optax's form: the trust ratio
 * ‖w‖/‖u‖ is 1 where either norm is 0. Made for very large batches.
 *
 * u = m̂/(√v̂ + ε) + λ·w, w ← w − η·(‖w‖/‖u‖)·u.
 *
 * @remarks For very large batches, thousands of examples a step, when AdamW with a scaled-up rate diverges early. With small batches AdamW is as
 * good and simpler.
 * @see {@link lars}, {@link adamw}, {@link fromage}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `weightDecay` λ; `compat`: Keras applies the decay before the step, so that it enters
 * neither norm
 * @example
 * ```ts
 * import { lamb } from 'thalweg';
 * lamb({ lr: 2e-3, weightDecay: 0.01 });
 * ```
 */
export const lamb = optimizer({
  name: 'lamb',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-6],
    weightDecay: ['λ', 0],
  },
  variants: { compat: ['optax', 'keras'] },
  compatDefaults: { keras: { eps: 1e-7 } },
  equations: ({ compat }) => {
    const keras = compat === 'keras';
    const from = keras ? 'y' : 'w';
    return `
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    m̂ = m / (1 − β₁ᵗ)
    v̂ = v / (1 − β₂ᵗ)
    ${keras ? 'y = w − η·λ·w' : ''}
    u = m̂ / (√v̂ + ε)${keras ? '' : ' + λ·w'}
    r = ‖${from}‖ > 0 ? (‖u‖ > 0 ? ‖${from}‖ / ‖u‖ : 1) : 1
    w ← ${from} − η·r·u
  `;
  },
});
