/**
 * Weight decay inside Adam, taken apart: m is linear in the gradient, so it is the sum of a part from the loss and a part from λ·w. The
 * weights are held still, so that each parameter's decay can be read off. Knows the library's public face only.
 */
import { optimizer } from 'thalweg';
import { gaussian } from '../noise.ts';

/** Adam with an L2 penalty, its m in two parts. Their sum is the m of `adam({ l2 })`. */
export const splitAdam = optimizer({
  name: 'splitAdam',
  hyper: { lr: ['η', 1e-3], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.999, '[0, 1)'], eps: ['ε', 1e-8], l2: ['λ', 0.01] },
  equations: `
    p = λ·w
    m_f ← β₁·m_f + (1 − β₁)·g
    m_w ← β₁·m_w + (1 − β₁)·p
    v ← β₂·v + (1 − β₂)·(g + p)²
    m̂_f = m_f / (1 − β₁ᵗ)
    m̂_w = m_w / (1 − β₁ᵗ)
    v̂ = v / (1 − β₂ᵗ)
    d ← η·m̂_w / (√v̂ + ε)
    w ← w − η·m̂_f / (√v̂ + ε) − d
  `,
});

/** What decay a parameter gets. */
export interface DecayPoint {
  /** The standard deviation of its gradient from the loss. */
  readonly scale: number;
  /** The share of the weight that one step of Adam with a penalty takes off, over the η·λ of SGD and AdamW. */
  readonly inAdam: number;
}

/** The decay that weights of 1 get, for gradients of these scales, after `steps` steps of noise. */
export async function decayByScale(scales: readonly number[], l2 = 0.01, lr = 1e-6, steps = 2000): Promise<DecayPoint[]> {
  const opt = await splitAdam({ lr, l2 }).init({ w: new Float64Array(scales.length).fill(1) });
  for (let t = 1; t <= steps; t++) {
    scales.forEach((scale, i) => (opt.grads.w[i] = scale * gaussian(9, t, i)));
    opt.step();
  }
  const decay = opt.state['splitAdam.d']?.['w'] ?? new Float64Array(scales.length);
  const weights = opt.params.w;
  const points = scales.map((scale, i) => ({ scale, inAdam: decay[i]! / weights[i]! / (lr * l2) }));
  opt.dispose();
  return points;
}
