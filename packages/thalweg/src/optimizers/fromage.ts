import { optimizer } from '../define/builtin.ts';

/**
 * Fromage (Bernstein et al. 2020, arXiv:2002.03432): each tensor moves by `lr` times its own norm and is then divided by √(1 + η²), which keeps
 * updates orthogonal to it from growing its norm. `lr` needs little tuning.
 *
 * w ← (w − η·(‖w‖/‖g‖)·g)/√(1 + η²), with norms per tensor, and w ← (w − η·g)/√(1 + η²) where either norm is 0, so that biases that start at zero
 * can move.
 *
 * @remarks When layers' weights differ in size and no learning rate should be tuned: each tensor moves by the same fraction of its norm, about 0.01 per
 * step.
 * @see {@link lars}, {@link lamb}, {@link muon}
 * @param options - `lr` η; `compat: 'optax'` replaces norms below `eps` ε by ε, so that a tensor of zeros moves by η·ε
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
