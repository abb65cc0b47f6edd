import { optimizer } from '../define/builtin.ts';

/**
 * AdaGrad (Duchi, Hazan & Singer 2011): each parameter's learning rate is divided by the root of the sum of its squared gradients so far.
 *
 * G ← G + g², w ← w − η·g/(√G + ε), in PyTorch's form: ε outside the root, G from G₀ = 0.
 *
 * @remarks For sparse features, such as words, most of which are rare: a rare one keeps a large learning rate. In long dense training the learning rates
 * only decrease, and it stalls.
 * @see {@link rmsprop}, {@link ftrl}, {@link adam}
 * @param options - `lr` η, `eps` ε, `initial` G₀, and `l2` λ, coupled weight decay: adds λ·w to the gradient; `compat`: Optax, Keras and TF.js
 * have ε inside the root and start G at 0.1
 * @example
 * ```ts
 * import { adagrad } from 'thalweg';
 * adagrad({ lr: 0.1 });
 * ```
 */
export const adagrad = optimizer({
  name: 'adagrad',
  hyper: { lr: ['η', 1e-2], eps: ['ε', 1e-10], l2: ['λ', 0], initial: ['G₀', 0] },
  variants: { compat: ['torch', 'optax', 'keras', 'tfjs'] },
  compatDefaults: { optax: { eps: 1e-7, initial: 0.1 }, keras: { lr: 1e-3, eps: 1e-7, initial: 0.1 }, tfjs: { eps: 1e-7, initial: 0.1 } },
  init: { G: 'G₀' },
  equations: ({ l2, compat }) => `
    ${l2 === 0 ? '' : 'g = g + λ·w'}
    G ← G + g²
    w ← w − η·g / ${compat === 'torch' ? '(√G + ε)' : '√(G + ε)'}
  `,
});
