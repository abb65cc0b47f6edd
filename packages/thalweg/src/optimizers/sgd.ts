import { OptionError } from '../language/error.ts';
import { optimizer } from '../define/builtin.ts';

/**
 * SGD (Robbins & Monro 1951), with momentum (Polyak 1964), dampening and Nesterov's look-ahead (Sutskever et al. 2013) in PyTorch's form.
 *
 * w ← w − η·g, or with momentum v ← μ·v + (1 − τ)·g, where v starts as the first gradient, and w ← w − η·v (Nesterov: g + μ·v for v).
 *
 * @remarks For convolutional networks with normalization, and if memory is scarce: no state, or one with momentum. Needs a tuned learning rate, and usually
 * a schedule. If gradients of parameters differ much in size, use an adaptive method.
 * @see {@link adam}, {@link lars}, {@link scheduleFreeSgd}
 * @param options - `lr` η, `momentum` μ, `dampening` τ, `nesterov`, and `l2` λ, coupled weight decay: adds λ·w to the gradient; `compat`: Keras
 * has the learning rate inside the velocity, which differs while the rate changes, and PyTorch's rate is 1e-3 by default
 * @throws OptionError for `nesterov` with dampening or, as in PyTorch, without momentum
 * @example
 * ```ts
 * import { sgd } from 'thalweg';
 * sgd({ lr: 0.1, momentum: 0.9, nesterov: true });
 * ```
 */
export const sgd = optimizer({
  name: 'sgd',
  hyper: {
    lr: ['η', 1e-2],
    momentum: ['μ', 0, '[0, 1)'],
    dampening: ['τ', 0, '[0, 1]'],
    l2: ['λ', 0],
  },
  variants: { nesterov: false, compat: ['torch', 'optax', 'keras', 'tfjs'] },
  compatDefaults: { torch: { lr: 1e-3 } },
  equations: ({ momentum, dampening, nesterov, l2, compat }) => {
    if (nesterov && ((momentum === 0 && compat === 'torch') || dampening !== 0)) {
      throw new OptionError('sgd', 'nesterov', nesterov, `needs ${compat === 'torch' ? 'momentum above 0 and ' : ''}no dampening`);
    }
    if (compat === 'keras' && momentum !== 0) {
      return `
      ${l2 === 0 ? '' : 'g = g + λ·w'}
      v ← μ·v + ${dampening === 0 ? '' : '(1 − τ)·'}η·g
      w ← w − ${nesterov ? '(μ·v + η·g)' : 'v'}
    `;
    }
    return `
      ${l2 === 0 ? '' : 'g = g + λ·w'}
      ${momentum === 0 ? '' : dampening === 0 ? 'v ← μ·v + g' : 'v ← t == 1 ? g : μ·v + (1 − τ)·g'}
      w ← w − η·${momentum === 0 ? 'g' : nesterov ? '(g + μ·v)' : 'v'}
    `;
  },
});
