import { optimizer } from '../define/builtin.ts';

/**
 * D-Adaptation for AdamW (Defazio & Mishchenko 2023, arXiv:2301.07733): AdamW that estimates its own learning rate, d. `lr` multiplies it: leave
 * it at 1, or give a schedule with peak 1.
 *
 * γ = d·η·√(1 − β₂ᵗ)/(1 − β₁ᵗ), r ← σ·r + (1 − σ)·γ·⟨g, S/(√v + ε)⟩, S ← σ·S + (1 − σ)·γ·g, d ← max(d, r/((1 − σ)·Σ|S|)) with σ = √β₂.
 *
 * @remarks When the learning rate of AdamW is unknown and only one long run is affordable. `prodigy` estimates the same quantity faster.
 * @see {@link prodigy}, {@link dog}, {@link mechanic}, {@link adamw}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `initial` d₀, `weightDecay` λ
 * @example
 * ```ts
 * import { dAdaptation } from 'thalweg';
 * dAdaptation();
 * ```
 */
export const dAdaptation = optimizer({
  name: 'dAdaptation',
  hyper: {
    lr: ['η', 1],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    initial: ['d₀', 1e-6, '(0, ∞)'],
    weightDecay: ['λ', 0],
  },
  init: { d: 'd₀' },
  equations: `
    γ = d·η·√(1 − β₂ᵗ) / (1 − β₁ᵗ)
    σ = √β₂
    r ← σ·r + (1 − σ)·γ·⟨g, S / (√v + ε)⟩_group
    m ← β₁·m + (1 − β₁)·γ·g
    v ← β₂·v + (1 − β₂)·g²
    S ← σ·S + (1 − σ)·γ·g
    n = sum_group(|S|)
    w ← w − m / (√v + ε) − λ·γ·w
    d ← n > 0 ? max(d, r / ((1 − σ)·n)) : d
  `,
});
