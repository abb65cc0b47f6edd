import { optimizer } from '../define/builtin.ts';

/**
 * AdEMAMix (Pagliardini, Ablin & Grangier 2024, arXiv:2409.03137): Adam with a second, much slower running mean of the gradients, which has no
 * bias correction. α and β₃ are meant to be warmed up by schedules.
 *
 * w ← w − η·((m̂ + α·n)/(√v̂ + ε) + λ·w) with n ← β₃·n + (1 − β₃)·g.
 *
 * @remarks For long runs, in which gradients from thousands of steps ago are still informative. Warm up `alpha` and `beta3` by schedules; one more state
 * than Adam.
 * @see {@link simplifiedAdemamix}, {@link adamw}, {@link lion}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `beta3` β₃, `alpha` α, `eps` ε, `weightDecay` λ
 * @example
 * ```ts
 * import { ademamix } from 'thalweg';
 * ademamix({ lr: 1e-3, alpha: 5 });
 * ```
 */
export const ademamix = optimizer({
  name: 'ademamix',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    beta3: ['β₃', 0.9999, '[0, 1)'],
    alpha: ['α', 5],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 0],
  },
  equations: `
    m ← β₁·m + (1 − β₁)·g
    n ← β₃·n + (1 − β₃)·g
    v ← β₂·v + (1 − β₂)·g²
    w ← w − η·((m / (1 − β₁ᵗ) + α·n) / (√(v / (1 − β₂ᵗ)) + ε) + λ·w)
  `,
});

/**
 * Simplified AdEMAMix (Morwani et al. 2025, arXiv:2502.02431): AdEMAMix with the current gradient in place of the fast running mean, so that one
 * state is enough.
 *
 * m ← β₁·m + g, v ← β₂·v + (1 − β₂)·g², w ← w − η·((m + α·g)/(√v̂ + ε) + λ·w). m is a decaying sum, not a mean: use a learning rate about 1 − β₁
 * times Adam's.
 *
 * @remarks As `ademamix` with one state fewer; good for small batches. Its m is a sum, so use about 1 − β₁ times Adam's learning rate.
 * @see {@link ademamix}, {@link adamw}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `alpha` α, `eps` ε, `weightDecay` λ
 * @example
 * ```ts
 * import { simplifiedAdemamix } from 'thalweg';
 * simplifiedAdemamix({ lr: 1e-5, alpha: 100 });
 * ```
 */
export const simplifiedAdemamix = optimizer({
  name: 'simplifiedAdemamix',
  hyper: {
    lr: ['η', 1e-5],
    beta1: ['β₁', 0.99, '[0, 1)'],
    beta2: ['β₂', 0.95, '[0, 1)'],
    alpha: ['α', 0],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 0],
  },
  equations: `
    m ← β₁·m + g
    v ← β₂·v + (1 − β₂)·g²
    w ← w − η·((m + α·g) / (√(v / (1 − β₂ᵗ)) + ε) + λ·w)
  `,
});
