import { optimizer } from '../define/builtin.ts';

/**
 * Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon): SGD with momentum whose update is orthogonalized: all its singular values become about 1.
 * For matrices; tensors of more dimensions, such as convolution kernels, are flattened to matrices, keeping the first dimension. Vectors and scalars need
 * another optimizer, by `groups`, and embeddings and the last layer should have one too.
 *
 * m ← μ·m + (1 − μ)·g, O = NewtonSchulz(g + μ·(m − g)), w ← w − η·(k·O + λ·w). By default k = √max(1, rows/cols) as in the original, where rows
 * are outputs, as in y = W·x; `rows: 'in'` is for weights whose rows are inputs, as in y = x·W, and has k = √max(1, cols/rows). `adjust: 'rms'` has k = 0.2·√max(rows, cols), with which AdamW's learning rate and weight decay can be reused (Liu et al. 2025,
 * arXiv:2502.16982). The coefficients a, b, c are those of the original; five steps bring singular values above 3e-3 of the norm to between 0.68
 * and 1.2. `compat: 'optax'` has `rows: 'in'`, as JAX's layers do, and applies Adam's bias correction to the Nesterov momentum; Optax and
 * Keras divide by ‖u‖ + ε, not by the larger. By default PyTorch has η = 1e-3 and λ = 0.1, Keras η = 1e-3, λ = 0.004 and `adjust: 'rms'`.
 * PyTorch's iteration computes in bfloat16; here it is in the type of w.
 *
 * @remarks For the hidden matrices of transformers and other networks, with AdamW for everything else through `groups`. One state instead of AdamW's two,
 * and a few matrix products per step.
 * @see {@link adamw}, {@link soap}, {@link shampoo}
 * @param options - `lr` η, `momentum` μ, `weightDecay` λ, `nesterov`, `adjust`, `rows`, `compat`, `a`, `b`, `c`, `steps` n, `eps` ε
 * @throws UnsupportedError from `init` for a vector or a scalar
 * @example
 * ```ts
 * import { adamw, groups, muon, otherwise } from 'thalweg';
 * groups([
 *   { match: { rank: 2 }, use: muon({ lr: 0.02 }) },
 *   { match: otherwise, use: adamw({ lr: 3e-4 }) },
 * ]);
 * ```
 */
export const muon = optimizer({
  name: 'muon',
  hyper: {
    lr: ['η', 0.02],
    momentum: ['μ', 0.95, '[0, 1)'],
    weightDecay: ['λ', 0],
    a: ['a', 3.4445, '(-∞, ∞)'],
    b: ['b', -4.775, '(-∞, ∞)'],
    c: ['c', 2.0315, '(-∞, ∞)'],
    steps: ['n', 5, '[0, 100)'],
    eps: ['ε', 1e-7],
  },
  variants: { nesterov: ['on', 'off'], adjust: ['original', 'rms'], rows: ['out', 'in'], compat: ['torch', 'optax', 'keras'] },
  compatDefaults: {
    torch: { lr: 1e-3, weightDecay: 0.1 },
    optax: { eps: 1e-8, rows: 'in' },
    keras: { lr: 1e-3, weightDecay: 4e-3, adjust: 'rms' },
  },
  equations: ({ nesterov, adjust, rows, compat }) => {
    const ahead = compat === 'optax' ? 'μ·m / (1 − μ^(t + 1)) + (1 − μ)·g / (1 − μᵗ)' : 'g + μ·(m − g)';
    const ratio = rows === 'in' ? 'cols / rows' : 'rows / cols';
    return `
    m ← μ·m + (1 − μ)·g
    u = ${nesterov === 'on' ? ahead : 'm'}
    O = ${compat === 'torch' ? 'newtonSchulz(u, a, b, c, n, ε)' : 'newtonSchulz(u / (‖u‖ + ε), a, b, c, n, 1)'}
    k = ${adjust === 'rms' ? '0.2·√max(rows, cols)' : `√max(1, ${ratio})`}
    w ← w − η·(k·O + λ·w)
  `;
  },
});
