import { transform } from '../define/builtin.ts';

/**
 * Keeps weights from falling below zero (projected gradient descent; Levitin & Polyak 1966): w ← max(w, 0) after the optimizer before it. For
 * mixture weights, rates and other quantities that cannot be negative.
 *
 * @remarks After an optimizer whose weights mean amounts that cannot be negative: mixtures, rates, variances.
 * @example
 * ```ts
 * import { adam, chain, nonNegative } from 'thalweg';
 * chain(adam({ lr: 0.01 }), nonNegative());
 * ```
 */
export const nonNegative = transform({
  name: 'nonNegative',
  hyper: {},
  equations: 'w ← max(w, 0)',
});
