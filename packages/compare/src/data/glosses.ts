/**
 * Definitions of nouns in WordNet 3.1, as bags of words, with the field of knowledge that each noun belongs to. Definitions are dealt to the splits at
 * random, once and for all. Words that stand in fewer than three definitions of the training part are left out.
 */
import { bagsOf, type Bags } from './bags.ts';
import { readPacked } from './packed.ts';

/** The fields in the order of their numbers, as WordNet calls its files. */
export const fieldNames: readonly string[] =
  'tops act animal artifact attribute body cognition communication event feeling food group location motive object person phenomenon plant possession process quantity relation shape state substance time'.split(
    ' ',
  );

/** Loads, splits and counts. */
export function loadGlosses(): Bags {
  const all = readPacked('glosses.tsv.br').toString().split('\n').map((line) => {
    const [field = '', , definition = ''] = line.split('\t');
    return { words: new Set(definition.toLowerCase().match(/[a-z]+/g) ?? []), label: Number(field) };
  }); // prettier-ignore
  return bagsOf(all, { validation: 4000, test: 4000 }, 1);
}
