/** First weights, gradients and losses that Python and TypeScript compute alike, bit for bit. See stream.py. */

/** Which gradients a row trains on: with gaps, they are zero at first and for long in the middle. */
export type Stream = 'plain' | 'gaps';

/** A 32-bit hash of three integers. */
export function mix(a: number, b: number, c: number): number {
  let z = (Math.imul(a, 0x9e3779b1) + Math.imul(b, 0x85ebca77) + Math.imul(c, 0xc2b2ae3d) + 0x27d4eb2f) >>> 0;
  z = Math.imul(z ^ (z >>> 15), 0x2c1b3c6d) >>> 0;
  z = Math.imul(z ^ (z >>> 12), 0x297a2d39) >>> 0;
  return (z ^ (z >>> 15)) >>> 0;
}

/** A number in [−1, 1), a multiple of 2⁻³¹. */
export function signed(a: number, b: number, c: number): number {
  return mix(a, b, c) / 2 ** 31 - 1;
}

/** The first weight of an element, counted over all tensors. */
export function weight(element: number): number {
  return signed(1, 0, element) * 2 ** ((element % 5) - 2);
}

/** The gradient of an element at a step: magnitudes over 40 powers of two, exact zeros, and a stretch of one sign. */
export function gradient(step: number, element: number, stream: Stream = 'plain'): number {
  if (stream === 'gaps' && (step <= 3 || (step > 20 && step <= 300))) return 0;
  if (mix(2, step, element) % 17 === 0) return 0;
  const value = signed(3, step, element) * 2 ** (((element * 5 + Math.floor(step / 50) * 3) % 41) - 25);
  return step >= 100 && step < 150 ? Math.abs(value) : value;
}

/** The loss at a step. */
export function loss(step: number): number {
  return 3 + signed(4, step, 0);
}
