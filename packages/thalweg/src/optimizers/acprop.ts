import { optimizer } from '../define/builtin.ts';

/**
 * ACProp (Zhuang et al. 2021, arXiv:2110.05454): AdaBelief with two changes: the denominator is the second moment before this step's gradient is
 * added to it, so that it does not depend on that gradient, and the numerator is the gradient itself instead of its running mean.
 *
 * w ← w − η·(g/(√ŝ + ε) + λ·w) with ŝ = sₜ₋₁/(1 − β₂ᵗ⁻¹) and ŝ = 1 at the first step, m ← β₁·m + (1 − β₁)·g, s ← β₂·s + (1 − β₂)·(g − m)² + ε₂.
 *
 * @remarks When AdaBelief or Adam is unstable because one large gradient enters both numerator and denominator of the same step. Same cost as Adam.
 * @see {@link adabelief}, {@link adopt}, {@link adam}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `epsRoot` ε₂, `weightDecay` λ
 * @example
 * ```ts
 * import { acprop } from 'thalweg';
 * acprop({ lr: 1e-3 });
 * ```
 */
export const acprop = optimizer({
  name: 'acprop',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-16],
    epsRoot: ['ε₂', 1e-16],
    weightDecay: ['λ', 0],
  },
  equations: `
    ŝ = t == 1 ? 1 : b / (1 − β₂^(t − 1))
    m ← β₁·m + (1 − β₁)·g
    b ← β₂·b + (1 − β₂)·(g − m)² + ε₂
    w ← w − η·(g / (√ŝ + ε) + λ·w)
  `,
});
