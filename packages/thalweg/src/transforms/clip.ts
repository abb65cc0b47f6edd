import type { HyperValue } from '../define/hyper.ts';
import { transform } from '../define/builtin.ts';
import type { Method } from '../define/method.ts';

const globalNorm = transform({
  name: 'clipByGlobalNorm',
  hyper: { maxNorm: ['c', 1, '(0, ∞)'] },
  variants: { compat: ['optax', 'torch'] },
  equations: ({ compat }) =>
    compat === 'torch'
      ? 'g = g·min(1, c / (‖g‖_all + 1e-6))'
      : `
    n = ‖g‖_all
    g = g·(n <= c ? 1 : c / n)
  `,
});

/**
 * Clips the gradient of all parameters together to a norm of at most `maxNorm` (Pascanu et al. 2013): g = g·min(1, c/‖g‖), as Optax does; PyTorch
 * adds 1e-6 to the norm, and `compat: 'torch'` does so here. A norm that is NaN makes every element NaN, so that the error is not hidden.
 *
 * @remarks For recurrent networks and transformers, as the first part of the chain: it bounds rare large gradients and keeps their direction. A bound near
 * the usual norm of the gradient affects only outliers.
 * @see {@link clipByNorm}, {@link clipByValue}, {@link adaptiveClip}
 * @param maxNorm - c, a number above 0, a schedule or a function of t
 * @param options - `compat`
 * @example
 * ```ts
 * import { adamw, chain, clipByGlobalNorm } from 'thalweg';
 * chain(clipByGlobalNorm(1), adamw());
 * ```
 */
export function clipByGlobalNorm(maxNorm: HyperValue, options: { readonly compat?: 'optax' | 'torch' } = {}): Method<'maxNorm'> {
  return globalNorm({ maxNorm, ...options });
}
