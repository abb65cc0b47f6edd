import { optimizer } from '../define/builtin.ts';

/**
 * NAdam (Dozat 2016): Adam with Nesterov momentum, in PyTorch's form, where the momentum grows with t. `weightDecay` is decoupled, which makes it
 * NAdamW; `l2` is coupled.
 *
 * μ = β₁·(1 − ½·0.96^(t·ψ)), P = ∏μ, w ← w − η·(((1 − μ)/(1 − P)·g + μₜ₊₁/(1 − P·μₜ₊₁)·m)/(√v̂ + ε) + λ·w).
 *
 * @remarks Adam with Nesterov momentum, at the same cost.
 * @see {@link adam}, {@link adamw}, {@link adan}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `momentumDecay` ψ, `weightDecay` λ, and `l2` Λ, coupled weight decay: adds Λ·w to the
 * gradient; `compat`: in Optax the momentum is β₁ throughout, and Keras has ψ = 1
 * @example
 * ```ts
 * import { nadam } from 'thalweg';
 * nadam({ lr: 2e-3 });
 * ```
 */
export const nadam = optimizer({
  name: 'nadam',
  hyper: {
    lr: ['η', 2e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    momentumDecay: ['ψ', 4e-3],
    weightDecay: ['λ', 0],
    l2: ['Λ', 0],
  },
  variants: { compat: ['torch', 'optax', 'keras'] },
  compatDefaults: { optax: { lr: 1e-3 }, keras: { lr: 1e-3, eps: 1e-7, momentumDecay: 1 } },
  init: { P: '1' },
  equations: ({ l2, weightDecay, compat }) => `
    ${l2 === 0 ? '' : 'g = g + Λ·w'}
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    μ = β₁${compat === 'optax' ? '' : '·(1 − 0.5·0.96^(t·ψ))'}
    μ_next = β₁${compat === 'optax' ? '' : '·(1 − 0.5·0.96^((t + 1)·ψ))'}
    P ← P·μ
    u = (1 − μ)/(1 − P)·g + μ_next/(1 − P·μ_next)·m
    w ← w − η·(u / (√(v / (1 − β₂ᵗ)) + ε)${weightDecay === 0 ? '' : ' + λ·w'})
  `,
});
