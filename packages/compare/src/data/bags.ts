/**
 * Texts as bags of words: dealt to the splits at random, once and for all, and each word known by its place among those that stand in enough texts of the
 * training part. What a word is, is for whoever has the texts to say.
 */
import type { Glosses } from '../models/glosses.ts';
import { permutation, random } from './random.ts';

/** A text: its words, each once, and its label. */
export interface Labelled {
  readonly words: ReadonlySet<string>;
  readonly label: number;
}

/** The texts in their three parts, and the words that they are of. */
export interface Bags {
  readonly vocabulary: readonly string[];
  readonly train: Glosses;
  readonly validation: Glosses;
  readonly test: Glosses;
}

/** A word that stands in fewer texts of the training part is left out. */
const leastCount = 3;

/** Deals by `seed` so many texts for validation and for the test, and the rest for training. */
export function bagsOf(all: readonly Labelled[], sizes: { readonly validation: number; readonly test: number }, seed: number): Bags {
  const order = permutation(all.length, random(seed));
  const trainSize = all.length - sizes.validation - sizes.test;
  const part = (from: number, to: number): Labelled[] => Array.from(order.subarray(from, to), (i) => all[i]!);
  const train = part(0, trainSize);
  const counts = new Map<string, number>();
  for (const { words } of train) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const vocabulary = [...counts].flatMap(([word, count]) => (count >= leastCount ? [word] : [])).toSorted();
  const index = new Map(vocabulary.map((word, i) => [word, i]));
  const bags = (some: readonly Labelled[]): Glosses => ({
    words: some.map(({ words }) => Uint32Array.from([...words].flatMap((word) => index.get(word) ?? []))),
    labels: Uint8Array.from(some, ({ label }) => label),
  });
  const validation = part(trainSize, trainSize + sizes.validation);
  return { vocabulary, train: bags(train), validation: bags(validation), test: bags(part(trainSize + sizes.validation, all.length)) };
}
