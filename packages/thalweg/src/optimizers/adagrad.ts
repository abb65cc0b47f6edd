import { optimizer } from '../train/method.ts';

/**
 * AdaGrad (Duchi, Hazan & Singer 2011): each parameter's rate falls with the sum of its squared gradients.
 *
 * G ← G + g², w ← w − η·g/(√G + ε), in PyTorch's form: ε outside the root, G from 0.
 *
 * @param options - `lr` η, `eps` ε, and `l2` λ, which puts g + λ·w where g stood
 * @example
 * ```ts
 * import { adagrad } from 'thalweg';
 * adagrad({ lr: 0.1 });
 * ```
 */
export const adagrad = optimizer({
  name: 'adagrad',
  hyper: { lr: ['η', 1e-2], eps: ['ε', 1e-10], l2: ['λ', 0] },
  equations: ({ l2 }) => `
    ${l2 === 0 ? '' : 'g = g + λ·w'}
    G ← G + g²
    w ← w − η·g / (√G + ε)
  `,
});
