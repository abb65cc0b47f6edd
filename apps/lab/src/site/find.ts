/** Finds sections of pages by the words in them, with MiniSearch. Knows text; knows no page. */
import MiniSearch from 'minisearch';

/** A section of a page, as it is kept in `search.json`. */
export interface Section {
  /** The page's path, and the section's place in it. */
  readonly path: string;
  readonly fragment: string;
  readonly title: string;
  /** Its heading; empty for what stands before the first. */
  readonly heading: string;
  readonly text: string;
}

/** A section that was found, and the words of it by which it was. */
export interface Found {
  readonly section: Section;
  readonly words: readonly string[];
}

/** Sections of one page among what is found. */
const mostOfPage = 3;

/** Makes what finds sections: those in which every word of a query begins a word, but for a letter or two, the best first, at most `most`. */
export async function finder(sections: readonly Section[]): Promise<(query: string, most?: number) => Found[]> {
  const index = new MiniSearch<Section & { readonly id: number }>({
    fields: ['title', 'heading', 'text'],
    tokenize: (text) => [...wordsOf(text), ...partsOf(text)],
    searchOptions: {
      tokenize: wordsOf,
      combineWith: 'AND',
      prefix: true,
      fuzzy: (word) => (word.length > 4 ? 0.25 : false),
      boost: { title: 8, heading: 4 },
      // Of a page that is meant as a whole, its beginning.
      boostDocument: (id) => (sections[Number(id)]?.heading === '' ? 2 : 1),
    },
  });
  // In pieces, so that the page goes on meanwhile.
  await index.addAllAsync(
    sections.map((section, id) => ({ ...section, id })),
    { chunkSize: 20 },
  );
  return (query, most = 30) => {
    const ofPage = new Map<string, number>();
    const found: Found[] = [];
    for (const { id, terms } of index.search(query)) {
      const section = sections[Number(id)]!;
      const before = ofPage.get(section.path) ?? 0;
      ofPage.set(section.path, before + 1);
      if (before < mostOfPage) found.push({ section, words: terms });
      if (found.length === most) break;
    }
    return found;
  };
}

/** About `length` characters of a text around the first of the words, and which of them are among the words. */
export function snippet(text: string, some: readonly string[], length = 200): { readonly text: string; readonly hit: boolean }[] {
  const words = some.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = words.length === 0 ? undefined : new RegExp(`(?:${words.join('|')})`, 'giu');
  const at = pattern === undefined ? 0 : Math.max(0, text.search(pattern));
  const from = at < length / 2 ? 0 : text.indexOf(' ', at - length / 2) + 1;
  const cut = text.slice(from, from + length);
  const parts: { readonly text: string; readonly hit: boolean }[] = [{ text: from > 0 ? '… ' : '', hit: false }];
  let last = 0;
  for (const match of pattern === undefined ? [] : cut.matchAll(pattern)) {
    parts.push({ text: cut.slice(last, match.index), hit: false }, { text: match[0], hit: true });
    last = match.index + match[0].length;
  }
  return [...parts, { text: cut.slice(last) + (from + length < text.length ? ' …' : ''), hit: false }].filter((part) => part.text !== '');
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** The words within names: of `weightDecay`, `weight` and `decay`. */
function partsOf(text: string): string[] {
  return wordsOf((text.match(/\p{Ll}+\p{Lu}\w*/gu) ?? []).join(' ').replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2'));
}
