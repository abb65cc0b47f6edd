import { transform } from '../define/builtin.ts';
import { requireWhole } from './whole.ts';

/**
 * Mechanic (Cutkosky, Defazio & Mehta 2023, arXiv:2306.00144): learns a scale for the steps of the optimizer before it, whose `lr` is then 1 or a
 * schedule with peak 1. Several estimators with different decay rates each learn a scale; the sum is used.
 *
 * With u the optimizer's step and s = Σsᵢ: Δ = (w₀ − w)/(s + ε), h = ⟨g, Δ⟩ + λ·s·(‖g‖/‖w‖)·⟨w, Δ⟩, and for each i, βᵢ = 1 − 10⁻ⁱ: rᵢ ← βᵢ·rᵢ + clamp(h, ±mᵢ)·sᵢ,
 * mᵢ ← max(βᵢ·mᵢ, |h| + ε), vᵢ ← βᵢ²·vᵢ + h², sᵢ ← (s₀/n·mᵢ + max(0, rᵢ))/(√vᵢ + ε). Then w ← w₀ − s·(Δ − u). Norms and products run over all parameters.
 * That is Optax's form. `compat: 'authors'` is that of the authors' PyTorch program: h is not clipped, rᵢ ← max(0, …), mᵢ starts at 1e-6 and has no ε, and
 * the decay is of the weights after the optimizer's step.
 *
 * @remarks After any optimizer whose learning rate is unknown: it learns the scale of its steps. Keeps the first weights.
 * @see {@link prodigy}, {@link dAdaptation}, {@link dog}
 * @param options - `weightDecay` λ, `eps` ε, `initial` s₀, `count` n, the number of estimators, from 1 to 9; `compat`
 * @throws OptionError for a `count` that is not whole, and for values out of range
 * @example
 * ```ts
 * import { adam, chain, mechanic } from 'thalweg';
 * chain(adam({ lr: 1 }), mechanic());
 * ```
 */
export const mechanic = transform({
  name: 'mechanic',
  hyper: { weightDecay: ['λ', 0.01], eps: ['ε', 1e-8, '(0, ∞)'], initial: ['s₀', 1e-6, '(0, ∞)'], count: ['n', 6, '[1, 9]'] },
  variants: { compat: ['optax', 'authors'] },
  init: { x: 'w', p: 'w' },
  equations: ({ count, compat }) => {
    const authors = compat === 'authors';
    const at = authors ? 'w' : 'p';
    requireWhole('mechanic', { count });
    const bettors = Array.from({ length: Number(count) }, (_, i) => String(i + 1));
    const sum = (name: string): string => bettors.map((i) => `${name}${i}`).join(' + ');
    return `
    ${bettors.map((i) => `σ${i} = ${authors ? `s${i}` : `t == 1 ? s₀ : s${i}`}`).join('\n    ')}
    σ = ${sum('σ')}
    Δ = (x − p) / (σ + ε)
    h = ⟨g, Δ⟩_all + λ·σ·‖g‖_all / (‖${at}‖_all + ε)·⟨${at}, Δ⟩_all
    ${bettors
      .map((i) =>
        authors
          ? `r${i} ← max(0, (1 − 10^(−${i}))·r${i} + h·σ${i})
    m${i} ← max((1 − 10^(−${i}))·(t == 1 ? 1e-6 : m${i}), |h|)
    v${i} ← (1 − 10^(−${i}))²·v${i} + h²
    s${i} ← (s₀ / n·m${i} + r${i}) / (√v${i} + ε)`
          : `r${i} ← (1 − 10^(−${i}))·r${i} + max(−m${i}, min(m${i}, h))·σ${i}
    m${i} ← max((1 − 10^(−${i}))·m${i}, |h| + ε)
    v${i} ← (1 − 10^(−${i}))²·v${i} + h²
    s${i} ← (s₀ / n·m${i} + max(0, r${i})) / (√v${i} + ε)`,
      )
      .join('\n    ')}
    x ← x
    w ← x − (${sum('s')})·(Δ + (p − w))
    p ← w
  `;
  },
});
