import { optimizer } from '../define/builtin.ts';

/**
 * Rprop (Riedmiller & Braun 1993), in PyTorch's form: each parameter has a step size of its own, which grows while its gradient keeps its sign and
 * shrinks when the sign changes; then the parameter skips one update. For full-batch gradients.
 *
 * d ← clamp(d·f, d₋, d₊) with f = η₊ where g·gₜ₋₁ > 0, η₋ where it is < 0, else 1; w ← w − d·sign(g), or w where the sign changed.
 *
 * @remarks For full-batch training of small networks and for curve fitting: it uses only signs, and each parameter adapts its own step. It fails with the
 * noise of mini-batches.
 * @see {@link signSgd}, {@link rmsprop}
 * @param options - `lr` η, the first step of every parameter; `etaMinus` η₋; `etaPlus` η₊; `minStep` d₋; `maxStep` d₊; `compat`: Optax applies a
 * step size one step later, and skips the update after a change of sign
 * @example
 * ```ts
 * import { rprop } from 'thalweg';
 * rprop({ lr: 0.01 });
 * ```
 */
export const rprop = optimizer({
  name: 'rprop',
  hyper: {
    lr: ['η', 0.01],
    etaMinus: ['η_min', 0.5, '(0, 1]'],
    etaPlus: ['η_max', 1.2, '[1, ∞)'],
    minStep: ['d_min', 1e-6],
    maxStep: ['d_max', 50],
  },
  variants: { compat: ['torch', 'optax'] },
  init: { d: 'η' },
  equations: ({ compat }) =>
    compat === 'torch'
      ? `
    q = g·p
    d ← max(d_min, min(d_max, d·(q > 0 ? η_max : (q < 0 ? η_min : 1))))
    p ← q < 0 ? 0 : g
    w ← w − d·sign(p)
  `
      : `
    q = g·p
    d ← q == 0 ? d : max(d_min, min(d_max, d·(q > 0 ? η_max : η_min)))
    w ← w − (q < 0 ? 0 : p)
    p ← q < 0 ? 0 : d·sign(g)
  `,
});
