/**
 * Gaussian noise that depends on nothing but seed, step, tensor name and index, so that a run repeats and resumes: Philox4x32-10
 * (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") and Box–Muller on the library's own log and cos.
 */
import { cos, log, numbers } from '../elementary.ts';
import { scalarOf, type Routine } from './routine.ts';

type Words = [number, number, number, number];

/** Ten rounds of Philox4x32 on a counter of four words with a key of two. */
export function philox(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [low, high] = key;
  for (let round = 0; round < 10; round++) {
    const [first, second] = [highWord(0xd2511f53, a), highWord(0xcd9e8d57, c)];
    const [firstLow, secondLow] = [Math.imul(0xd2511f53, a) >>> 0, Math.imul(0xcd9e8d57, c) >>> 0];
    [a, b, c, d] = [(second ^ b ^ low) >>> 0, secondLow, (first ^ d ^ high) >>> 0, firstLow];
    low = (low + 0x9e3779b9) >>> 0;
    high = (high + 0xbb67ae85) >>> 0;
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

/** noise(seed), with the step as a second number: one draw from N(0, 1) for each element. */
export const noise: Routine = (job) => {
  const [seed, t] = [scalarOf(job, 0), scalarOf(job, 1)];
  const key = [seed >>> 0, hashOf(job.tensor)] as const;
  const { data } = job.result;
  for (let i = 0; i < data.length; i += 4) {
    const words = philox([i >>> 2, 0, t >>> 0, Math.floor(t / 2 ** 32)], key);
    for (let k = 0; k < 4 && i + k < data.length; k += 2) {
      const radius = Math.sqrt(-2 * log(numbers, (words[k]! + 0.5) / 2 ** 32));
      const angle = 2 * Math.PI * (words[k + 1]! / 2 ** 32);
      data[i + k] = radius * cos(numbers, angle);
      if (i + k + 1 < data.length) data[i + k + 1] = radius * cos(numbers, angle - Math.PI / 2);
    }
  }
};

function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
