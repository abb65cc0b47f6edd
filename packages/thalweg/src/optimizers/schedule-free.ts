import { optimizer } from '../define/builtin.ts';

const average = `
    ηₘₐₓ ← max(ηₘₐₓ, η)
    q = ηₘₐₓ^p
    S ← S + q
    κ = S > 0 ? q / S : 0
    x = (w − (1 − β₁)·z) / β₁
    z ← z − η·u
    w ← β₁·((1 − κ)·x + κ·z) + (1 − β₁)·z`;
const evaluate = '(w − (1 − β₁)·z) / β₁';

/**
 * Schedule-free SGD (Defazio et al. 2024, arXiv:2405.15682): replaces momentum and a learning rate schedule by averaging the iterates. Compute
 * gradients at `params`; evaluate and deploy `opt.evaluate()`.
 *
 * u = g + λ·w, x = (w − (1 − β₁)·z)/β₁, z ← z − η·u, x ← (1 − κ)·x + κ·z with κ = ηₘₐₓᵖ/Σηₘₐₓᵖ, w ← β₁·x + (1 − β₁)·z.
 *
 * @remarks Like `scheduleFreeAdamw`, where SGD with momentum and learning rate decay is the usual choice.
 * @see {@link sgd}, {@link scheduleFreeAdamw}, {@link asgd}
 * @param options - `lr` η, which may warm up and should not decay; `beta1` β₁; `weightDecay` λ; `power` p
 * @example
 * ```ts
 * import { scheduleFreeSgd } from 'thalweg';
 * const opt = await scheduleFreeSgd({ lr: 1 }).init({ w: Float64Array.of(1) });
 * opt.step({ w: Float64Array.of(0.5) });
 * opt.evaluate().w; // where to measure
 * ```
 */
export const scheduleFreeSgd = optimizer({
  name: 'scheduleFreeSgd',
  hyper: { lr: ['η', 1], beta1: ['β₁', 0.9, '(0, 1)'], weightDecay: ['λ', 0], power: ['p', 2] },
  init: { z: 'w' },
  equations: `
    u = g + λ·w${average}
  `,
  evaluate,
});

/**
 * Schedule-free AdamW (Defazio et al. 2024, arXiv:2405.15682): as `scheduleFreeSgd`, with u = g/(√v̂ + ε) + λ·w.
 *
 * @remarks When the length of the run is not known in advance, so that no schedule can be planned. Evaluate and deploy `opt.evaluate()`, not the weights
 * that are trained.
 * @see {@link adamw}, {@link scheduleFreeSgd}, {@link prodigy}
 * @param options - `lr` η, which may warm up and should not decay; `beta1` β₁; `beta2` β₂; `eps` ε; `weightDecay` λ; `power` p
 * @example
 * ```ts
 * import { scheduleFreeAdamw, warmupStableDecay } from 'thalweg';
 * scheduleFreeAdamw({ lr: 2.5e-3 });
 * ```
 */
export const scheduleFreeAdamw = optimizer({
  name: 'scheduleFreeAdamw',
  hyper: {
    lr: ['η', 2.5e-3],
    beta1: ['β₁', 0.9, '(0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 0],
    power: ['p', 2],
  },
  init: { z: 'w' },
  equations: `
    v ← β₂·v + (1 − β₂)·g²
    u = g / (√(v / (1 − β₂ᵗ)) + ε) + λ·w${average}
  `,
  evaluate,
});
