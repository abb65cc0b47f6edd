import { optimizer } from '../train/method.ts';

/**
 * FTRL-Proximal (McMahan et al. 2013): AdaGrad's rates with an L1 penalty that leaves exact zeros, for sparse linear models. In Keras' form.
 *
 * n ← n + g², z ← z + g − (√n − √nₜ₋₁)/η·w, w ← (clamp(z, ±λ₁) − z)/(√n/η + 2·λ₂ + β/η). n starts at n₀.
 *
 * @param options - `lr` η, `l1` λ₁, `l2` λ₂, `beta` β, `initial` n₀
 * @example
 * ```ts
 * import { ftrl } from 'thalweg';
 * ftrl({ lr: 0.1, l1: 0.01 });
 * ```
 */
export const ftrl = optimizer({
  name: 'ftrl',
  hyper: { lr: ['η', 0.1, '(0, ∞)'], l1: ['λ₁', 0], l2: ['λ₂', 0], beta: ['β', 0], initial: ['n₀', 0.1] },
  init: { n: 'n₀' },
  keep: ['n', 'z'],
  equations: `
    N = n + g²
    z ← z + g − (√N − √n) / η·w
    w ← (max(−λ₁, min(λ₁, z)) − z) / (√N / η + 2·(λ₂ + β / (2·η)))
    n ← N
  `,
});
