import { optimizer } from '../define/builtin.ts';
import { masked } from './cautious.ts';

/**
 * Lion (Chen et al. 2023, arXiv:2302.06675): the sign of an interpolation between momentum and gradient, with decoupled weight decay. One state
 * instead of Adam's two; its learning rate is usually three to ten times smaller.
 *
 * w ← w − η·(sign(β₁·m + (1 − β₁)·g) + λ·w), then m ← β₂·m + (1 − β₂)·g.
 *
 * @remarks Instead of AdamW if memory is scarce: one state instead of two. Use a learning rate three to ten times smaller, and a weight decay larger by the
 * same factor. Batches should be large, since the sign of a noisy gradient is noise.
 * @see {@link adamw}, {@link signum}, {@link muon}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `weightDecay` λ, and `cautious`, which sets the elements of the update whose sign differs from
 * the gradient's to zero (Liang et al. 2024, arXiv:2411.16085); `compat`: λ is 1e-3 in Optax, and η in Keras, by default
 * @example
 * ```ts
 * import { lion } from 'thalweg';
 * lion({ lr: 1e-4, weightDecay: 0.1 });
 * ```
 */
export const lion = optimizer({
  name: 'lion',
  hyper: {
    lr: ['η', 1e-4],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.99, '[0, 1)'],
    weightDecay: ['λ', 0],
  },
  variants: { cautious: false, compat: ['paper', 'optax', 'keras'] },
  compatDefaults: { optax: { weightDecay: 1e-3 }, keras: { lr: 1e-3 } },
  equations: ({ cautious }) => `
    ${
      cautious
        ? `u = sign(β₁·m + (1 − β₁)·g)
    ${masked}`
        : ''
    }
    w ← w − η·(${cautious ? 'u' : 'sign(β₁·m + (1 − β₁)·g)'} + λ·w)
    m ← β₂·m + (1 − β₂)·g
  `,
});
