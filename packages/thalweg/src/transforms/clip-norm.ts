import type { HyperValue } from '../define/hyper.ts';
import { transform } from '../define/builtin.ts';
import type { Method } from '../define/method.ts';

const tensorNorm = transform({
  name: 'clipByNorm',
  hyper: { maxNorm: ['c', 1, '(0, ∞)'] },
  equations: `
    n = ‖g‖
    g = g·(n <= c ? 1 : c / n)
  `,
});

/**
 * Clips the gradient of each tensor separately to a norm of at most `maxNorm` (Pascanu et al. 2013, arXiv:1211.5063, applied per tensor): g =
 * g·min(1, c/‖g‖), as Keras' `clipnorm` does. It changes the relative sizes of the tensors' gradients; `clipByGlobalNorm` does not. A NaN makes
 * every element of its tensor NaN.
 *
 * @remarks When one tensor, such as an embedding, has outliers that should not shrink the steps of all others. It changes the direction of the whole
 * gradient.
 * @see {@link clipByGlobalNorm}, {@link clipByRms}, {@link adaptiveClip}
 * @param maxNorm - c, a number above 0, a schedule or a function of t
 * @throws OptionError where c is not above 0
 * @example
 * ```ts
 * import { chain, clipByNorm, sgd } from 'thalweg';
 * const opt = await chain(clipByNorm(1), sgd({ lr: 1 })).init({ a: Float64Array.of(0, 0), b: Float64Array.of(0) });
 * opt.step({ a: Float64Array.of(30, -40), b: Float64Array.of(0.5) }); // a = −0.6, 0.8 and b = −0.5
 * ```
 */
export function clipByNorm(maxNorm: HyperValue): Method<'maxNorm'> {
  return tensorNorm({ maxNorm });
}
