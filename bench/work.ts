/** The work that every contender does: which parameters, which gradients, which hyperparameters. The programs in C and Python say the same. */

/** AdamW as everybody runs it here. */
export const hyper = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1e-2 } as const;

/** The first value of element i of a tensor. */
export function firstWeight(i: number): number {
  return 1 + 0.25 * ((i * 7) % 5);
}

/**
 * What gradients are like. `normal`: none is zero. `zero`: all are. `sparse`: element i has one in each block of steps whose number agrees
 * with i modulo 50, and zero in the 49 blocks between, so that its first moment decays through the denormal range each time.
 */
export type Gradients = 'normal' | 'zero' | 'sparse';

/** Blocks of steps until an element of a sparse model is touched again. */
export const sparsePeriod = 50;

/** The gradient of element i of a tensor. */
export function gradient(kind: Gradients, block: number): (i: number) => number {
  const normal = (i: number): number => 0.25 * ((i * 7) % 5) - 0.375;
  if (kind === 'normal') return normal;
  return kind === 'zero' ? () => 0 : (i) => (i % sparsePeriod === block % sparsePeriod ? normal(i) : 0);
}
