/**
 * The random bits of stochastic rounding. They follow from step, tensor name, element and state alone, as those of `noise()` do, so that a run
 * repeats and resumes on any backend and any number of threads. A key for each tensor and step is mixed well; an element's bits are a
 * bijection of key + constant·index, so over the steps each element draws as evenly as the keys do, and neighbours are told apart cheaply.
 */

/** What the algorithm multiplies with: a step to the next element, a step to the next word of an element, and the mixing factor. */
export const randomConstants = { element: 0x9e3779b9, word: 0x6c8e9cf5, factor: 0x846ca68b, fold: 16 } as const;

/** A whole number that tells names apart. */
export function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Every bit of the result depends on every bit given (the finalizer of MurmurHash3). */
function mix(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The key of a tensor at step `t`, as it is for an element at `index` 0 of an array in which the tensor begins at element `start`. */
export function keyOf(nameHash: number, t: number, start: number): number {
  const step = mix(t ^ mix(Math.floor(t / 2 ** 32)));
  return (mix(nameHash ^ step) - Math.imul(start, randomConstants.element)) >>> 0;
}

/** 32 bits of an element; each serves two draws. */
export function randomWord(key: number, index: number, word: number): number {
  const { element, word: next, factor, fold } = randomConstants;
  const at = (key + Math.imul(index, element) + Math.imul(word, next)) | 0;
  return Math.imul(at ^ (at >>> fold), factor);
}
