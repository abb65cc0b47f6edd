/**
 * First names of English-speaking countries with their sex, each as the bag of its pieces of one to four letters, ends marked.
 */
import { bagsOf, type Bags } from './bags.ts';
import { readPacked } from './packed.ts';

/** The pieces of a name: `^anna$` has `^`, `^a`, `an`, `na$` and so on, each once. */
export function piecesOf(name: string): Set<string> {
  const marked = `^${name.toLowerCase()}$`;
  const starts = Array.from(marked, (_, i) => i);
  return new Set(starts.flatMap((from) => [1, 2, 3, 4].flatMap((length) => (from + length <= marked.length ? [marked.slice(from, from + length)] : []))));
} // prettier-ignore

/** Loads, splits and counts: the vocabulary are pieces; 0 is female, 1 male. */
export function loadNames(): Bags {
  const all = readPacked('names.tsv.br').toString().split('\n').map((line) => {
    const [sex, name = ''] = line.split('\t');
    return { words: piecesOf(name), label: sex === 'm' ? 1 : 0 };
  }); // prettier-ignore
  return bagsOf(all, { validation: 1000, test: 1500 }, 2);
}
