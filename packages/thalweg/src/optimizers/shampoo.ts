import { optimizer } from '../define/builtin.ts';

/**
 * Shampoo (Gupta, Koren & Singer 2018, arXiv:1802.09568): preconditions a matrix's gradient from both sides, with inverse fourth roots of the summed g·gᵀ
 * and gᵀ·g. Tensors of more than two dimensions are flattened to matrices, keeping the first dimension; vectors are updated as by AdaGrad. The roots are
 * taken in float64 from eigenvectors, every `every` steps: their cost grows with the cube of rows and columns.
 *
 * L ← L + g·gᵀ, R ← R + gᵀ·g, w ← w − η·(L + εI)^(−1/4)·g·(R + εI)^(−1/4).
 *
 * @remarks For matrices of moderate size, if fewer but more expensive steps pay off. `soap` is the same idea with Adam's stability.
 * @see {@link soap}, {@link muon}, {@link adagrad}
 * @param options - `lr` η, `eps` ε, `every` k
 * @example
 * ```ts
 * import { shampoo } from 'thalweg';
 * shampoo({ lr: 0.1, every: 10 });
 * ```
 */
export const shampoo = optimizer({
  name: 'shampoo',
  hyper: { lr: ['η', 0.1], eps: ['ε', 1e-4, '(0, ∞)'], every: ['k', 1, '[1, ∞)'] },
  equations: `
    L ← rank ≥ 2 ? L + g @ gᵀ : L
    R ← rank ≥ 2 ? R + gᵀ @ g : R
    A ← rank ≥ 2 ? ((t − 1) mod k == 0 ? inverseRoot(L, 4, ε) : A) : A
    B ← rank ≥ 2 ? ((t − 1) mod k == 0 ? inverseRoot(R, 4, ε) : B) : B
    v ← rank ≥ 2 ? v : v + g²
    u = rank ≥ 2 ? A @ g @ B : g / √(v + ε)
    w ← w − η·u
  `,
});
