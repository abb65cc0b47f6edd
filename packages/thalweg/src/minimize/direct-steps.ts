/**
 * Steps of common methods as functions, by their equations; written by `npm run direct` from the exact plan, never by hand.
 */
import { compow, type DirectStep } from './direct-step.ts';

/** Steps after which denormals become zero in float32: those whose t this divides. */
export const denormalPeriod = 16;

/** By equations. */
export const directSteps: Readonly<Record<string, DirectStep>> = {
  'm ← β₁·m + (1 − β₁)·g\nv ← β₂·v + (1 − β₂)·g²\nm̂ = m / (1 − β₁ᵗ)\nv̂ = v / (1 − β₂ᵗ)\nw ← w − η·m̂ / (√v̂ + ε)': {
    states: 2,
    symbols: ['η', 'β₁', 'β₂', 'ε'],
    run: ({ w, g, h, s, t, f, z }) => {
      const s0 = s[0]!;
      const s1 = s[1]!;
      const x1 = f(h[1]!);
      const x3 = f(1 - h[1]!);
      const x7 = f(h[2]!);
      const x8 = f(1 - h[2]!);
      const x12 = f(1 / compow(h[1]!, t));
      const x13 = f(h[0]!);
      const x14 = f(1 / compow(h[2]!, t));
      const x15 = f(h[3]!);
      for (let i = 0; i < w.length; i++) {
        const x0 = s0[i]!;
        const x2 = g[i]!;
        const x4 = f(f(x1 * x0) + f(x3 * x2));
        const x5 = z(x4, 7.703719777548943e-34);
        const x6 = s1[i]!;
        const x9 = f(f(x7 * x6) + f(x8 * f(x2 * x2)));
        const x10 = z(x9, 7.703719777548943e-34);
        const x11 = w[i]!;
        const x16 = f(x11 - f(f(x13 * f(x5 * x12)) / f(f(Math.sqrt(f(x10 * x14))) + x15)));
        const x17 = z(x16, 1.1754943508222875e-38);
        s0[i] = x5;
        s1[i] = x10;
        w[i] = x17;
      }
    },
  },
  'm ← β₁·m + (1 − β₁)·g\nv ← β₂·v + (1 − β₂)·g²\nm̂ = m / (1 − β₁ᵗ)\nv̂ = v / (1 − β₂ᵗ)\nw ← w − η·(m̂ / (√v̂ + ε) + λ·w)': {
    states: 2,
    symbols: ['η', 'β₁', 'β₂', 'ε', 'λ'],
    run: ({ w, g, h, s, t, f, z }) => {
      const s0 = s[0]!;
      const s1 = s[1]!;
      const x1 = f(h[1]!);
      const x3 = f(1 - h[1]!);
      const x7 = f(h[2]!);
      const x8 = f(1 - h[2]!);
      const x12 = f(1 / compow(h[1]!, t));
      const x13 = f(1 / compow(h[2]!, t));
      const x14 = f(h[3]!);
      const x15 = f(h[4]!);
      const x16 = f(h[0]!);
      for (let i = 0; i < w.length; i++) {
        const x0 = s0[i]!;
        const x2 = g[i]!;
        const x4 = f(f(x1 * x0) + f(x3 * x2));
        const x5 = z(x4, 7.703719777548943e-34);
        const x6 = s1[i]!;
        const x9 = f(f(x7 * x6) + f(x8 * f(x2 * x2)));
        const x10 = z(x9, 7.703719777548943e-34);
        const x11 = w[i]!;
        const x17 = f(x11 - f(x16 * f(f(f(x5 * x12) / f(f(Math.sqrt(f(x10 * x13))) + x14)) + f(x15 * x11))));
        const x18 = z(x17, 1.1754943508222875e-38);
        s0[i] = x5;
        s1[i] = x10;
        w[i] = x18;
      }
    },
  },
  'w ← w − η·g': {
    states: 0,
    symbols: ['η'],
    run: ({ w, g, h, f, z }) => {
      const x2 = f(h[0]!);
      for (let i = 0; i < w.length; i++) {
        const x0 = w[i]!;
        const x1 = g[i]!;
        const x3 = f(x0 - f(x2 * x1));
        const x4 = z(x3, 1.1754943508222875e-38);
        w[i] = x4;
      }
    },
  },
  'v ← μ·v + g\nw ← w − η·v': {
    states: 1,
    symbols: ['η', 'μ'],
    run: ({ w, g, h, s, f, z }) => {
      const s0 = s[0]!;
      const x1 = f(h[1]!);
      const x6 = f(h[0]!);
      for (let i = 0; i < w.length; i++) {
        const x0 = s0[i]!;
        const x2 = g[i]!;
        const x3 = f(f(x1 * x0) + x2);
        const x4 = z(x3, 7.703719777548943e-34);
        const x5 = w[i]!;
        const x7 = f(x5 - f(x6 * x4));
        const x8 = z(x7, 1.1754943508222875e-38);
        s0[i] = x4;
        w[i] = x8;
      }
    },
  },
};
