import type { HyperValue } from '../define/hyper.ts';
import { transform } from '../define/builtin.ts';
import type { Method } from '../define/method.ts';

const blockRms = transform({
  name: 'clipByRms',
  hyper: { maxRms: ['c', 1, '(0, ∞)'] },
  equations: 'g = g / max(1, ‖g‖/√size/c)',
});

/**
 * Clips the gradient of each tensor separately to a root mean square of at most `maxRms`, as Adafactor clips its updates (Shazeer & Stern 2018,
 * arXiv:1804.04235) and Optax's `clip_by_block_rms` does: g = g/max(1, RMS(g)/c). Unlike `clipByNorm`, the bound does not depend on a tensor's
 * size.
 *
 * @remarks Like `clipByNorm`, when tensors of very different size share one bound.
 * @see {@link clipByNorm}, {@link clipByGlobalNorm}
 * @param maxRms - c, a number above 0, a schedule or a function of t
 * @throws OptionError where c is not above 0
 * @example
 * ```ts
 * import { chain, clipByRms, sgd } from 'thalweg';
 * const opt = await chain(clipByRms(1), sgd({ lr: 1 })).init({ w: Float64Array.of(0, 0) });
 * opt.step({ w: Float64Array.of(7, -1) }); // the root mean square is 5: w = −1.4, 0.2
 * ```
 */
export function clipByRms(maxRms: HyperValue): Method<'maxRms'> {
  return blockRms({ maxRms });
}
