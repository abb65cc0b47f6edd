/**
 * Proof that the table can fail: each known mistake, written into the right equations, must be caught by a row. The mistakes are those
 * seen in published libraries and those that a wrong reading of a paper makes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DivergenceError, type Method } from 'thalweg';
import { disagreement, run } from './measure.ts';
import { methodOf, table, traceOf, type Case } from './table.ts';

/** A mistake: in whose equations (a transform's stand in a chain), what it is, and the text before and after. */
type Mutant = readonly [name: string, mistake: string, right: string, wrong: string];

const mutants: readonly Mutant[] = [
  ['sgd', 'the learning rate inside the velocity', 'v ← μ·v + g\n      w ← w − η·v', 'v ← μ·v + η·g\n      w ← w − v'],
  ['sgd', 'the first step dampened too', 't == 1 ? g : ', ''],
  ['sgd', 'dampening left out', '(1 − τ)·g', 'g'],
  ['sgd', 'Nesterov without the look-ahead', '(g + μ·v)', 'v'],
  ['sgd', 'the decay after the velocity', 'g = g + λ·w', 'g = g'],
  ['adagrad', 'ε inside the root', '√G + ε', '√(G + ε)'],
  ['adagrad', 'the accumulator of the step before', 'w ← w − η·g / (√G + ε)', 'w ← w − η·g / (√(G − g²) + ε)'],
  ['rmsprop', 'ε inside the root', '√v + ε', '√(v + ε)'],
  ['rmsprop', 'not centered', 'max(v − ḡ², 0)', 'v'],
  ['rmsprop', 'the learning rate inside the velocity', 'b ← μ·b + u\n    w ← w − η·b', 'b ← μ·b + η·u\n    w ← w − b'],
  ['adam', 'ε inside the root', '√v̂ + ε', '√(v̂ + ε)'],
  ['adam', 'ε before the correction', 'm̂ / (√v̂ + ε)', 'm̂·√(1 − β₂ᵗ) / (√(v̂·(1 − β₂ᵗ)) + ε)'],
  ['adam', 'the correction multiplied', 'm / (1 − β₁ᵗ)', 'm·(1 − β₁ᵗ)'],
  ['adam', 'the second moment not corrected', ' / (1 − β₂ᵗ)', ''],
  ['adam', 'a step too many in the correction', 'β₂ᵗ', 'β₂^(t + 1)'],
  ['adam', '1 − β₂ in float32', '(1 − β₂)·g²', '((1 − β₂)·(1 + 2^(−24)))·g²'],
  ['adam', 'AMSGrad not at its maximum', 'max(vₘₐₓ, v)', 'v'],
  ['adam', 'AMSGrad of the corrected moment', 'max(vₘₐₓ, v)', 'max(vₘₐₓ, v / (1 − β₂ᵗ))·(1 − β₂ᵗ)'],
  ['adam', 'the decay left out', 'g = g + λ·w', 'g = g'],
  ['adamw', 'the decay taken off the moved weight', 'w ← w − η·(m̂ / (√v̂ + ε) + λ·w)', 'w ← (w − η·m̂ / (√v̂ + ε))·(1 − η·λ)'],
  ['adamw', 'the decay without the learning rate', 'η·(m̂ / (√v̂ + ε) + λ·w)', 'η·m̂ / (√v̂ + ε) − λ·w'],
  ['adamw', 'independent decay with the learning rate', 's·λ·w', 'η·λ·w'],
  ['adamw', 'independent decay without the schedule', 's·λ·w', 'λ·w'],
  ['lion', 'the momentum updated with β₁', 'β₂·m + (1 − β₂)·g', 'β₁·m + (1 − β₁)·g'],
  ['lion', 'the sign of the new momentum', 'sign(β₁·m + (1 − β₁)·g)', 'sign(β₂·m + (1 − β₂)·g)'],
  ['lion', 'the decay inside the sign', 'sign(β₁·m + (1 − β₁)·g) + λ·w', 'sign(β₁·m + (1 − β₁)·g + λ·w)'],
  ['radam', "the paper's threshold", 'ρ > 5', 'ρ > 4'],
  ['radam', 'ε after the correction', 'r·m̂·√(1 − β₂ᵗ) / (√v + ε)', 'r·m̂ / (√(v / (1 − β₂ᵗ)) + ε)'],
  ['radam', 'not rectified', 'r·m̂', 'm̂'],
  ['radam', 'no correction while held back', ': m̂\n', ': m\n'],
  ['lamb', 'no rule for zero norms', '‖w‖ > 0 ? (‖u‖ > 0 ? ‖w‖ / ‖u‖ : 1) : 1', '‖w‖ / ‖u‖'],
  ['lamb', 'the norms of all tensors together', '‖w‖ / ‖u‖', '‖w‖_all / ‖u‖_all'],
  ['lamb', 'the decay outside the norm', 'u = m̂ / (√v̂ + ε) + λ·w', 'u = m̂ / (√v̂ + ε)'],
  ['polyak', 'no rule for a zero gradient', 'n > 0 ? min(η, max(f − f_min, 0) / n) : 0', 'min(η, max(f − f_min, 0) / n)'],
  ['polyak', 'the norm of each tensor', '‖g‖_all', '‖g‖'],
  ['polyak', 'the norm and not its square', '‖g‖_all²', '‖g‖_all'],
  ['polyak', 'the minimum left out', 'f − f_min', 'f'],
  ['polyak', 'uphill below the minimum', 'max(f − f_min, 0)', '(f − f_min)'],
  ['polyak', 'no longest step', 'min(η, max(f − f_min, 0) / n)', 'max(f − f_min, 0) / n'],
  ['clipByGlobalNorm', 'each tensor clipped alone', '‖g‖_all', '‖g‖'],
  ['clipByGlobalNorm', 'scaled up as well', 'n <= c ? 1 : c / n', 'c / n'],
  ['clipByGlobalNorm', "PyTorch's 1e-6", 'c / n', 'c / (n + 0.000001)'],
  ['muon', 'the iteration transposed back wrongly', 'newtonSchulz(u,', 'newtonSchulz(−u,'],
  ['muon', 'no look-ahead', 'g + μ·(m − g)', 'm'],
  ['muon', 'the shape left out', '√max(1, rows / cols)', '1'],
  ['muon', 'the shape upside down', 'rows / cols', 'cols / rows'],
  ['muon', 'the decay scaled by the shape', 'k·O + λ·w', 'k·(O + λ·w)'],
  ['adafactor', 'a sum of columns for the mean', 'colMean(G)', 'colSum(G)'],
  ['adafactor', 'not divided by the mean', 'r / max(r̄, ε₁)·c', 'r·c'],
  ['adafactor', 'not relative to the tensor', 'max(ε₂, ‖w‖/√size)', '1'],
  ['adafactor', 'not clipped', 'max(1, ‖u‖/(√size·d))', '1'],
  ['sm3', "Optax's ε", '√(a + ε)', '√(a + 1e-8)'],
  ['sm3', 'sums instead of maxima', 'rowMax(a)', 'rowSum(a)'],
  ['sm3', 'the larger of the two', 'min(r, c)', 'max(r, c)'],
  ['shampoo', 'square roots of both', 'inverseRoot(L, 4, ε)', 'inverseRoot(L, 2, ε)'],
  ['shampoo', 'sides exchanged', 'R + gᵀ @ g', 'R + 2·(gᵀ @ g)'],
  ['soap', 'not turned back', 'A @ N @ Bᵀ', 'N'],
  ['soap', 'the moment in the basis of its time', 'Aᵀ @ m @ B', 'P'],
  ['soap', 'the basis never followed', 'orthonormal(L @ A)', 'A'],
  [
    'soap',
    'the gradient in the basis that it makes',
    't == 1 ? eigenvectors(L) : Q',
    't == 1 ? eigenvectors(L) : (t mod k == 0 ? orthonormal(L @ Q) : Q)',
  ],
  ['noisySgd', 'noise that does not fade', 'σ₂ / t^γ', 'σ₂'],
  ['noisySgd', 'one seed for all', 'noise(k)', 'noise(0)'],
  ['scheduleFreeSgd', 'the average of equal weights', 'ηₘₐₓ^p', '1'],
  ['scheduleFreeSgd', 'the rate at hand as weight', 'ηₘₐₓ^p', 'η^p'],
  ['scheduleFreeSgd', 'no rule for a rate of zero', 'S > 0 ? q / S : 0', 'q / S'],
  ['scheduleFreeAdamw', 'no rule for a rate of zero', 'S > 0 ? q / S : 0', 'q / S'],
  ['scheduleFreeAdamw', 'no correction', 'v / (1 − β₂ᵗ)', 'v'],
  ['signum', 'the sign of the gradient', 'sign(m)', 'sign(g)'],
  ['rprop', 'no rest where the sign changes', 'p ← q < 0 ? 0 : g', 'p ← g'],
  ['rprop', 'not bounded', 'min(d_max, ', '('],
  ['asgd', 'the rate of this step', 'γ = t == 1 ? η : e', 'γ = η'],
  ['asgd', 'averaged from the first step', 'max(1, t − 1 − t₀)', 't'],
  ['adadelta', 'the accumulator after the step', 'u = √(a + ε)', 'u = √(ρ·a + (1 − ρ)·g² + ε)'],
  ['adadelta', 'ε outside the roots', '√(a + ε) / √(v + ε)', '(√a + ε) / (√v + ε)'],
  ['adamax', 'ε after the maximum', '|g| + ε', '|g|'],
  ['nadam', 'the momentum constant', '0.5·0.96^(t·ψ)', '0.5'],
  ['nadam', 'the product of one step', 'P·μ\n', 'μ\n'],
  ['adabelief', 'the mean of the step before', '(g − m)²', '(g − (m − (1 − β₁)·g)/max(β₁, ε))²'],
  ['yogi', 'the sign turned', 'v − (1 − β₂)·sign(v − g²)', 'v + (1 − β₂)·sign(v − g²)'],
  ['adan', 'the first difference taken', 't == 1 ? 0 : g − p', 'g − p'],
  ['adan', "Optax's weight of the difference in the step", 'β₂·(v / (1 − β₂ᵗ))', '(1 − β₂)·(v / (1 − β₂ᵗ))'],
  ['adan', "Optax's weight of the difference in the second moment", 'g + β₂·d', 'g + (1 − β₂)·d'],
  [
    'adan',
    "AdamW's decay",
    'w ← (w − η·u / (√(n / (1 − β₃ᵗ) + ε₂) + ε)) / (1 + η·λ)',
    'w ← w·(1 − η·λ) − η·u / (√(n / (1 − β₃ᵗ) + ε₂) + ε)',
  ],
  ['lars', 'no rule for zero norms', '‖w‖ > 0 ? (‖g‖ > 0 ? k·‖w‖ / (‖g‖ + λ·‖w‖ + ε) : 1) : 1', 'k·‖w‖ / (‖g‖ + λ·‖w‖ + ε)'],
  ['lars', 'the rate outside the velocity', 'u = η·r·(', 'u = r·('],
  ['lars', 'the norm of the decayed gradient, as in Optax', '‖g‖ + λ·‖w‖ + ε', '‖g + λ·w‖ + ε'],
  ['novograd', 'the mean of elements', 'v ← t == 1 ? ‖g‖² : β₂·v', 'v ← β₂·v'],
  ['ftrl', 'the accumulator of the step before', '√N / η + 2', '√n / η + 2'],
  ['ademamix', 'the slow mean corrected', 'α·n)', 'α·n / (1 − β₃ᵗ))'],
  ['adopt', 'divided by the moment of the step itself', 'max(√v, ε)', 'max(√(β₂·v + (1 − β₂)·g²), ε)'],
  ['adopt', 'not clipped', 'max(−c, min(c, g / max(√v, ε)))', 'g / max(√v, ε)'],
  ['madgrad', 'square roots', 'G^(1/3)', '√G'],
  ['mars', 'not clipped', 'h / max(1, ‖h‖)', 'h'],
  ['sophia', 'not clipped', 'max(−1, min(1, m / max(γ·h, ε)))', 'm / max(γ·h, ε)'],
  ['sophia', 'the Hessian of every step', '(t − 1) mod k == 0 ? β₂·h + (1 − β₂)·H : h', 'β₂·h + (1 − β₂)·H'],
  ['adamw', 'the mask of agreement turned', 'u·g > 0', 'u·g < 0'],
  ['adamw', 'the mask not made up for', 'u·κ / max(sum(κ) / size, 1e-3)', 'u·κ'],
  ['madgrad', 'ε left out of the rate', '(η + ε)·√t', 'η·√t'],
  ['madgrad', 'ε added to a rate of zero', 'η > 0 ? (η + ε)·√t : 0', '(η + ε)·√t'],
  ['madgrad', '0/0 where all gradients were zero', '(G > 0 ? S / G^(1/3) : 0)', 'S / G^(1/3)'],
  ['lion', 'the mask not made up for', 'u·κ / max(sum(κ) / size, 1e-3)', 'u·κ'],
  ['prodigy', 'the distance to go', 'x − w', 'w − x'],
  ['prodigy', 'an estimate that can fall', 'max(d, c·r / n)', 'c·r / n'],
  ['dAdaptation', 'an estimate that can fall', 'max(d, r / ((1 − σ)·n))', 'r / ((1 − σ)·n)'],
  ['dog', 'the distance of this step', 'max(t == 1', 'min(t == 1'],
  ['dowg', 'gradients not weighted', 'r·‖h‖_group²', '‖h‖_group²'],
  ['momo', 'no longest step', 'min(η, max(k·(F − f_min − γ) + ⟨m, w⟩_group, 0) / n)', 'max(k·(F − f_min − γ) + ⟨m, w⟩_group, 0) / n'],
  ['momo', 'the step not divided', '(w − τ·m) / k', 'w / k − τ·m'],
  ['momoAdam', 'the step not divided', '(w − τ·u) / k', 'w / k − τ·u'],
  ['momo', 'small gradients not stepped on', 'n > 0 ?', 'n > 1e-6 ?'],
  ['momo', 'the model left out', '− γ) + ⟨m, w⟩_group', ')'],
  ['momoAdam', 'the loss not corrected', 'c·f_min', 'f_min'],
  ['adaptiveClip', 'the norm of the whole matrix', '√colSum(g²)', '‖g‖'],
  ['adaptiveClip', 'no least norm', 'max(rank ≥ 2 ? √colSum(w²) : ‖w‖, ε)', '(rank ≥ 2 ? √colSum(w²) : ‖w‖)'],
  ['centralize', 'the mean of columns', 'rowMean(g)', 'colMean(g)'],
  ['fromage', 'not shrunk', 'κ·w − κ·η', 'w − κ·η'],
  ['fromage', 'the norm of all tensors together', '‖g‖', '‖g‖_all'],
  ['fromage', 'no least norm in Optax’s form', 'max(‖g‖, ε)', '‖g‖'],
  ['fromage', 'a tensor of zeros rests', '(‖g‖ > 0 ? ‖w‖ / ‖g‖ : 1) : 1', '(‖g‖ > 0 ? ‖w‖ / ‖g‖ : 1) : 0'],
  ['optimisticSgd', 'the gradient before the first taken as zero', '(t == 1 ? g : p)', 'p'],
  ['optimisticSgd', 'pessimistic', '− β·', '+ β·'],
  ['optimisticAdam', 'the first update taken for the one before it', '− β·p)', '− β·(t == 1 ? u : p))'],
  ['optimisticAdam', 'the update before the first taken as zero', '(t == 1 ? u : p)', 'p'],
  ['optimisticAdam', 'no look-ahead', '(1 − β₁)·g / (1 − β₁ᵗ)', '(1 − β₁)·m / (1 − β₁ᵗ)'],
  ['acprop', 'divided by the moment of the step itself', 'b / (1 − β₂^(t − 1))', '(β₂·b + (1 − β₂)·(g − m)² + ε₂) / (1 − β₂ᵗ)'],
  ['acprop', 'the running mean instead of the gradient', 'g / (√ŝ + ε)', 'm / (√ŝ + ε)'],
  ['acprop', 'a correction of a step too many', '(t − 1)', 't'],
  ['acprop', 'the departure from the mean of the step before, as in Optax', '(g − m)²', '((g − m) / max(β₁, ε))²'],
  ['simplifiedAdemamix', 'a mean for the sum', 'β₁·m + g', 'β₁·m + (1 − β₁)·g'],
  ['simplifiedAdemamix', 'the gradient not mixed in', 'm + α·g', 'm'],
  ['cocob', 'first bets not bounded', 'max(G + L, α·L)', '(G + L)'],
  ['cocob', 'debts', 'max(R − h·(w − x), 0)', 'R − h·(w − x)'],
  ['cocob', 'the wealth left out', '(L + R)', 'L'],
  ['mechanic', 'bets not bounded', 'max(−m1, min(m1, h))', 'h'],
  ['mechanic', 'products from zero', '(t == 1 ? 1e-6 : m1)', 'm1'],
  ['mechanic', 'debts', 'max(0, (1 − 10^(−1))·r1 + h·σ1)', '(1 − 10^(−1))·r1 + h·σ1'],
  ['mechanic', 'the decay of the weights before', '(‖w‖_all + ε)·⟨w, Δ⟩_all', '(‖p‖_all + ε)·⟨p, Δ⟩_all'],
  ['mechanic', 'a bettor without memory', '(1 − 10^(−1))·m1', '0'],
  ['mechanic', 'the decay left out', 'λ·σ·‖g‖_all', '0·σ·‖g‖_all'],
  ['mechanic', 'the scale of the step before', '(s1 + s2 + s3', '(σ1 + σ2 + σ3'],
  ['addNoise', 'one seed for all', 'noise(k)', 'noise(0)'],
  ['addNoise', 'noise that does not fade', 'σ₂ / t^γ', 'σ₂'],
  ['normalize', 'each tensor alone', '‖g‖_all', '‖g‖'],
  ['clipByRms', 'the norm and not the mean', '‖g‖/√size', '‖g‖'],
  ['clipByRms', 'scaled up as well', 'max(1, ‖g‖/√size/c)', '(‖g‖/√size/c)'],
  ['nonNegative', 'not at all', 'max(w, 0)', 'w'],
  ['l2', 'twice the decay', 'λ·w', '2·λ·w'],
  ['clipByValue', 'clipped from above only', 'max(−c, min(c, g))', 'min(c, g)'],
  ['clipByNorm', 'the norm of all tensors together', '‖g‖', '‖g‖_all'],
  ['clipByNorm', 'scaled up as well', 'n <= c ? 1 : c / n', 'c / n'],
  ['weightDecay', 'not at all', 'w − λ·w', 'w'],
  ['lookahead', 'the slow weights not handed back', 'w ← t mod k == 0 ? φ : w', 'w ← w'],
  ['lookahead', 'one step early', 't mod k', '(t + 1) mod k'],
  ['lookahead', 'the part kept and the part moved exchanged', 'φ + α·(w − φ)', 'w + α·(φ − w)'],
  ['ema', 'begun at zero', 't == 1 ? w : ', ''],
  ['ema', 'debiased a step late', '1 − βᵗ', '1 − β^(t + 1)'],
  ['ema', 'the decay and its rest exchanged', 'w̄ + (1 − β)·(w − w̄)', 'w̄ + β·(w − w̄)'],
  ['polyakAverage', 'the first step counted twice', 't − t₀ + 1', 't − t₀ + 2'],
  ['polyakAverage', 'counted from the first step of all', '(t − t₀ + 1)', 't'],
  ['swa', 'weighted by steps and not by samples', '(t − t₀) / n + 1', 't − t₀ + 1'],
  ['swa', 'samples at multiples of the period', '(t − t₀) mod n', 't mod n'],
];

/** How far a mistake leads from the trace of a row; weights that are not finite, at which a step throws, are as far as can be. */
async function offBy(row: Case, method: Method): Promise<number> {
  try {
    return disagreement(await run(row, 'reference', true, method), traceOf(row.id));
  } catch (error) {
    if (error instanceof DivergenceError) return Infinity;
    throw error;
  }
}

for (const [name, mistake, right, wrong] of mutants) {
  test(`${name}: ${mistake} is caught`, async () => {
    const change = (text: string): string => text.replaceAll(right, wrong);
    const tried: string[] = [];
    for (const row of table.cases.filter((row) => methodOf(row).parts.some((part) => part.name === name))) {
      if (row.tensors === 'wide') continue; // The small rows suffice, and are fast.
      const method = methodOf(row);
      if (!method.parts.some((part) => part.name === name && change(part.equations) !== part.equations)) continue;
      tried.push(row.id);
      const off = await offBy(row, method.rewrite(change));
      if (off > 10 * (row.tolerance ?? table.tolerance)) return;
    }
    assert.ok(tried.length > 0, `no row has the text ${right}: write the mutant anew`);
    assert.fail(`no row notices: ${tried.join(', ')}`);
  });
}
