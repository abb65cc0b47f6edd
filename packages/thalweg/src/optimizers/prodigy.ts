import { optimizer } from '../define/builtin.ts';

/**
 * Prodigy (Mishchenko & Defazio 2023, arXiv:2306.06101): AdamW that estimates its own learning rate, d, from how far the parameters of the group
 * have moved. `lr` multiplies it: leave it at 1, or give a schedule with peak 1. `biasCorrection: 'off'` is the paper's form and the default of
 * the authors' program.
 *
 * r ← β₃·r + (d/d₀)·γ·⟨g, w₀ − w⟩, S ← β₃·S + γ·d·g/d₀ with γ = d·η·√(1 − β₂ᵗ)/(1 − β₁ᵗ), or d·η without the correction, d ← max(d, c·r/Σ|S|); m and v of d·g as in Adam. β₃ = √β₂.
 *
 * @remarks When the learning rate of AdamW is unknown: leave `lr` at 1, or give it a schedule with peak 1. Two more arrays than AdamW, and a tuned AdamW is
 * often a little better.
 * @see {@link dAdaptation}, {@link dog}, {@link mechanic}, {@link adamw}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `initial` d₀, `coefficient` c, `weightDecay` λ, `biasCorrection`
 * @example
 * ```ts
 * import { prodigy } from 'thalweg';
 * prodigy({ weightDecay: 0.01 });
 * ```
 */
export const prodigy = optimizer({
  name: 'prodigy',
  hyper: {
    lr: ['η', 1],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    initial: ['d₀', 1e-6, '(0, ∞)'],
    coefficient: ['c', 1],
    weightDecay: ['λ', 0],
  },
  variants: { biasCorrection: ['on', 'off'] },
  init: { d: 'd₀', x: 'w' },
  equations: ({ biasCorrection }) => `
    γ = d·η${biasCorrection === 'on' ? '·√(1 − β₂ᵗ) / (1 − β₁ᵗ)' : ''}
    x ← x
    r ← √β₂·r + d / d₀·γ·⟨g, x − w⟩_group
    m ← β₁·m + (1 − β₁)·(d·g)
    v ← β₂·v + (1 − β₂)·(d·g)²
    S ← √β₂·S + γ·(d·g) / d₀
    n = sum_group(|S|)
    D = n > 0 ? max(d, c·r / n) : d
    w ← w − γ·(m / (√v + D·ε) + λ·w)
    d ← D
  `,
});
