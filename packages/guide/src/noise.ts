/** Noise that follows from its place alone: seed, step and index give a number, so a run repeats and resumes wherever it starts. */

/** A uniform number in (0, 1) for this place. */
export function uniform(seed: number, step: number, index: number): number {
  let z = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(step + 0x7f4a7c15, 0xc2b2ae35) ^ Math.imul(index + 0x165667b1, 0x27d4eb2f);
  for (const multiplier of [0x7feb352d, 0x846ca68b]) {
    z ^= z >>> 16;
    z = Math.imul(z, multiplier);
    z ^= z >>> 15;
  }
  return ((z >>> 0) + 0.5) / 2 ** 32;
}

/** A standard normal number for this place. */
export function gaussian(seed: number, step: number, index: number): number {
  return boxMuller(uniform(seed, step, 2 * index), uniform(seed, step, 2 * index + 1));
}

/** A standard normal number from two uniform ones, of which the first is above 0 (Box & Muller 1958). */
export function boxMuller(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
}
