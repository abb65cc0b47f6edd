/** Adam's update from m and v, which its relatives share: where the corrections stand is what libraries differ in. */
export function adamStep(amsgrad: boolean, compat: string): { readonly corrections: string; readonly update: string } {
  const v = amsgrad ? 'vₘₐₓ' : 'v';
  if (compat === 'keras') return { corrections: 'κ = √(1 − β₂ᵗ) / (1 − β₁ᵗ)', update: `κ·m / (√${v} + ε)` };
  return { corrections: `m̂ = m / (1 − β₁ᵗ)\n    v̂ = ${v} / (1 − β₂ᵗ)`, update: 'm̂ / (√v̂ + ε)' };
}
