/**
 * Gaussian noise that depends on nothing but seed, step, tensor name and index, so that a run repeats and resumes: Philox4x32-10
 * (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") and Box–Muller on the library's own log and cos. `wasm/noise.ts` draws
 * the same in WebAssembly.
 */
import { cosAndSin, log } from '../../../language/operations/algorithms.ts';
import type { DoubleArithmetic } from '../../../language/operations/arithmetic.ts';
import { doubles } from '../js/arithmetic.ts';
import { hashOf } from '../random.ts';
import { scalarOf, type Routine, type RoutineJob } from './routine.ts';

/** What Philox multiplies words with, and what it adds to the key from round to round. */
export const factors = [0xd2511f53, 0xcd9e8d57] as const;
export const weyl = [0x9e3779b9, 0xbb67ae85] as const;
export const rounds = 10;

/** Ten rounds of Philox4x32 on a counter of four words, in place, with a key of two. */
export function philox(words: Uint32Array, low: number, high: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = words;
  for (let round = 0; round < rounds; round++) {
    const upper = highWord(factors[1], c) ^ b ^ low;
    const lower = Math.imul(factors[1], c);
    c = highWord(factors[0], a) ^ d ^ high;
    d = Math.imul(factors[0], a);
    [a, b] = [upper, lower];
    low = (low + weyl[0]) | 0;
    high = (high + weyl[1]) | 0;
  }
  words.set([a, b, c, d]);
}

/** The upper 32 of the 64 bits of a product of two words. */
function highWord(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const cross = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const middle = (Math.imul(aLow, bHigh) >>> 0) + (cross & 0xffff);
  return (Math.imul(aHigh, bHigh) + (cross >>> 16) + (middle >>> 16)) | 0;
}

/** Two independent draws from N(0, 1) by Box and Muller, from two words of 32 bits. */
export function normals<T>(f: DoubleArithmetic<T>, first: T, second: T): readonly [T, T] {
  const unit = f.constant(2 ** -32);
  const radius = f.sqrt(f.mul(f.constant(-2), log(f, f.mul(f.add(first, f.constant(0.5)), unit))));
  const [cosine, sine] = cosAndSin(f, f.mul(f.constant(2 * Math.PI), f.mul(second, unit)));
  return [f.mul(radius, cosine), f.mul(radius, sine)];
}

/** The seed as a word of 32 bits, whatever number it was given as. */
export function seedOf(job: RoutineJob): number {
  return scalarOf(job, 0) >>> 0;
}

/** noise(seed), with the step as a second number: one draw from N(0, 1) for each element. */
export const noise: Routine = (job) => {
  const t = scalarOf(job, 1);
  const seed = seedOf(job);
  const hash = hashOf(job.tensor);
  const { data } = job.result;
  const words = new Uint32Array(4);
  for (let i = 0; i < data.length; i += 4) {
    words.set([i >>> 2, 0, t, t / 2 ** 32]);
    philox(words, seed, hash);
    for (let k = 0; k < 4; k += 2) {
      const [even, odd] = normals(doubles, words[k]!, words[k + 1]!);
      // What lies behind the end is not kept.
      data[i + k] = even;
      data[i + k + 1] = odd;
    }
  }
};
