/** An optimizer's colour in a terminal, whose ground is unknown: one between its colours on paper and at night. Knows looks and codes. */
import type { Look } from './palette.ts';

/** Bits of colour, as a terminal's `getColorDepth()` gives them. */
export type Depth = 1 | 4 | 8 | 24;

/** Paints text in an optimizer's colour, or in the nearest that the terminal has. */
export function paintOf(look: Look, depth: Depth): (text: string) => string {
  // The sixteen colours of the oldest terminals are the user's own and cannot be matched.
  if (depth < 8) return (text) => text;
  const rgb = middle(look);
  const code = depth === 24 ? `2;${rgb.join(';')}` : `5;${String(nearest(rgb))}`;
  return (text) => `\u001b[38;${code}m${text}\u001b[39m`;
}

/** Seen on black and on white alike: between the colours on paper and at night, where the contrast to both grounds is the same. */
export function middle({ light, dark }: Look): [number, number, number] {
  const [a, b] = [linear(light), linear(dark)];
  const [low, high] = [luminance(a), luminance(b)];
  // The luminance whose contrast is √21 to black and to white.
  const part = Math.min(1, Math.max(0, (0.179 - low) / (high - low || 1)));
  const [red, green, blue] = a.map((value, i) => Math.round(255 * (value + part * ((b[i] ?? 0) - value)) ** (1 / 2.2)));
  return [red ?? 0, green ?? 0, blue ?? 0];
}

function linear(hex: string): number[] {
  return [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
}

function luminance([r = 0, g = 0, b = 0]: readonly number[]): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The nearest of xterm's 256 colours: of its cube of 6 × 6 × 6, or of its greys. */
function nearest(rgb: readonly [number, number, number]): number {
  const steps = [0, 95, 135, 175, 215, 255];
  const index = rgb.map((value) => steps.reduce((best, step, i) => (Math.abs(step - value) < Math.abs((steps[best] ?? 0) - value) ? i : best), 0)); // prettier-ignore
  const [r = 0, g = 0, b = 0] = index;
  const grey = Math.min(23, Math.max(0, Math.round((rgb.reduce((sum, value) => sum + value, 0) / 3 - 8) / 10)));
  const off = (candidate: readonly number[]): number => candidate.reduce((sum, value, i) => sum + (value - (rgb[i] ?? 0)) ** 2, 0);
  const level = 8 + 10 * grey;
  return off([level, level, level]) < off(index.map((i) => steps[i] ?? 0)) ? 232 + grey : 16 + 36 * r + 6 * g + b;
}
