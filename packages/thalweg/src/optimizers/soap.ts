import { optimizer } from '../train/method.ts';

/**
 * SOAP (Vyas et al. 2024, arXiv:2409.11321, algorithm 3): Adam in the eigenbasis of Shampoo's preconditioners, with decoupled decay. The basis
 * starts at the eigenvectors of the first products and follows by one step of power iteration and QR every `every` steps. What has more than
 * two dimensions is flattened behind the first; vectors are stepped as by AdamW.
 *
 * L ← β₃·L + (1 − β₃)·g·gᵀ, R likewise, P = QᴸᵀgQᴿ, v ← β₂·v + (1 − β₂)·P², u = Qᴸ·(QᴸᵀmQᴿ/(1 − β₁ᵗ) / (√v̂ + ε))·Qᴿᵀ, w ← w − η·(u + λ·w).
 * Unlike the authors' program it takes the first step too, and does not sort the basis anew.
 *
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `beta3` β₃ of the products, `eps` ε, `weightDecay` λ, `every` k
 * @example
 * ```ts
 * import { soap } from 'thalweg';
 * soap({ lr: 3e-3, every: 10 });
 * ```
 */
export const soap = optimizer({
  name: 'soap',
  hyper: {
    lr: ['η', 3e-3],
    beta1: ['β₁', 0.95, '[0, 1)'],
    beta2: ['β₂', 0.95, '[0, 1)'],
    beta3: ['β₃', 0.95, '[0, 1)'],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 0.01],
    every: ['k', 10, '[1, ∞)'],
  },
  equations: `
    m ← β₁·m + (1 − β₁)·g
    L ← rank ≥ 2 ? β₃·L + (1 − β₃)·(g @ gᵀ) : L
    R ← rank ≥ 2 ? β₃·R + (1 − β₃)·(gᵀ @ g) : R
    Q ← rank ≥ 2 ? (t == 1 ? eigenvectors(L) : (t mod k == 0 ? orthonormal(L @ Q) : Q)) : Q
    S ← rank ≥ 2 ? (t == 1 ? eigenvectors(R) : (t mod k == 0 ? orthonormal(R @ S) : S)) : S
    P = rank ≥ 2 ? Qᵀ @ g @ S : g
    v ← β₂·v + (1 − β₂)·P²
    M = (rank ≥ 2 ? Qᵀ @ m @ S : m) / (1 − β₁ᵗ)
    N = M / (√(v / (1 − β₂ᵗ)) + ε)
    u = rank ≥ 2 ? Q @ N @ Sᵀ : N
    w ← w − η·(u + λ·w)
  `,
});
