/** The largest learning rate at which a method settles on a quadratic of largest curvature λ. Knows no method's code. */

/** How a method passes gradients on: as they are, summed, averaged, with Nesterov's look-ahead, or in steps of bounded size. */
export type Momentum = 'none' | 'summed' | 'averaged' | 'nesterov' | 'bounded';

/**
 * The stability limit: 2/λ without momentum, 2(1+β)/λ for v ← β·v + g (Polyak 1964), 2(1+β)/((1−β)·λ) for m ← β·m + (1−β)·g,
 * 2(1+β)/((1+2β)·λ) for Nesterov. For an adaptive method λ is the largest curvature after division by √v̂ + ε (Cohen et al. 2022,
 * arXiv:2207.14484). Steps of bounded size never diverge, so for those it is infinite; so it is where nothing curves upwards.
 */
export function stabilityLimit(momentum: Momentum, beta: number, curvature: number): number {
  if (momentum === 'bounded' || !(curvature > 0)) return Infinity;
  if (momentum === 'none') return 2 / curvature;
  const summed = (2 * (1 + beta)) / curvature;
  if (momentum === 'summed') return summed;
  return summed / (momentum === 'averaged' ? 1 - beta : 1 + 2 * beta);
}
