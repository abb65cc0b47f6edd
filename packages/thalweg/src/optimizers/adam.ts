import { optimizer } from '../define/builtin.ts';
import { adamStep } from './adam-step.ts';

/**
 * Adam (Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1): running means of the gradient and of its square, each corrected for its bias towards the
 * zero it starts at. AMSGrad (Reddi et al. 2018) divides by the largest v so far, in PyTorch's form: the maximum is taken before the correction,
 * in Optax's after it.
 *
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η·m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 *
 * @remarks A first choice where gradients of different parameters differ by orders of magnitude. If you use weight decay, take `adamw`: here `l2` is scaled
 * by the second moment.
 * @see {@link adamw}, {@link rmsprop}, {@link nadam}, {@link sgd}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `amsgrad`, and `l2` λ, coupled weight decay: adds λ·w to the gradient, which then
 * enters m and v; `adamw` has decoupled weight decay; `compat`: Keras adds ε to √v before its correction
 * @example
 * ```ts
 * import { adam } from 'thalweg';
 * adam({ lr: 1e-3 }).latex();
 * ```
 */
export const adam = optimizer({
  name: 'adam',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    l2: ['λ', 0],
  },
  variants: { amsgrad: false, compat: ['torch', 'optax', 'keras', 'tfjs'] },
  compatDefaults: { keras: { eps: 1e-7 }, tfjs: { eps: 1e-7 } },
  equations: ({ l2, amsgrad, compat }) => {
    const step = adamStep(amsgrad, compat);
    return `
    ${l2 === 0 ? '' : 'g = g + λ·w'}
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    ${step.corrections}
    w ← w − η·${step.update}
  `;
  },
});
