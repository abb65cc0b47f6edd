/**
 * State of the Union addresses as bags of words. The data set has no paragraph breaks, so a paragraph here is consecutive sentences of
 * about 100 words. Presidents, not paragraphs, are dealt to the splits, so that nobody's words stand on both sides.
 */
import type { Corpus } from '../models/words.ts';
import { readPacked } from './packed.ts';

/** The corpus in its three parts. Rows beyond the vocabulary do not exist: it comes from the training part alone. */
export interface Addresses {
  readonly vocabulary: readonly string[];
  readonly train: Corpus;
  readonly validation: Corpus;
  readonly test: Corpus;
  readonly presidents: Readonly<Record<'train' | 'validation' | 'test', readonly string[]>>;
}

/** An address; those of the two parties are in the file, oldest first. */
interface Address {
  readonly year: number;
  readonly name: string;
  readonly party: string;
  readonly text: string;
}

const wordsPerParagraph = 100;
const leastCount = 4;
/** Each split's share of a party's paragraphs. */
const shares = { train: 0.6, validation: 0.2, test: 0.2 } as const;

/** Words and parties change with the times, so each era is dealt apart, by the year of a president's first address. */
const eras = [1913, 1969];

type Part = keyof typeof shares;

const parts: readonly Part[] = ['train', 'validation', 'test'];

/** Loads, splits and counts. */
export function loadAddresses(): Addresses {
  const chosen = JSON.parse(readPacked('addresses.json.br').toString()) as Address[];
  const firstYear = new Map(chosen.toReversed().map(({ name, year }) => [name, year]));
  const texts = chosen.map(({ name, party, text }) => ({ name, party, paragraphs: paragraphsOf(text) }));
  const cell = (name: string, party: string): string =>
    `${party} ${String(eras.filter((year) => (firstYear.get(name) ?? 0) >= year).length)}`;
  const cells = Map.groupBy(texts, ({ name, party }) => cell(name, party));
  const split = new Map([...cells.values()].flatMap(dealPresidents));
  const paragraphs = texts.flatMap(({ name, party, paragraphs: own }) =>
    own.map((words) => ({ words, part: split.get(name) ?? 'train', label: party === 'Republican' ? 1 : 0 })),
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

/**
 * Deals the presidents of one party and era: the one with most to say first, each to the split that is furthest below its share, so that
 * both parties have similar shares of every era in each split.
 */
function dealPresidents(texts: readonly { readonly name: string; readonly paragraphs: readonly unknown[] }[]): [string, Part][] {
  const sizes = new Map<string, number>();
  for (const { name, paragraphs } of texts) sizes.set(name, (sizes.get(name) ?? 0) + paragraphs.length);
  const filled: Record<Part, number> = { train: 0, validation: 0, test: 0 };
  return [...sizes]
    .sort(([, a], [, b]) => b - a)
    .map(([name, size]) => {
      const part = parts.reduce((best, one) => (filled[one] / shares[one] < filled[best] / shares[best] ? one : best));
      filled[part] += size;
      return [name, part];
    });
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
