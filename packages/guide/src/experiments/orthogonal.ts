/**
 * Muon's Newton–Schulz iteration (Jordan et al. 2024) seen on singular values: each step maps every singular value s of the matrix to
 * a·s + b·s³ + c·s⁵ and leaves the singular vectors alone, so a list of numbers shows all there is.
 */
import { optimizer } from 'thalweg';

/** One iteration, with w standing for the singular values. Muon takes five. */
export const newtonSchulz = optimizer({
  name: 'newtonSchulz',
  hyper: { a: ['a', 3.4445], b: ['b', 4.775], c: ['c', 2.0315] },
  equations: 'w ← a·w − b·w³ + c·w⁵',
});

/** The singular values after `steps` iterations. */
export async function orthogonalized(values: readonly number[], steps = 5): Promise<Float64Array> {
  const opt = await newtonSchulz().init({ w: Float64Array.from(values) });
  for (let i = 0; i < steps; i++) opt.step();
  const out = opt.params.w.slice();
  opt.dispose();
  return out;
}

/** Numbers from `low` to `high`, equally far apart on a logarithmic axis. */
export function logSpaced(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}
