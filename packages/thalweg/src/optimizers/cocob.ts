import { optimizer } from '../define/builtin.ts';

/**
 * COCOB, continuous coin betting (Orabona & Tommasi 2017, arXiv:1705.07795, Algorithm 2): each weight's distance from its first value follows from
 * the rewards of a betting strategy on its gradients. There is no learning rate: `lr` only scales the gradient, which hardly changes the path.
 *
 * h = η·(g + λ·w), L ← max(L, |h|), G ← G + |h|, R ← max(R − h·(w − w₀), 0), θ ← θ − h, w ← w₀ + θ/L·(L + R)/max(G + L, α·L). L starts at ε.
 *
 * @remarks When nothing can be tuned at all and memory is no concern: there is no learning rate. Keeps the first weights and four arrays besides.
 * @see {@link dog}, {@link prodigy}, {@link dAdaptation}
 * @param options - `lr` η, `alpha` α, which bounds the first updates: larger is more cautious, `eps` ε, `weightDecay` λ
 * @example
 * ```ts
 * import { cocob } from 'thalweg';
 * cocob();
 * ```
 */
export const cocob = optimizer({
  name: 'cocob',
  hyper: { lr: ['η', 1], alpha: ['α', 100, '(0, ∞)'], eps: ['ε', 1e-8, '(0, ∞)'], weightDecay: ['λ', 0] },
  init: { x: 'w', L: 'ε' },
  keep: ['L', 'G', 'R', 'θ'],
  equations: `
    h = η·(g + λ·w)
    x ← x
    L ← max(L, |h|)
    G ← G + |h|
    R ← max(R − h·(w − x), 0)
    θ ← θ − h
    w ← x + θ / L·((L + R) / max(G + L, α·L))
  `,
});
