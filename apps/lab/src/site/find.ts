/** Finds sections of pages by the words in them. Knows text; knows no page. */

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

/** A section with the words that are looked for in it. */
export interface Indexed extends Section {
  readonly words: { readonly title: string; readonly heading: string; readonly text: string };
}

/** Prepares a section: `weightDecay` is found as that, as `weight` and as `decay`. */
export function indexed(section: Section): Indexed {
  const { title, heading, text } = section;
  return { ...section, words: { title: folded(title), heading: folded(heading), text: folded(text) } };
}

/** Sections of one page among what is found. */
const mostOfPage = 3;

/** The sections in which every word of the query begins a word, the best first, at most `most`. */
export function found(sections: readonly Indexed[], query: string, most = 30): Indexed[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  return sections
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ section }) => section)
    .filter(({ path }, i, all) => all.slice(0, i).filter((before) => before.path === path).length < mostOfPage)
    .slice(0, most);
}

/** About `length` characters of a text around the first of the words, and which of them are words that were asked for. */
export function snippet(text: string, query: string, length = 200): { readonly text: string; readonly hit: boolean }[] {
  const words = wordsOf(query).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
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

function scoreOf({ words: { title, heading, text }, heading: head }: Indexed, words: readonly string[]): number {
  let score = 0;
  for (const word of words) {
    const inTitle = title === ` ${word}` || title.startsWith(` ${word} `) ? 40 : title.includes(` ${word}`) ? 16 : 0;
    const inHeading = heading.includes(` ${word}`) ? 8 : 0;
    const inText = text.split(` ${word}`).length - 1;
    const part = inTitle + inHeading + (inText === 0 ? 0 : 1 + Math.min(3, Math.log2(inText)));
    if (part === 0) return 0;
    score += part;
  }
  // Of a page that is meant as a whole, its beginning.
  return score + (head === '' ? 4 : 0);
}

function wordsOf(query: string): string[] {
  return query.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** The words of a text, each after a space, those within a name too. */
function folded(text: string): string {
  const inside = (text.match(/\p{Ll}+\p{Lu}\w*/gu) ?? []).join(' ').replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return ` ${wordsOf(`${text} ${inside}`).join(' ')}`;
}
