import { optimizer } from '../define/builtin.ts';

/**
 * AdaBelief (Zhuang et al. 2020, arXiv:2010.07468): Adam whose second moment is the running mean of (g − m)², the squared deviation of the
 * gradient from its running mean: steps are longer where gradients change little from step to step.
 *
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·(g − m)² + ε₂, w ← w − η·m̂/(√v̂ + ε).
 *
 * @remarks Instead of Adam where gradients are large but change little, since it then takes longer steps. Same cost as Adam. Its tiny ε makes it sensitive
 * to parameters whose gradient hardly changes.
 * @see {@link adam}, {@link adamw}, {@link acprop}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `epsRoot` ε₂
 * @example
 * ```ts
 * import { adabelief } from 'thalweg';
 * adabelief({ lr: 1e-3 });
 * ```
 */
export const adabelief = optimizer({
  name: 'adabelief',
  hyper: { lr: ['η', 1e-3], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.999, '[0, 1)'], eps: ['ε', 1e-16], epsRoot: ['ε₂', 1e-16] },
  equations: `
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·(g − m)² + ε₂
    w ← w − η·m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
  `,
});
