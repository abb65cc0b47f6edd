import { optimizer } from '../define/builtin.ts';

/**
 * FTRL-Proximal (McMahan et al. 2013): AdaGrad's per-parameter learning rates with an L1 penalty that sets weights to exactly zero, for sparse
 * linear models, in Keras' form.
 *
 * n ← n + g², z ← z + g − (√n − √nₜ₋₁)/η·w, w ← (clamp(z, ±λ₁) − z)/(√n/η + 2·λ₂ + β/η). n starts at n₀ and is at most 2¹²⁷, so that float32 can
 * hold it. `power` p replaces √n by n^(−p); `l2Shrinkage` λ₃ adds 2·λ₃·w to g, but not in g².
 *
 * @remarks For sparse linear models that must be small when deployed: `l1` gives exact zeros. Not for deep networks.
 * @see {@link adagrad}, {@link sgd}
 * @param options - `lr` η, `l1` λ₁, `l2` λ₂, `beta` β, `initial` n₀, `power` p, `l2Shrinkage` λ₃; `compat`: Keras' rate is 1e-3
 * by default
 * @example
 * ```ts
 * import { ftrl } from 'thalweg';
 * ftrl({ lr: 0.1, l1: 0.01 });
 * ```
 */
export const ftrl = optimizer({
  name: 'ftrl',
  hyper: {
    lr: ['η', 0.1, '(0, ∞)'],
    l1: ['λ₁', 0],
    l2: ['λ₂', 0],
    beta: ['β', 0],
    initial: ['n₀', 0.1],
    power: ['p', -0.5, '(-∞, 0]'],
    l2Shrinkage: ['λ₃', 0],
  },
  variants: { compat: ['paper', 'keras'] },
  compatDefaults: { keras: { lr: 1e-3 } },
  init: { n: 'n₀' },
  keep: ['n', 'z'],
  equations: ({ power, l2Shrinkage }) => {
    const rate = (n: string): string => (power === -0.5 ? `√${n}` : `${n}^(−p)`);
    return `
    N = min(n + g², 2^127)
    z ← z + ${l2Shrinkage === 0 ? 'g' : '(g + 2·λ₃·w)'} − (${rate('N')} − ${rate('n')}) / η·w
    w ← (max(−λ₁, min(λ₁, z)) − z) / (${rate('N')} / η + 2·max(λ₂ + β / (2·η), 2^(−126)))
    n ← N
  `;
  },
});
