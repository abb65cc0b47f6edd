import { optimizer } from '../define/builtin.ts';

/**
 * DoG, distance over gradients (Ivgi, Hinder & Carmon 2023, arXiv:2302.12022): SGD whose learning rate is the largest distance from the first
 * weights so far, divided by the root of the sum of squared gradient norms. `scope: 'tensor'` gives each tensor a learning rate of its own
 * (L-DoG). Evaluate at an average of the weights: chain `ema` after it.
 *
 * r ← max(r, ‖w − w₀‖), G ← G + ‖g‖², w ← w − η·r/√(G + ε)·g. r starts at r₀·(1 + ‖w₀‖).
 *
 * @remarks When the learning rate of SGD is unknown: the distance from the start over the gradients so far gives one. Evaluate at an average: chain
 * `ema` after it.
 * @see {@link dowg}, {@link prodigy}, {@link cocob}, {@link sgd}
 * @param options - `lr` η, `initial` r₀, `eps` ε, `weightDecay` λ, coupled: adds λ·w to the gradient, `scope`
 * @example
 * ```ts
 * import { dog } from 'thalweg';
 * dog({ scope: 'tensor' });
 * ```
 */
export const dog = optimizer({
  name: 'dog',
  hyper: { lr: ['η', 1], initial: ['r₀', 1e-6], eps: ['ε', 1e-8], weightDecay: ['λ', 0] },
  variants: { scope: ['group', 'tensor'] },
  init: { x: 'w' },
  equations: ({ scope }) => {
    const over = scope === 'group' ? '_group' : '';
    return `
    h = g + λ·w
    x ← x
    r ← max(t == 1 ? r₀·(1 + ‖w‖${over}) : r, ‖x − w‖${over})
    G ← G + ‖h‖${over}²
    w ← w − η·r / √(G + ε)·h
  `;
  },
});
