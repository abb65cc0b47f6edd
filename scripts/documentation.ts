/** The words of the documentation comments in the library's code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The documentation of each export, from the comment that stands before it. */
export function documentation(): Map<string, { readonly about: string; readonly details: string }> {
  const found = new Map<string, { readonly about: string; readonly details: string }>();
  for (const folder of ['optimizers', 'transforms']) {
    const at = join(root, 'packages/thalweg/src', folder);
    for (const file of readdirSync(at)) {
      const text = readFileSync(join(at, file), 'utf8');
      for (const [, comment = '', name = ''] of text.matchAll(/\/\*\*\n((?: \*.*\n)+?) \*\/\nexport (?:const|function) (\w+)/g)) {
        const words = comment.replaceAll(/^ \* ?/gm, '').split(/\n@example/)[0] ?? '';
        const [about = '', ...rest] = words.split('\n\n').map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, ' ').trim());
        const details = rest.map((paragraph) =>
          paragraph
            .replaceAll(/ ?@throws /g, '\n\nThrows ')
            .replaceAll(/ ?@(param|returns) /g, '\n\n')
            .replace(/^options - /gm, 'Options: ')
            .trim(),
        );
        found.set(name, { about, details: details.join('\n\n').trim() });
      }
    }
  }
  return found;
}
