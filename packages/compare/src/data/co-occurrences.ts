/** How often one word follows another within a few words, in the definitions of WordNet. The pairs that occur are dealt to the splits at random, once and for all. */
import type { Counts } from '../models/vectors.ts';
import { readPacked } from './packed.ts';
import { permutation, random } from './random.ts';

/** Pairs in their three parts, and the words that they are of, the commonest first. */
export interface CoOccurrences {
  readonly vocabulary: readonly string[];
  readonly train: Counts;
  readonly validation: Counts;
  readonly test: Counts;
}

const words = 3000;
const within = 5;
const sizes = { validation: 10_000, test: 20_000 } as const;

/** Loads, counts and splits. */
export function loadCoOccurrences(): CoOccurrences {
  const texts = readPacked('glosses.tsv.br').toString().split('\n').map((line) => line.split('\t')[2]!.toLowerCase().match(/[a-z]+/g) ?? []); // prettier-ignore
  const uses = new Map<string, number>();
  for (const text of texts) for (const word of text) uses.set(word, (uses.get(word) ?? 0) + 1);
  const vocabulary = [...uses].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, words).map(([word]) => word); // prettier-ignore
  const index = new Map(vocabulary.map((word, i) => [word, i]));
  const counts = new Uint16Array(words * words);
  for (const text of texts) {
    const places = text.map((word) => index.get(word) ?? -1);
    for (let i = 0; i < places.length; i++)
      for (let j = i + 1; j <= Math.min(i + within, places.length - 1); j++)
        if (places[i]! >= 0 && places[j]! >= 0) counts[places[i]! * words + places[j]!]! += 1;
  }
  const pairs: number[] = [];
  counts.forEach((count, pair) => count > 0 && pairs.push(pair));
  const order = permutation(pairs.length, random(6));
  const part = (from: number, to: number): Counts => {
    const chosen = Array.from(order.subarray(from, to), (i) => pairs[i]!);
    return {
      first: Uint32Array.from(chosen, (pair) => Math.floor(pair / words)),
      second: Uint32Array.from(chosen, (pair) => pair % words),
      counts: Float32Array.from(chosen, (pair) => counts[pair]!),
    };
  };
  const trainSize = pairs.length - sizes.validation - sizes.test;
  return { vocabulary, train: part(0, trainSize), validation: part(trainSize, trainSize + sizes.validation), test: part(trainSize + sizes.validation, pairs.length) };
} // prettier-ignore
