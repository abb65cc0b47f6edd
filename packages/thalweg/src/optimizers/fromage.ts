import { optimizer } from '../train/method.ts';

/**
 * Fromage (Bernstein et al. 2020, arXiv:2002.03432): each tensor steps by the same part of its own norm, and is then shrunk, so that steps at
 * right angles to it do not make it grow. `lr` is that part; it hardly wants tuning.
 *
 * w ← (w − η·(‖w‖/‖g‖)·g)/√(1 + η²), with norms per tensor of at least ε.
 *
 * @param options - `lr` η, `eps` ε, the least norm that weights and gradients count as
 * @example
 * ```ts
 * import { fromage } from 'thalweg';
 * fromage({ lr: 0.01 });
 * ```
 */
export const fromage = optimizer({
  name: 'fromage',
  hyper: { lr: ['η', 0.01], eps: ['ε', 1e-6, '(0, ∞)'] },
  equations: `
    κ = 1 / √(1 + η²)
    w ← κ·w − κ·η·(max(‖w‖, ε) / max(‖g‖, ε))·g
  `,
});
