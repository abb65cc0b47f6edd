import { optimizer } from '../define/builtin.ts';

/**
 * Adadelta (Zeiler 2012, arXiv:1212.5701): scales each gradient by the root mean square of the parameter's previous updates over that of its
 * gradients, so that an update has the units of the parameter.
 *
 * v ← ρ·v + (1 − ρ)·g², u = √(a + ε)/√(v + ε)·g, a ← ρ·a + (1 − ρ)·u², w ← w − η·u.
 *
 * @remarks When no learning rate can be tuned and a slow, safe method is enough; step sizes follow from those of earlier steps. Most users have moved to
 * RMSProp or Adam.
 * @see {@link rmsprop}, {@link adagrad}, {@link prodigy}
 * @param options - `lr` η, `rho` ρ, `eps` ε, and `l2` λ, coupled weight decay: adds λ·w to the gradient; `compat`: Keras has other defaults
 * @example
 * ```ts
 * import { adadelta } from 'thalweg';
 * adadelta({ rho: 0.95 });
 * ```
 */
export const adadelta = optimizer({
  name: 'adadelta',
  hyper: { lr: ['η', 1], rho: ['ρ', 0.9, '[0, 1)'], eps: ['ε', 1e-6], l2: ['λ', 0] },
  variants: { compat: ['torch', 'keras'] },
  compatDefaults: { keras: { lr: 1e-3, rho: 0.95, eps: 1e-7 } },
  equations: ({ l2 }) => `
    ${l2 === 0 ? '' : 'g = g + λ·w'}
    v ← ρ·v + (1 − ρ)·g²
    u = √(a + ε) / √(v + ε)·g
    a ← ρ·a + (1 − ρ)·u²
    w ← w − η·u
  `,
});
