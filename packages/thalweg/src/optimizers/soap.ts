import { optimizer } from '../define/builtin.ts';

/**
 * SOAP (Vyas et al. 2024, arXiv:2409.11321, algorithm 3): Adam in the eigenbasis of Shampoo's preconditioners, with decoupled decay. The basis starts as
 * the eigenvectors of the first g·gᵀ and gᵀ·g. Their running means are updated after each step, and the basis after every `every`-th, by one power
 * iteration and a QR decomposition; so, except for the first, a gradient is never projected onto a basis that it has changed. Tensors of more than two
 * dimensions are flattened to matrices, keeping the first dimension; vectors are updated as by AdamW.
 *
 * P = QᴸᵀgQᴿ, v ← β₂·v + (1 − β₂)·P², u = Qᴸ·(QᴸᵀmQᴿ/(1 − β₁ᵗ) / (√v̂ + ε))·Qᴿᵀ, w ← w − η·(u + λ·w); then L ← β₃·L + (1 − β₃)·g·gᵀ, Qᴸ ← QR(L·Qᴸ), R and Qᴿ likewise.
 *
 * @remarks For matrices, if fewer but more expensive steps pay off: Adam in a basis that decorrelates the gradient. Additionally stores several arrays of
 * rows² and cols² elements.
 * @see {@link shampoo}, {@link muon}, {@link adamw}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `beta3` β₃ of the running means of g·gᵀ and gᵀ·g, `eps` ε, `weightDecay` λ, `every` k
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
    A = rank ≥ 2 ? (t == 1 ? eigenvectors(L) : Q) : Q
    B = rank ≥ 2 ? (t == 1 ? eigenvectors(R) : S) : S
    P = rank ≥ 2 ? Aᵀ @ g @ B : g
    v ← β₂·v + (1 − β₂)·P²
    M = (rank ≥ 2 ? Aᵀ @ m @ B : m) / (1 − β₁ᵗ)
    N = M / (√(v / (1 − β₂ᵗ)) + ε)
    u = rank ≥ 2 ? A @ N @ Bᵀ : N
    w ← w − η·(u + λ·w)
    Q ← rank ≥ 2 ? (t > 1 ? (t mod k == 0 ? orthonormal(L @ A) : A) : A) : Q
    S ← rank ≥ 2 ? (t > 1 ? (t mod k == 0 ? orthonormal(R @ B) : B) : B) : S
  `,
});
