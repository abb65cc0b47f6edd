import type { HyperValue } from '../define/hyper.ts';
import { transform } from '../define/builtin.ts';
import type { Method } from '../define/method.ts';

const byValue = transform({
  name: 'clipByValue',
  hyper: { maxValue: ['c', 1, '(0, ∞)'] },
  equations: 'g = max(−c, min(c, g))',
});

/**
 * Clips each element of the gradient to [−c, c] (Mikolov 2012, Statistical Language Models Based on Neural Networks): g = max(−c, min(c, g)), as
 * PyTorch's `clip_grad_value_`, Optax's `clip` and Keras' `clipvalue` do. It changes the gradient's direction; `clipByGlobalNorm` does not. A NaN
 * stays NaN, and an infinity becomes ±c.
 *
 * @remarks When single elements are outliers, such as a broken feature. It changes the gradient's direction; if that matters use `clipByGlobalNorm`.
 * @see {@link clipByGlobalNorm}, {@link clipByNorm}
 * @param maxValue - c, a number above 0, a schedule or a function of t
 * @throws OptionError where c is not above 0
 * @example
 * ```ts
 * import { chain, clipByValue, sgd } from 'thalweg';
 * const opt = await chain(clipByValue(0.5), sgd({ lr: 1 })).init({ w: Float64Array.of(0, 0) });
 * opt.step({ w: Float64Array.of(3, -0.25) }); // w = −0.5, 0.25
 * ```
 */
export function clipByValue(maxValue: HyperValue): Method<'maxValue'> {
  return byValue({ maxValue });
}
