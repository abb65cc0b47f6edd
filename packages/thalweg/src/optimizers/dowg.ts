import { optimizer } from '../define/builtin.ts';

/**
 * DoWG, distance over weighted gradients (Khaled, Mishchenko & Jin 2023, arXiv:2305.16284): as DoG, with each squared gradient norm weighted by
 * the squared distance at that step.
 *
 * r ← max(r, ‖w − w₀‖²), G ← G + r·‖g‖², w ← w − η·r/(√G + ε)·g. r starts at r₀.
 *
 * @remarks Like `dog`, if that is too cautious: early gradients, near the start, have less weight.
 * @see {@link dog}, {@link prodigy}, {@link cocob}
 * @param options - `lr` η, `initial` r₀, `eps` ε, `weightDecay` λ, coupled: adds λ·w to the gradient
 * @example
 * ```ts
 * import { dowg } from 'thalweg';
 * dowg();
 * ```
 */
export const dowg = optimizer({
  name: 'dowg',
  hyper: { lr: ['η', 1], initial: ['r₀', 1e-4], eps: ['ε', 1e-4], weightDecay: ['λ', 0] },
  init: { r: 'r₀', x: 'w' },
  equations: `
    h = g + λ·w
    x ← x
    r ← max(r, ‖x − w‖_group²)
    G ← G + r·‖h‖_group²
    w ← w − η·r / (√G + ε)·h
  `,
});
