import { optimizer } from '../define/builtin.ts';

/**
 * ASGD, averaged SGD (Polyak & Juditsky 1992), in PyTorch's form: SGD with a rate that falls as a power of t, and the mean of the parameters from
 * step t₀ on, which `opt.evaluate()` gives.
 *
 * w ← w·(1 − Λ·ηₜ) − ηₜ·g with ηₜ = η/(1 + Λ·η·(t − 1))^α.
 *
 * @remarks For convex problems, such as linear models, where the mean of the weights is better than the last ones. In deep learning, `ema` or `swa` after
 * any optimizer is more flexible.
 * @see {@link sgd}, {@link polyakAverage}, {@link swa}, {@link scheduleFreeSgd}
 * @param options - `lr` η, `lambda` Λ, `alpha` α, `start` t₀, and `l2` λ, coupled weight decay: adds λ·w to the gradient
 * @example
 * ```ts
 * import { asgd } from 'thalweg';
 * asgd({ lr: 0.01, start: 100 });
 * ```
 */
export const asgd = optimizer({
  name: 'asgd',
  hyper: { lr: ['η', 0.01], lambda: ['Λ', 1e-4], alpha: ['α', 0.75], start: ['t₀', 1e6], l2: ['λ', 0] },
  evaluate: 'a',
  equations: ({ l2 }) => `
    ${l2 === 0 ? '' : 'g = g + λ·w'}
    γ = t == 1 ? η : e
    w ← w·(1 − Λ·γ) − γ·g
    κ = max(1, t − 1 − t₀)
    a ← κ == 1 ? w : a + (w − a)/κ
    e ← η / (1 + Λ·η·t)^α
  `,
});
