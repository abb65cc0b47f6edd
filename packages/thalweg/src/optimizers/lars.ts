import { optimizer } from '../define/builtin.ts';

/**
 * LARS (You, Gitman & Ginsburg 2017, arXiv:1708.03888): SGD with momentum whose learning rate is multiplied for each tensor by the trust ratio
 * ‖w‖/(‖g‖ + λ·‖w‖), which is 1 where either norm is 0. The learning rate enters the velocity. For very large batches.
 *
 * v ← μ·v + η·(k·‖w‖/(‖g‖ + λ·‖w‖ + ε))·(g + λ·w), w ← w − v.
 *
 * @remarks For very large batches where SGD with momentum is the usual choice, such as convolutional networks. Exclude biases and normalization layers by
 * `groups`.
 * @see {@link lamb}, {@link sgd}, {@link fromage}
 * @param options - `lr` η, `momentum` μ, `trust` k, `eps` ε, `nesterov`, `weightDecay` λ
 * @example
 * ```ts
 * import { lars } from 'thalweg';
 * lars({ lr: 1, weightDecay: 1e-4 });
 * ```
 */
export const lars = optimizer({
  name: 'lars',
  hyper: { lr: ['η', 1], momentum: ['μ', 0.9, '[0, 1)'], trust: ['k', 1e-3], eps: ['ε', 0], weightDecay: ['λ', 0] },
  variants: { nesterov: false },
  equations: ({ nesterov }) => `
    r = ‖w‖ > 0 ? (‖g‖ > 0 ? k·‖w‖ / (‖g‖ + λ·‖w‖ + ε) : 1) : 1
    u = η·r·(g + λ·w)
    v ← μ·v + u
    w ← w − ${nesterov ? '(u + μ·v)' : 'v'}
  `,
});
