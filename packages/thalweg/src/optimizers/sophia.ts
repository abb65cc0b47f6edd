import { optimizer } from '../define/builtin.ts';

/**
 * Sophia (Liu et al. 2023, arXiv:2305.14342): momentum divided by a running estimate of the Hessian's diagonal, clipped to ±1. The estimate is an
 * input: an array for each parameter, used every k-th step, the first included; at other steps pass any array of the right shape. Estimates
 * written into `opt.inputs.hessian` and passed as `opt.step(opt.grads, opt.inputs)` are not copied.
 *
 * h ← β₂·h + (1 − β₂)·ĥ where (t − 1) mod k = 0, m ← β₁·m + (1 − β₁)·g, w ← w − η·(clamp(m/max(γ·h, ε), ±1) + λ·w).
 *
 * @remarks When the Hessian's diagonal can be estimated every few steps, as in training language models. You compute the estimate and pass it to `step`.
 * @see {@link adamw}, {@link lion}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `gamma` γ, `eps` ε, `weightDecay` λ, `every` k; `compat`: Optax applies bias correction to m,
 * divides by h before this step's estimate is added, and has ε = 1e-8 and λ = 1e-4
 * @example
 * ```ts
 * import { sophia } from 'thalweg';
 * const opt = await sophia({ lr: 1e-3 }).init({ w: Float64Array.of(1) });
 * opt.step({ w: Float64Array.of(0.5) }, { hessian: { w: Float64Array.of(2) } });
 * ```
 */
export const sophia = optimizer({
  name: 'sophia',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.965, '[0, 1)'],
    beta2: ['β₂', 0.99, '[0, 1)'],
    gamma: ['γ', 0.01],
    eps: ['ε', 1e-12],
    weightDecay: ['λ', 0],
    every: ['k', 10, '[1, ∞)'],
  },
  inputs: { hessian: ['H', 'tensor'] },
  variants: { compat: ['paper', 'optax'] },
  compatDefaults: { optax: { eps: 1e-8, weightDecay: 1e-4 } },
  equations: ({ compat }) => {
    const optax = compat === 'optax';
    const estimate = 'h ← (t − 1) mod k == 0 ? β₂·h + (1 − β₂)·H : h';
    return `
    ${optax ? '' : estimate}
    m ← β₁·m + (1 − β₁)·g
    u = max(−1, min(1, m${optax ? ' / (1 − β₁ᵗ)' : ''} / max(γ·h, ε)))
    w ← w − η·(u + λ·w)
    ${optax ? estimate : ''}
  `;
  },
});
