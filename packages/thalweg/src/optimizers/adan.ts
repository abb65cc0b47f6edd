import { optimizer } from '../define/builtin.ts';

/**
 * Adan (Xie et al. 2022, arXiv:2208.06677): Nesterov's momentum from the change of the gradient. The βs are those of the authors' program; the paper's are
 * one minus these.
 *
 * d = g − gₜ₋₁ (0 at first), m, v and n the running means of g, d and (g + β₂·d)², w ← (w − η·(m̂ + β₂·v̂)/(√(n̂ + ε₂) + ε))/(1 + η·λ).
 *
 * @remarks When gradients change slowly from step to step, so that the last change predicts the next. Four states of the model's size, including the last
 * gradient: twice Adam's.
 * @see {@link adamw}, {@link nadam}, {@link mars}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `beta3` β₃, `eps` ε, `epsRoot` ε₂, `weightDecay` λ
 * @example
 * ```ts
 * import { adan } from 'thalweg';
 * adan({ lr: 1e-3 });
 * ```
 */
export const adan = optimizer({
  name: 'adan',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.98, '[0, 1)'],
    beta2: ['β₂', 0.92, '[0, 1)'],
    beta3: ['β₃', 0.99, '[0, 1)'],
    eps: ['ε', 1e-8],
    epsRoot: ['ε₂', 0],
    weightDecay: ['λ', 0],
  },
  equations: `
    d = t == 1 ? 0 : g − p
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·d
    n ← β₃·n + (1 − β₃)·(g + β₂·d)²
    p ← g
    u = m / (1 − β₁ᵗ) + β₂·(v / (1 − β₂ᵗ))
    w ← (w − η·u / (√(n / (1 − β₃ᵗ) + ε₂) + ε)) / (1 + η·λ)
  `,
});
