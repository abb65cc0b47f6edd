/** The words of the documentation comments in the library's code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What a documentation comment says. */
export interface Documented {
  /** Its first paragraph. */
  readonly about: string;
  /** Its other paragraphs, parameters and errors. */
  readonly details: string;
  /** When to choose what it documents, from `@remarks`; empty where it does not say. */
  readonly choose: string;
  /** What else could be chosen, from `@see`. */
  readonly rivals: readonly string[];
}

/** The documentation of each export, from the comment that stands before it. */
export function documentation(): Map<string, Documented> {
  const found = new Map<string, Documented>();
  for (const folder of ['optimizers', 'transforms']) {
    const at = join(root, 'packages/thalweg/src', folder);
    for (const file of readdirSync(at)) {
      const text = readFileSync(join(at, file), 'utf8');
      for (const [, comment = '', name = ''] of text.matchAll(/\/\*\*\n((?: \*.*\n)+?) \*\/\nexport (?:const|function) (\w+)/g)) {
        found.set(name, documented(comment.replaceAll(/^ \* ?/gm, '')));
      }
    }
  }
  return found;
}

function documented(comment: string): Documented {
  const [prose = '', ...tags] = comment.split(/\n@/);
  const flat = (paragraph: string): string => paragraph.replaceAll(/\s*\n\s*/g, ' ').trim();
  const tagged = (tag: string): string[] => tags.flatMap((text) => (text.startsWith(`${tag} `) ? [flat(text.slice(tag.length + 1))] : []));
  const [about = '', ...rest] = prose.split('\n\n').map(flat);
  const details = [
    ...rest,
    ...['param', 'returns'].flatMap((tag) => tagged(tag).map((text) => text.replace(/^options - /, 'Options: '))),
    ...tagged('throws').map((text) => `Throws ${text}`),
  ];
  return {
    about,
    details: details.filter((text) => text !== '').join('\n\n'),
    choose: tagged('remarks').join(' '),
    rivals: tagged('see').flatMap((text) => [...text.matchAll(/\{@link (\w+)\}/g)].map(([, name = '']) => name)),
  };
}
