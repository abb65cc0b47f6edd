/**
 * Gaussian noise that depends on nothing but seed, step, tensor name and index, so that a run repeats and resumes: Philox4x32-10
 * (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") and Box–Muller on the library's own log and cos.
 */
import { cosAndSin, log, numbers, type Arithmetic } from '../elementary.ts';
import { hashOf } from '../random.ts';
import { scalarOf, type Draw, type Routine } from './routine.ts';

type Words = [number, number, number, number];

/** The numbers of Philox: factors and what is added to the key in each of its rounds. */
export const philoxConstants = { factors: [0xd2511f53, 0xcd9e8d57], weyl: [0x9e3779b9, 0xbb67ae85], rounds: 10 } as const;

/** Ten rounds of Philox4x32 on a counter of four words with a key of two. */
export function philox(counter: Readonly<Words>, key: readonly [number, number]): Words {
  const { factors, weyl, rounds } = philoxConstants;
  let [a, b, c, d] = counter;
  let [low, high] = key;
  for (let round = 0; round < rounds; round++) {
    const [first, second] = [highWord(factors[0], a), highWord(factors[1], c)];
    const [firstLow, secondLow] = [Math.imul(factors[0], a) >>> 0, Math.imul(factors[1], c) >>> 0];
    [a, b, c, d] = [(second ^ b ^ low) >>> 0, secondLow, (first ^ d ^ high) >>> 0, firstLow];
    low = (low + weyl[0]) >>> 0;
    high = (high + weyl[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** The upper 32 of the 64 bits of a product of two words. */
function highWord(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const cross = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middle = aLow * bHigh + (cross % 65536);
  return (aHigh * bHigh + Math.floor(cross / 65536) + Math.floor(middle / 65536)) >>> 0;
}

/** Two independent draws from N(0, 1) by Box and Muller, from two words of 32 bits. */
export function normals<T>(f: Arithmetic<T>, first: T, second: T): readonly [T, T] {
  const unit = f.constant(2 ** -32);
  const radius = f.sqrt(f.mul(f.constant(-2), log(f, f.mul(f.add(first, f.constant(0.5)), unit))));
  const angle = f.mul(f.constant(2 * Math.PI), f.mul(second, unit));
  const [cosine, sine] = cosAndSin(f, angle);
  return [f.mul(radius, cosine), f.mul(radius, sine)];
}

/** The draws in plain JavaScript: four elements from the words of a counter that numbers fours. */
export const draw: Draw = ([seed, tensor], t, out) => {
  for (let i = 0; i < out.length; i += 4) {
    const [a, b, c, d] = philox([i >>> 2, 0, t >>> 0, Math.floor(t / 2 ** 32)], [seed >>> 0, tensor]);
    const four = [...normals(numbers, a, b), ...normals(numbers, c, d)];
    for (let k = 0; k < 4 && i + k < out.length; k++) out[i + k] = four[k]!;
  }
};

/** noise(seed), with the step as a second number: one draw from N(0, 1) for each element. */
export const noise: Routine = (job) => {
  job.draw([scalarOf(job, 0), hashOf(job.tensor)], scalarOf(job, 1), job.result.data);
};
