import { transform } from '../define/builtin.ts';

/**
 * Adaptive gradient clipping (Brock et al. 2021, arXiv:2102.06171): the gradient of each unit (a row of a matrix) is clipped to a norm of at most `ratio`
 * times the norm of the unit's weights. Tensors of more than two dimensions are flattened to matrices, keeping the first dimension; a vector is one unit.
 *
 * @remarks For networks without normalization layers, where clipping by one global norm is too coarse: the bound scales with each unit's weights.
 * @see {@link clipByGlobalNorm}, {@link clipByNorm}
 * @param options - `ratio` c; `eps` ε, the lower bound of the weights' norm; `units`: `'columns'` where weights are inputs × outputs, as in JAX
 * @throws OptionError where c or ε is not above 0
 * @example
 * ```ts
 * import { adaptiveClip, chain, sgd } from 'thalweg';
 * chain(adaptiveClip({ ratio: 0.01 }), sgd({ lr: 0.1, momentum: 0.9 }));
 * ```
 */
export const adaptiveClip = transform({
  name: 'adaptiveClip',
  hyper: { ratio: ['c', 0.01, '(0, ∞)'], eps: ['ε', 1e-3, '(0, ∞)'] },
  variants: { units: ['rows', 'columns'] },
  equations: ({ units }) => {
    const sum = units === 'rows' ? 'rowSum' : 'colSum';
    return `
    n = rank ≥ 2 ? √${sum}(g²) : ‖g‖
    m = c·max(rank ≥ 2 ? √${sum}(w²) : ‖w‖, ε)
    g = g·(n < m ? 1 : m / max(n, 1e-6))
  `;
  },
});
