import { optimizer } from '../define/builtin.ts';

/**
 * ADOPT (Taniguchi et al. 2024, arXiv:2411.02853): Adam that converges for any β₂: the gradient is divided by the second moment of the previous
 * steps, and momentum is applied to the result. The first step only initializes v; later, g/√v is clipped to ±(t − 1)^¼.
 *
 * u = clamp(g/max(√v, ε), ±(t − 1)^¼), m ← β₁·m + (1 − β₁)·u, w ← w − η·m, v ← β₂·v + (1 − β₂)·g².
 *
 * @remarks When Adam does not converge, or needs a β₂ so near to 1 that it adapts slowly: ADOPT converges for any β₂. Same cost as Adam.
 * @see {@link adam}, {@link acprop}, {@link adamw}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε
 * @example
 * ```ts
 * import { adopt } from 'thalweg';
 * adopt({ lr: 1e-3 });
 * ```
 */
export const adopt = optimizer({
  name: 'adopt',
  hyper: { lr: ['η', 1e-3], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.9999, '[0, 1)'], eps: ['ε', 1e-6] },
  equations: `
    c = (t − 1)^0.25
    u = max(−c, min(c, g / max(√v, ε)))
    m ← t == 1 ? m : β₁·m + (1 − β₁)·u
    w ← w − η·m
    v ← t == 1 ? g² : β₂·v + (1 − β₂)·g²
  `,
});
