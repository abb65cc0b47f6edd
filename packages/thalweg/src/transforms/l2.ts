import type { HyperValue } from '../define/hyper.ts';
import { transform } from '../define/builtin.ts';
import type { Method } from '../define/method.ts';

const penalty = transform({
  name: 'l2',
  hyper: { l2: ['λ', 0] },
  equations: 'g = g + λ·w',
});

/**
 * Coupled weight decay (an L2 penalty ½λ‖w‖² on the loss): adds λ·w to the gradient. In plain SGD this equals decoupled weight decay by η·λ; in
 * adaptive optimizers it does not (see `adamw`).
 *
 * @remarks When the penalty is part of the loss you mean to minimize, or to match a published result. With adaptive optimizers prefer `weightDecay`
 * or `adamw`.
 * @see {@link weightDecay}, {@link adamw}
 * @param strength - λ, a number of at least 0, a schedule or a function of t
 * @example
 * ```ts
 * import { chain, l2, lion } from 'thalweg';
 * chain(l2(1e-4), lion());
 * ```
 */
export function l2(strength: HyperValue): Method<'l2'> {
  return penalty({ l2: strength });
}
