import { optimizer } from '../define/builtin.ts';

/**
 * RMSProp (Tieleman & Hinton 2012): divides the gradient by the root of a running mean of its squares. `centered` (Graves 2013) divides by the
 * standard deviation instead; the estimated variance is clamped at 0, because rounding can make it negative. Momentum is applied to the divided
 * gradient, as in PyTorch.
 *
 * v ← β·v + (1 − β)·g², w ← w − η·g/(√v + ε).
 *
 * @remarks For losses that change during training, as in reinforcement learning, and if memory allows only one state. Adam adds momentum and bias
 * correction.
 * @see {@link adam}, {@link adagrad}, {@link adadelta}
 * @param options - `lr` η, `beta` β, `eps` ε, `momentum` μ, `centered`, and `l2` λ, coupled weight decay: adds λ·w to the gradient; `compat`:
 * Optax, Keras and TF.js have ε inside the root and the learning rate inside the momentum
 * @example
 * ```ts
 * import { rmsprop } from 'thalweg';
 * rmsprop({ lr: 1e-3, beta: 0.99, centered: true });
 * ```
 */
export const rmsprop = optimizer({
  name: 'rmsprop',
  hyper: {
    lr: ['η', 1e-3],
    beta: ['β', 0.9, '[0, 1)'],
    eps: ['ε', 1e-8],
    momentum: ['μ', 0, '[0, 1)'],
    l2: ['λ', 0],
  },
  variants: { centered: false, compat: ['torch', 'optax', 'keras', 'tfjs'] },
  compatDefaults: { torch: { lr: 0.01, beta: 0.99 }, keras: { eps: 1e-7 }, tfjs: { eps: 1e-7 } },
  equations: ({ momentum, centered, l2, compat }) => {
    const radicand = centered ? 'max(v − ḡ², 0)' : 'v';
    const u = compat === 'torch' ? `g / (√${radicand} + ε)` : `g / √(${radicand} + ε)`;
    const inside = compat !== 'torch' && momentum !== 0;
    return `
    ${l2 === 0 ? '' : 'g = g + λ·w'}
    v ← β·v + (1 − β)·g²
    ${centered ? 'ḡ ← β·ḡ + (1 − β)·g' : ''}
    u = ${u}
    ${momentum === 0 ? '' : inside ? 'b ← μ·b + η·u' : 'b ← μ·b + u'}
    w ← w − ${momentum === 0 ? 'η·u' : inside ? 'b' : 'η·b'}
  `;
  },
});
