/**
 * The random bits of stochastic rounding. They follow from step, tensor name, element and state alone, as those of `noise()` do, so that a run
 * repeats and resumes on any backend and any number of threads. A key for each tensor and step is mixed well; an element's bits are a
 * bijection of key + constant·index, so over the steps each element draws as evenly as the keys do, and neighbours are told apart cheaply. A
 * word serves two draws of two elements: the draws of one element come from different halves of it, or from different words.
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

/** The key of a tensor at step `t`, such that the indices of a tensor that begins at element `start` of an array, a multiple of eight, count from there. */
export function keyOf(nameHash: number, t: number, start: number): number {
  const step = mix(t ^ mix(Math.floor(t / 2 ** 32)));
  return (mix(nameHash ^ step) - Math.imul(start / 2, randomConstants.element)) >>> 0;
}

/** The 32 bits that elements `index` and `index` + 4 of a block of eight share. */
export function randomWord(key: number, index: number, word: number): number {
  const { element, word: next, factor, fold } = randomConstants;
  const place = ((index >>> 3) << 2) | (index & 3);
  const at = (key + Math.imul(place, element) + Math.imul(word, next)) | 0;
  return Math.imul(at ^ (at >>> fold), factor);
}

/** Whether a draw takes the upper bits of its word, given which half of a block of eight the element lies in; the others take the lower. */
export function takesUpper(draw: number, half: number): boolean {
  return (draw + half) % 2 === 0;
}
