import { optimizer } from '../define/builtin.ts';

/**
 * NovoGrad (Ginsburg et al. 2019, arXiv:1905.11286): each tensor's gradient is divided by a running mean of its norm, one number per tensor, and
 * momentum is applied to the result.
 *
 * v ← β₂·v + (1 − β₂)·‖g‖² (‖g‖² at first), m ← β₁·m + g/(√v + ε) + λ·w, w ← w − η·m.
 *
 * @remarks When memory is scarce and gradients of layers differ in size: its second moment is one number per tensor. Made for speech and language models
 * with large batches.
 * @see {@link adamw}, {@link lamb}, {@link lion}
 * @param options - `lr` η, `beta1` β₁, `beta2` β₂, `eps` ε, `weightDecay` λ
 * @example
 * ```ts
 * import { novograd } from 'thalweg';
 * novograd({ lr: 0.01 });
 * ```
 */
export const novograd = optimizer({
  name: 'novograd',
  hyper: { lr: ['η', 0.01], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.25, '[0, 1)'], eps: ['ε', 1e-6], weightDecay: ['λ', 0] },
  equations: `
    v ← t == 1 ? ‖g‖² : β₂·v + (1 − β₂)·‖g‖²
    m ← β₁·m + g / (√v + ε) + λ·w
    w ← w − η·m
  `,
});
