import { optimizer } from '../define/builtin.ts';

/**
 * MoMo (Schaipp et al. 2023, arXiv:2305.07583): SGD with momentum whose step size follows from the loss and a lower bound on it; `lr` is only an upper
 * limit and may be large. Each step needs the loss.
 *
 * With running means f̄, m and γ of the loss, g and ⟨g, w⟩: τ = min(η, max((1 + η·λ)·(f̄ − f_min − γ) + ⟨m, w⟩, 0)/‖m‖²), w ← (w − τ·m)/(1 + η·λ).
 *
 * @remarks When the loss of each step is available and a lower bound on it is known, often 0: a step size that is too large is reduced automatically.
 * @see {@link polyak}, {@link momoAdam}, {@link sgd}
 * @param options - `lr` η, the longest step; `beta` β; `minimum` f_min, a lower bound of the loss; `weightDecay` λ
 * @example
 * ```ts
 * import { momo } from 'thalweg';
 * const opt = await momo({ lr: 1 }).init({ w: Float64Array.of(3) });
 * opt.step({ w: Float64Array.of(6) }, { loss: 9 });
 * ```
 */
export const momo = optimizer({
  name: 'momo',
  hyper: { lr: ['η', 1], beta: ['β', 0.9, '[0, 1)'], minimum: ['f_min', 0, '(-∞, ∞)'], weightDecay: ['λ', 0] },
  inputs: { loss: ['f', 'scalar'] },
  equations: `
    b = t == 1 ? 0 : β
    F ← b·F + (1 − b)·f
    m ← b·m + (1 − b)·g
    γ ← b·γ + (1 − b)·⟨g, w⟩_group
    n = ‖m‖_group²
    k = 1 + η·λ
    τ = n > 0 ? min(η, max(k·(F − f_min − γ) + ⟨m, w⟩_group, 0) / n) : 0
    w ← (w − τ·m) / k
  `,
});

/**
 * MoMo-Adam (Schaipp et al. 2023, arXiv:2305.07583): as `momo`, with Adam's preconditioner: norms are weighted by √v̂ + ε.
 *
 * @remarks Like `momo`, where you would otherwise use Adam.
 * @see {@link momo}, {@link adam}, {@link prodigy}
 * @param options - `lr` η, the longest step; `beta1` β₁; `beta2` β₂; `eps` ε; `minimum` f_min, a lower bound of the loss; `weightDecay` λ
 * @example
 * ```ts
 * import { momoAdam } from 'thalweg';
 * const opt = await momoAdam({ lr: 0.01 }).init({ w: Float64Array.of(3) });
 * opt.step({ w: Float64Array.of(6) }, { loss: 9 });
 * ```
 */
export const momoAdam = optimizer({
  name: 'momoAdam',
  hyper: {
    lr: ['η', 0.01],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    minimum: ['f_min', 0, '(-∞, ∞)'],
    weightDecay: ['λ', 0],
  },
  inputs: { loss: ['f', 'scalar'] },
  equations: `
    F ← β₁·F + (1 − β₁)·f
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    γ ← β₁·γ + (1 − β₁)·⟨g, w⟩_group
    u = m / (ε + √(v / (1 − β₂ᵗ)))
    n = ⟨m, u⟩_group
    c = 1 − β₁ᵗ
    k = 1 + η·λ
    τ = n > 0 ? min(η / c, max(k·(F − c·f_min − γ) + ⟨m, w⟩_group, 0) / n) : 0
    w ← (w − τ·u) / k
  `,
});
