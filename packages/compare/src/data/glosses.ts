/**
 * Definitions of nouns in WordNet 3.1, as bags of words, with the field of knowledge that each noun belongs to. Definitions are dealt to the splits at
 * random, once and for all. Words that stand in fewer than three definitions of the training part are left out.
 */
import type { Glosses } from '../models/glosses.ts';
import { readPacked } from './packed.ts';
import { permutation, random } from './random.ts';

/** The fields in the order of their numbers, as WordNet calls its files. */
export const fieldNames: readonly string[] =
  'tops act animal artifact attribute body cognition communication event feeling food group location motive object person phenomenon plant possession process quantity relation shape state substance time'.split(
    ' ',
  );

/** The definitions in their three parts. */
export interface GlossData {
  readonly vocabulary: readonly string[];
  readonly train: Glosses;
  readonly validation: Glosses;
  readonly test: Glosses;
}

const leastCount = 3;
const [validationSize, testSize] = [4000, 4000];

/** Loads, splits and counts. */
export function loadGlosses(): GlossData {
  const all = readPacked('glosses.tsv.br').toString().split('\n').map((line) => {
    const [field = '', , definition = ''] = line.split('\t');
    return { field: Number(field), words: new Set(definition.toLowerCase().match(/[a-z]+/g) ?? []) };
  }); // prettier-ignore
  const order = permutation(all.length, random(1));
  const trainSize = all.length - validationSize - testSize;
  const part = (from: number, to: number): typeof all => Array.from(order.subarray(from, to), (i) => all[i]!);
  const parts = {
    train: part(0, trainSize),
    validation: part(trainSize, trainSize + validationSize),
    test: part(trainSize + validationSize, all.length),
  };
  const counts = new Map<string, number>();
  for (const { words } of parts.train) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const vocabulary = [...counts].filter(([, count]) => count >= leastCount).map(([word]) => word).toSorted(); // prettier-ignore
  const index = new Map(vocabulary.map((word, i) => [word, i]));
  const bags = (some: typeof all): Glosses => {
    const known = some.map(({ words }) => Uint32Array.from([...words].flatMap((word) => index.get(word) ?? [])));
    return { words: known, labels: Uint8Array.from(some, ({ field }) => field) };
  };
  return { vocabulary, train: bags(parts.train), validation: bags(parts.validation), test: bags(parts.test) };
}
