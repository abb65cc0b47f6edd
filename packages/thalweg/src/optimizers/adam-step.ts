/** Adam's update from m and v, which its relatives share: libraries differ in where the corrections stand, and in what AMSGrad's maximum is of. */
export function adamStep(amsgrad: boolean, compat: string): { readonly corrections: string; readonly update: string } {
  const largest = (of: string): string => (amsgrad ? `vₘₐₓ ← max(vₘₐₓ, ${of})` : '');
  const v = amsgrad ? 'vₘₐₓ' : 'v';
  if (compat === 'keras') {
    return { corrections: `${largest('v')}\n    κ = √(1 − β₂ᵗ) / (1 − β₁ᵗ)`, update: `κ·m / (√${v} + ε)` };
  }
  const mean = 'm̂ = m / (1 − β₁ᵗ)\n    v̂ = ';
  if (compat === 'optax') {
    return { corrections: `${mean}v / (1 − β₂ᵗ)\n    ${largest('v̂')}`, update: `m̂ / (√${amsgrad ? v : 'v̂'} + ε)` };
  }
  return { corrections: `${largest('v')}\n    ${mean}${v} / (1 − β₂ᵗ)`, update: 'm̂ / (√v̂ + ε)' };
}
