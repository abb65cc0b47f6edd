import { optimizer } from '../define/builtin.ts';

/**
 * Polyak's step size (Polyak 1987; bounded as in Loizou et al. 2021, SPS_max): the loss minus its known minimum, divided by the squared gradient
 * norm, and at most `lr`. Needs the loss: `step(grads, { loss })`.
 *
 * γ = min(η, max(f − f_min, 0)/(‖g‖² + ε)) with the norm over all parameters, w ← w − γ·g; no step where the gradient is zero or the loss below `minimum`.
 *
 * @remarks When the minimum of the loss is known, as for models that can fit all data, where it is 0: the step size follows from the loss. Needs the loss
 * at each step, and no state.
 * @see {@link momo}, {@link sgd}
 * @param options - `lr` η, the longest step; `minimum` f_min, the loss at the optimum; `eps` ε
 * @example
 * ```ts
 * import { polyak } from 'thalweg';
 * const opt = await polyak().init({ w: Float64Array.of(3) });
 * opt.step({ w: Float64Array.of(6) }, { loss: 9 }); // w = 3 − 9/36·6 = 1.5
 * ```
 */
export const polyak = optimizer({
  name: 'polyak',
  hyper: { lr: ['η', 1], minimum: ['f_min', 0, '(-∞, ∞)'], eps: ['ε', 0] },
  inputs: { loss: ['f', 'scalar'] },
  equations: `
    n = ‖g‖_all² + ε
    γ = min(η, max(f − f_min, 0) / n)
    w ← w − γ·g
  `,
});
