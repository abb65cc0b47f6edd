import { optimizer } from '../define/builtin.ts';

/**
 * Noisy SGD (Neelakantan et al. 2015, arXiv:1511.06807): SGD with Gaussian noise added to the gradient, whose variance falls with t: it helps deep
 * networks out of bad initializations. The noise is a function of seed, step, parameter name and index, so runs are reproducible and resume
 * exactly.
 *
 * w ← w − η·(g + √(σ²/tᵞ)·N(0, 1)).
 *
 * @remarks When plain SGD gets stuck in bad regions that depend on the seed. The noise decays with t.
 * @see {@link sgd}, {@link addNoise}
 * @param options - `lr` η, `variance` σ² at the first step, `decay` γ, `seed` a whole number
 * @example
 * ```ts
 * import { noisySgd } from 'thalweg';
 * noisySgd({ lr: 0.01, variance: 0.3, seed: 1 });
 * ```
 */
export const noisySgd = optimizer({
  name: 'noisySgd',
  hyper: { lr: ['η', 1e-3], variance: ['σ₂', 0.01], decay: ['γ', 0.55], seed: ['k', 0, '[0, 4294967295]'] },
  equations: `
    σ = √(σ₂ / t^γ)
    w ← w − η·(g + σ·noise(k))
  `,
});
