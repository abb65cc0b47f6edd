/** Hyperparameters as sliders offer them, read off the library's definitions. Knows no optimizer. */
import type { HyperDeclaration } from 'thalweg';

/** A hyperparameter as a slider offers it. */
export interface Knob {
  readonly name: string;
  readonly symbol: string;
  readonly fallback: number;
  readonly low: number;
  readonly high: number;
  readonly scale: 'linear' | 'log';
}

/** The knobs of a definition, its defaults overruled by `fallbacks`. */
export function knobsOf(
  { hyper }: { readonly hyper: Readonly<Record<string, HyperDeclaration>> },
  fallbacks: Readonly<Record<string, number>> = {},
): Knob[] {
  return Object.entries(hyper).map(([name, [symbol, given, range]]) => {
    const fallback = fallbacks[name] ?? given;
    return { name, symbol, fallback, ...reach(name, fallback, range) };
  });
}

/** How far a slider goes: rates over magnitudes, shares to just below 1, the rest around the default. */
function reach(name: string, fallback: number, range = '[0, ∞)'): Pick<Knob, 'low' | 'high' | 'scale'> {
  if (name === 'lr') return { low: Math.min(1e-4, fallback / 100), high: Math.max(10, fallback * 100), scale: 'log' };
  if (/, 1[)\]]$/.test(range)) return { low: range.startsWith('(') ? 0.01 : 0, high: 0.9999, scale: 'linear' };
  if (name === 'eps' && fallback > 0) return { low: Math.min(1e-12, fallback), high: 1, scale: 'log' };
  if (range.includes('-∞')) return { low: Math.min(-10, 4 * fallback), high: Math.max(10, 4 * fallback), scale: 'linear' };
  if (fallback <= 0) return { low: 0, high: 1, scale: 'linear' };
  return { low: fallback / 100, high: fallback * 100, scale: 'log' };
}
