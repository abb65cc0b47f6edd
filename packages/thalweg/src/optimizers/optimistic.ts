import { optimizer } from '../define/builtin.ts';

/**
 * Optimistic SGD (Mokhtari, Ozdaglar & Pattathil 2020, arXiv:1901.08511): extrapolates the gradient from its last change. For games (two players
 * with opposed losses), where gradient descent circles around the solution.
 *
 * w ← w − η·((α + β)·g − β·gₜ₋₁), and gₜ₋₁ = g at the first step.
 *
 * @remarks For two-player games with opposed losses, where gradient descent circles around the solution. For a single loss it is no better than SGD.
 * @see {@link optimisticAdam}, {@link sgd}
 * @param options - `lr` η, `alpha` α, `beta` β
 * @example
 * ```ts
 * import { optimisticSgd } from 'thalweg';
 * optimisticSgd({ lr: 0.05 });
 * ```
 */
export const optimisticSgd = optimizer({
  name: 'optimisticSgd',
  hyper: { lr: ['η', 0.01], alpha: ['α', 1], beta: ['β', 1] },
  equations: `
    w ← w − η·((α + β)·g − β·(t == 1 ? g : p))
    p ← g
  `,
});

/**
 * Optimistic Adam (Daskalakis et al. 2018, arXiv:1711.00141, algorithm 1): Adam's update u, extrapolated from its last change as `optimisticSgd`
 * extrapolates the gradient. For games such as the training of generative adversarial networks.
 *
 * u = m̂/(√v̂ + ε), w ← w − η·((α + β)·u − β·uₜ₋₁), and uₜ₋₁ = 0 at the first step. With `nesterov` m̂ looks ahead, as in Optax by default.
 *
 * @remarks For games, such as generative adversarial networks, where Adam circles around the solution.
 * @see {@link optimisticSgd}, {@link adam}
 * @param options - `lr` η, `alpha` α, `beta` β, `beta1` β₁, `beta2` β₂, `eps` ε, `nesterov`; `compat`: Optax takes uₜ₋₁ = u at the first step
 * @example
 * ```ts
 * import { optimisticAdam } from 'thalweg';
 * optimisticAdam({ lr: 1e-3 });
 * ```
 */
export const optimisticAdam = optimizer({
  name: 'optimisticAdam',
  hyper: {
    lr: ['η', 1e-3],
    alpha: ['α', 1],
    beta: ['β', 1],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
  },
  variants: { nesterov: ['off', 'on'], compat: ['paper', 'optax'] },
  compatDefaults: { optax: { nesterov: 'on' } },
  equations: ({ nesterov, compat }) => `
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    m̂ = ${nesterov === 'on' ? 'β₁·m / (1 − β₁^(t + 1)) + (1 − β₁)·g / (1 − β₁ᵗ)' : 'm / (1 − β₁ᵗ)'}
    u = m̂ / (√(v / (1 − β₂ᵗ)) + ε)
    w ← w − η·((α + β)·u − β·${compat === 'optax' ? '(t == 1 ? u : p)' : 'p'})
    p ← u
  `,
});
