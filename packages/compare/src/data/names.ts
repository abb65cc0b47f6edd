/**
 * First names of English-speaking countries with their sex, each as the bag of its pieces of one to four letters, ends marked. Names are dealt to the splits at
 * random, once and for all. Pieces that stand in fewer than three names of the training part are left out.
 */
import type { Glosses } from '../models/glosses.ts';
import { readPacked } from './packed.ts';
import { permutation, random } from './random.ts';

/** The names in their three parts; 0 is female, 1 male. */
export interface NameData {
  readonly pieces: readonly string[];
  readonly train: Glosses;
  readonly validation: Glosses;
  readonly test: Glosses;
}

const leastCount = 3;
const [validationSize, testSize] = [1000, 1500];

/** The pieces of a name: `^anna$` has `^`, `^a`, `an`, `na$` and so on, each once. */
export function piecesOf(name: string): Set<string> {
  const marked = `^${name.toLowerCase()}$`;
  const starts = Array.from(marked, (_, i) => i);
  return new Set(starts.flatMap((from) => [1, 2, 3, 4].flatMap((length) => (from + length <= marked.length ? [marked.slice(from, from + length)] : []))));
} // prettier-ignore

/** Loads, splits and counts. */
export function loadNames(): NameData {
  const all = readPacked('names.tsv.br').toString().split('\n').map((line) => {
    const [sex, name = ''] = line.split('\t');
    return { male: sex === 'm' ? 1 : 0, pieces: piecesOf(name) };
  }); // prettier-ignore
  const order = permutation(all.length, random(2));
  const trainSize = all.length - validationSize - testSize;
  const part = (from: number, to: number): typeof all => Array.from(order.subarray(from, to), (i) => all[i]!);
  const train = part(0, trainSize);
  const counts = new Map<string, number>();
  for (const { pieces } of train) for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const pieces = [...counts].filter(([, count]) => count >= leastCount).map(([piece]) => piece).toSorted(); // prettier-ignore
  const index = new Map(pieces.map((piece, i) => [piece, i]));
  const bags = (some: typeof all): Glosses => ({
    words: some.map((one) => Uint32Array.from([...one.pieces].flatMap((piece) => index.get(piece) ?? []))),
    labels: Uint8Array.from(some, ({ male }) => male),
  });
  const validation = bags(part(trainSize, trainSize + validationSize));
  return { pieces, train: bags(train), validation, test: bags(part(trainSize + validationSize, all.length)) };
}
