import { transform } from '../define/builtin.ts';

/**
 * Normalizes the gradient of all parameters together to a norm of 1 (Nesterov 1984; Cortés 2006): g = g/‖g‖, so that the learning rate alone
 * determines the step length. A zero gradient stays zero.
 *
 * @remarks When only the direction of the gradient should matter, and the learning rate alone determine the step length. Steps then do not shrink near a
 * minimum: use a decaying learning rate.
 * @see {@link clipByGlobalNorm}, {@link signSgd}
 * @example
 * ```ts
 * import { chain, normalize, sgd } from 'thalweg';
 * chain(normalize(), sgd({ lr: 0.01 }));
 * ```
 */
export const normalize = transform({
  name: 'normalize',
  hyper: {},
  equations: `
    n = ‖g‖_all
    g = n == 0 ? g : g / n
  `,
});
