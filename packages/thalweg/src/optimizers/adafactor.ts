import { optimizer } from '../define/builtin.ts';

/**
 * Adafactor (Shazeer & Stern 2018, arXiv:1804.04235): RMSProp that stores the second moments of a matrix as one number per row and one per column, whose
 * product approximates them: rows + cols numbers instead of rows·cols. The rate is relative to the size of the tensor, and the update is clipped to a root
 * mean square of `clip`. Tensors of more than two dimensions are flattened to matrices, keeping the first dimension; vectors keep all second moments.
 *
 * V = r/mean(r)·c with r, c the moving means of the rows and columns of g² + ε₁, u = g/√V, α = max(ε₂, RMS(w))·min(η, 1/√t), w ← w − α·u / max(1, RMS(u)/d)
 * − η·λ·w. Squares of gradients are bounded by 2¹⁰⁰ and √V by 2⁻¹²⁶ from below, so that no finite gradient gives a NaN in float32.
 *
 * @remarks When Adam's second moments do not fit into memory: for a matrix it stores one row and one column. It has no momentum, so it may need a warmup
 * and clipping.
 * @see {@link sm3}, {@link adamw}, {@link lion}
 * @param options - `lr` η; `step`: `'relative'` as above or `'absolute'` for α = max(ε₂, RMS(w))·η; `decayRate` ρ in β₂ = 1 − t^−ρ; `eps1` ε₁; `eps2` ε₂;
 * `clip` d; `weightDecay` λ; `compat`: `'torch'` bounds V below by ε₁² instead of adding ε₁ to g², with ε₁ = 2⁻⁵² (2⁻²³ in float32), and applies the decay
 * first; so does `'keras'`, which computes RMS(w) after the decay; `'optax'` factors only matrices with 128 rows and columns or more, is `'absolute'`, and
 * its decay is not multiplied by η
 * @example
 * ```ts
 * import { adafactor } from 'thalweg';
 * adafactor({ lr: 0.01 });
 * ```
 */
export const adafactor = optimizer({
  name: 'adafactor',
  hyper: {
    lr: ['η', 0.01],
    decayRate: ['ρ', 0.8],
    eps1: ['ε₁', 1e-30],
    eps2: ['ε₂', 1e-3],
    clip: ['d', 1, '(0, ∞]'],
    weightDecay: ['λ', 0],
  },
  variants: { step: ['relative', 'absolute'], compat: ['paper', 'torch', 'optax', 'keras'] },
  compatDefaults: { torch: { eps1: 2 ** -52 }, optax: { lr: 1, step: 'absolute' }, keras: { lr: 1e-3 } },
  float32Defaults: { torch: { eps1: 2 ** -23 } },
  equations: ({ step, compat }) => {
    const torch = compat === 'torch';
    const optax = compat === 'optax';
    const matrix = optax ? '(rank == 2 ? min(rows, cols) : 0) ≥ 128' : 'rank ≥ 2';
    return `
    β = 1 − t^(−ρ)
    G = min(g²${torch ? '' : ' + ε₁'}, 2^100)
    δ = max(${torch ? 'ε₁' : '0'}, 2^(−126))
    r ← ${matrix} ? β·r + (1 − β)·rowMean(G) : r
    c ← ${matrix} ? β·c + (1 − β)·colMean(G) : c
    v ← ${matrix} ? v : β·v + (1 − β)·G
    r̄ = ${matrix} ? sum(r) / rows : 1
    V = ${matrix} ? √(r / max(r̄, δ))·√c : √v
    u = g / max(V, δ)
    y = ${optax ? 'w − λ·w' : torch || compat === 'keras' ? 'w·(1 − η·λ)' : 'w − η·λ·w'}
    α = max(ε₂, ‖${compat === 'keras' ? 'y' : 'w'}‖/√size)·${step === 'relative' ? 'min(η, 1/√t)' : 'η'}
    w ← y − α·u / max(1, ‖u‖/(√size·d))
  `;
  },
});
