import { optimizer } from '../define/builtin.ts';

/**
 * RAdam (Liu et al. 2020, arXiv:1908.03265): Adam with a built-in warm-up: the adaptive step is scaled down while the variance of √v is still
 * large, and up to ρ = 5 (PyTorch's threshold; the paper has 4) it is SGD with momentum. ε is added to √v before its correction, as in PyTorch.
 *
 * ρ∞ = 2/(1 − β₂) − 1, ρ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ), and r, the rectification, as in the equations.
 *
 * @remarks Instead of Adam with a warmup: it scales down the first steps by itself.
 * @see {@link adam}, {@link adamw}, {@link nadam}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `weightDecay` λ, decoupled as in AdamW, and `l2` Λ, coupled weight decay: adds Λ·w to
 * the gradient; `compat`: Optax and the paper add ε to √v̂, after its correction, and the paper's threshold is 4
 * @example
 * ```ts
 * import { radam } from 'thalweg';
 * radam({ lr: 1e-3 });
 * ```
 */
export const radam = optimizer({
  name: 'radam',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 0],
    l2: ['Λ', 0],
  },
  variants: { compat: ['torch', 'optax', 'paper'] },
  equations: ({ l2, weightDecay, compat }) => `
    ${l2 === 0 ? '' : 'g = g + Λ·w'}
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    m̂ = m / (1 − β₁ᵗ)
    ρ∞ = 2 / (1 − β₂) − 1
    ρ = ρ∞ − 2·t·β₂ᵗ / (1 − β₂ᵗ)
    r = √((ρ − 4)·(ρ − 2)·ρ∞ / ((ρ∞ − 4)·(ρ∞ − 2)·ρ))
    u = ρ ${compat === 'torch' ? '> 5' : compat === 'optax' ? '≥ 5' : '> 4'} ? r·m̂${compat === 'torch' ? '·√(1 − β₂ᵗ) / (√v + ε)' : ' / (√(v / (1 − β₂ᵗ)) + ε)'} : m̂
    w ← w − η·${weightDecay === 0 ? 'u' : '(u + λ·w)'}
  `,
});
