import { transform } from '../define/builtin.ts';

/**
 * Adds Gaussian noise to the gradient, whose variance falls with t (Neelakantan et al. 2015, arXiv:1511.06807); chained with `sgd` it is
 * `noisySgd`. The noise is a function of seed, step, parameter name and index, so runs are reproducible and resume exactly.
 *
 * g = g + √(σ²/tᵞ)·N(0, 1).
 *
 * @remarks When deep networks get stuck in bad regions that depend on the seed; decaying noise helps them out. Elsewhere it only costs accuracy.
 * @see {@link noisySgd}
 * @param options - `variance` σ², `decay` γ, `seed` k
 * @example
 * ```ts
 * import { adam, addNoise, chain } from 'thalweg';
 * chain(addNoise({ variance: 0.01 }), adam({ lr: 1e-3 }));
 * ```
 */
export const addNoise = transform({
  name: 'addNoise',
  hyper: { variance: ['σ₂', 0.01], decay: ['γ', 0.55], seed: ['k', 0, '[0, 4294967295]'] },
  equations: 'g = g + √(σ₂ / t^γ)·noise(k)',
});
