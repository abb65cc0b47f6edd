import { optimizer } from '../define/builtin.ts';

/**
 * MADGRAD (Defazio & Jelassi 2021, arXiv:2101.11075): dual averaging: the weights follow from the first ones and the sum of all gradients, divided
 * by the cube root of the sum of their squares; momentum is a running mean of the weights.
 *
 * q = (η + ε)·√t (0 where η is 0), G ← G + q·g², S ← S + q·g, z = w₀ − S/(∛G + ε), w ← μ·w + (1 − μ)·z; S/∛G is 0 where G and ε are.
 *
 * @remarks For sparse problems and convolutional networks where Adam generalizes worse than SGD. Its best learning rate and weight decay differ from
 * Adam's: tune them again, with little decay.
 * @see {@link adagrad}, {@link sgd}, {@link adamw}
 * @param options - `lr` η, `momentum` μ, `eps` ε
 * @example
 * ```ts
 * import { madgrad } from 'thalweg';
 * madgrad({ lr: 0.01 });
 * ```
 */
export const madgrad = optimizer({
  name: 'madgrad',
  hyper: { lr: ['η', 0.01], momentum: ['μ', 0.9, '[0, 1)'], eps: ['ε', 1e-6] },
  init: { x: 'w' },
  keep: ['G', 'S'],
  equations: ({ eps }) => `
    q = η > 0 ? (η + ε)·√t : 0
    u = q·g
    G ← G + u·g
    S ← S + u
    x ← x
    z = x − ${eps === 0 ? '(G > 0 ? S / G^(1/3) : 0)' : 'S / (G^(1/3) + ε)'}
    w ← μ·w + (1 − μ)·z
  `,
});
