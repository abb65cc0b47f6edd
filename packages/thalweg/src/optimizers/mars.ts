import { optimizer } from '../define/builtin.ts';

/**
 * MARS-AdamW (Yuan et al. 2024, arXiv:2411.10438, the approximate form): AdamW on a corrected gradient: the difference from the last gradient,
 * scaled, is added to reduce its variance, and the sum is clipped to norm 1.
 *
 * c = g + γ·β₁/(1 − β₁)·(g − gₜ₋₁) (g at first, where the authors' program takes gₜ₋₁ = 0), divided by its norm where that is above 1; then AdamW
 * with c in place of g, for tensors of every rank.
 *
 * @remarks When gradients of consecutive steps agree enough for their difference to reduce noise, as in training language models. Stores the last gradient:
 * one more array than AdamW.
 * @see {@link adamw}, {@link adan}, {@link soap}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `gamma` γ, `eps` ε, `weightDecay` λ
 * @example
 * ```ts
 * import { mars } from 'thalweg';
 * mars({ lr: 3e-3 });
 * ```
 */
export const mars = optimizer({
  name: 'mars',
  hyper: {
    lr: ['η', 3e-3],
    beta1: ['β₁', 0.95, '[0, 1)'],
    beta2: ['β₂', 0.99, '[0, 1)'],
    gamma: ['γ', 0.025],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 0],
  },
  equations: `
    d = t == 1 ? 0 : g − p
    p ← g
    h = g + γ·(β₁ / (1 − β₁))·d
    c = h / max(1, ‖h‖)
    m ← β₁·m + (1 − β₁)·c
    v ← β₂·v + (1 − β₂)·c²
    w ← w − η·(m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε) + λ·w)
  `,
});
