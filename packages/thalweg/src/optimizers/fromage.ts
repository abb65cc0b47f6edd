import { optimizer } from '../define/builtin.ts';

/**
 * Fromage (Bernstein et al. 2020, arXiv:2002.03432): each tensor steps by the same part of its own norm, and is then shrunk, so that steps at
 * right angles to it do not make it grow. `lr` is that part; it hardly wants tuning.
 *
 * w ← (w − η·(‖w‖/‖g‖)·g)/√(1 + η²), with norms per tensor, and w ← (w − η·g)/√(1 + η²) where either is 0, so that biases leave zero.
 *
 * @remarks When layers' weights differ in size and no rate should be tuned: each tensor moves by the same share of its norm, about 0.01 a step.
 * @see {@link lars}, {@link lamb}, {@link muon}
 * @param options - `lr` η; `compat: 'optax'` counts each norm as `eps` ε at least, so that a tensor of zeros moves by η·ε
 * @example
 * ```ts
 * import { fromage } from 'thalweg';
 * fromage({ lr: 0.01 });
 * ```
 */
export const fromage = optimizer({
  name: 'fromage',
  hyper: { lr: ['η', 0.01], eps: ['ε', 1e-6, '(0, ∞)'] },
  variants: { compat: ['paper', 'optax'] },
  equations: ({ compat }) => `
    κ = 1 / √(1 + η²)
    r = ${compat === 'optax' ? 'max(‖w‖, ε) / max(‖g‖, ε)' : '‖w‖ > 0 ? (‖g‖ > 0 ? ‖w‖ / ‖g‖ : 1) : 1'}
    w ← κ·w − κ·η·r·g
  `,
});
