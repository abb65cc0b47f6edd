import { transform } from '../define/builtin.ts';

/**
 * Gradient centralization (Yong et al. 2020, arXiv:2004.01461): subtracts its mean from each row of a matrix's gradient. Tensors of more than two
 * dimensions are flattened to matrices, keeping the first dimension; vectors stay as they are.
 *
 * @remarks Before SGD or Adam on networks for images, as a cheap regularizer.
 * @see {@link normalize}, {@link adaptiveClip}
 * @example
 * ```ts
 * import { centralize, chain, sgd } from 'thalweg';
 * chain(centralize(), sgd({ lr: 0.1 }));
 * ```
 */
export const centralize = transform({
  name: 'centralize',
  hyper: {},
  equations: 'g = rank ≥ 2 ? g − rowMean(g) : g',
});
