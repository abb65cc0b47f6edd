import { optimizer } from '../define/builtin.ts';
import { adamStep } from './adam-step.ts';
import { masked } from './cautious.ts';

/**
 * AdamW: Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101). The decay does not enter m and v. `'scaled'` subtracts
 * η·λ·w, as PyTorch and Optax do; `'independent'` subtracts s·λ·w, where s is the schedule's value divided by its peak (the paper's Algorithm 2),
 * so that the decay does not change with the peak learning rate.
 *
 * m, v, m̂ and v̂ as in `adam`; w ← w − η·(m̂/(√v̂ + ε) + λ·w).
 *
 * @remarks The usual choice for transformers, and a good first one elsewhere. Tune `lr` first, then `weightDecay`. Two states of the model's size; if that
 * is too much, see `lion` or `adafactor`.
 * @see {@link adam}, {@link lion}, {@link muon}, {@link scheduleFreeAdamw}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `weightDecay` λ, `decay`, `amsgrad`, and `cautious`, which sets the elements of the
 * update whose sign differs from the gradient's to zero (Liang et al. 2024, arXiv:2411.16085); `compat`: the default decay is 1e-4 in Optax and
 * 4e-3 in Keras, which also adds ε to √v before its correction
 * @example
 * ```ts
 * import { adamw, warmupCosine } from 'thalweg';
 * adamw({ lr: warmupCosine({ peak: 3e-4, warmup: 100, total: 10_000 }), weightDecay: 0.1 });
 * ```
 */
export const adamw = optimizer({
  name: 'adamw',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    weightDecay: ['λ', 1e-2],
  },
  variants: { decay: ['scaled', 'independent'], amsgrad: false, cautious: false, compat: ['torch', 'optax', 'keras'] },
  compatDefaults: { optax: { weightDecay: 1e-4 }, keras: { weightDecay: 4e-3, eps: 1e-7 } },
  equations: ({ decay, amsgrad, cautious, compat }) => {
    const { corrections, update } = adamStep(amsgrad, compat);
    const u = cautious ? 'u' : update;
    return `
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    ${corrections}
    ${
      cautious
        ? `u = ${update}
    ${masked}`
        : ''
    }
    w ← w − ${decay === 'scaled' ? `η·(${u} + λ·w)` : `η·${u} − s·λ·w`}
  `;
  },
});
