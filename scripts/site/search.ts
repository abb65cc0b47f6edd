/** What the search of the site looks through: the sections of its pages, from the pages themselves. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import type { Section } from '../../apps/lab/src/site/find.ts';

/** Characters of a section that are kept. */
const most = 1500;

/** The sections of a page, from its markup: each begins with a heading that has an id. */
export function sectionsOf(path: string, title: string, description: string, markup: string): Section[] {
  const { document } = parseHTML(`<!doctype html><html><body>${markup}</body></html>`);
  const main = document.querySelector('main');
  if (main === null) return [];
  for (const noise of main.querySelectorAll('.katex, svg, script, button, [role=application], input')) noise.remove();
  const sections: { fragment: string; heading: string; text: string }[] = [{ fragment: '', heading: '', text: '' }];
  const walk = (node: Node): void => {
    for (const child of node.childNodes) {
      const name = child.nodeName.toLowerCase();
      if (/^h[23]$/.test(name)) {
        const fragment = (child as Element).getAttribute('id') ?? '';
        sections.push({ fragment, heading: (child.textContent ?? '').trim(), text: '' });
      } else if (name === 'h1') continue;
      else if (name === '#text') sections.at(-1)!.text += child.textContent ?? '';
      else {
        walk(child);
        sections.at(-1)!.text += ' ';
      }
    }
  };
  walk(main);
  return sections
    .map(({ text, ...rest }) => ({ path, title, ...rest, text: text.replaceAll(/\s+/g, ' ').trim().slice(0, most) }))
    .filter(({ text, heading }) => text !== '' || heading !== '')
    .map((section, i) =>
      i === 0 && !section.text.includes(description) ? { ...section, text: `${description} ${section.text}`.trim() } : section,
    );
}

/** The exports that the API's pages document: a section for each page. */
export function apiSections(folder: string): Section[] {
  return globSync('api/{classes,enums,functions,interfaces,types,variables}/*.html', { cwd: folder }).map((path) => {
    const { document } = parseHTML(readFileSync(join(folder, path), 'utf8'));
    const text = document.querySelector('.tsd-comment')?.textContent.replaceAll(/\s+/g, ' ').trim() ?? '';
    const kind = path.split('/')[1]?.replace(/ses$/, 's').replace(/ies$/, 'y').replace(/s$/, '') ?? '';
    return { path, fragment: '', title: nameOf(path), heading: `API, ${kind}`, text: text.slice(0, 600) };
  });
}

function nameOf(path: string): string {
  return /([^./]+)\.html$/.exec(path)?.[1] ?? path;
}
