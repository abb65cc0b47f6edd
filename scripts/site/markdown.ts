/**
 * A page of Markdown as markup for the site: headings that can be linked to, tables, code and pictures that scroll where they are wider than a phone, formulas typeset, links and pictures led to
 * where the site has them. Knows Markdown; knows no page.
 */
import MarkdownIt, { type Token } from 'markdown-it';
import { escape } from './escape.ts';

/** A page of Markdown, read. */
export interface Written {
  readonly title: string;
  /** Its first paragraph, as text. */
  readonly description: string;
  readonly markup: string;
}

/** Where links and pictures lead. */
export interface Ways {
  /** The address of what a link of the page means. */
  readonly link: (href: string) => string;
  /** The address of a picture of the page. */
  readonly picture: (src: string) => string;
  /** A formula as markup. */
  readonly typeset: (tex: string) => string;
}

const reader = new MarkdownIt({ html: true });

/** Reads a page. */
export function read(text: string, ways: Ways): Written {
  const formulas: string[] = [];
  const lifted = text
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/^\$\$\n([\s\S]*?)\n\$\$$/gm, (_, tex: string) => `<div class="tex">${String(formulas.push(tex) - 1)}</div>`);
  const env = {};
  const tokens = reader.parse(lifted, env);
  const ids = new Set<string>();
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open') token.attrSet('id', unique(slug(plain(tokens[i + 1])), ids));
    for (const child of token.children ?? []) lead(child, ways);
  });
  const heading = tokens.findIndex(({ type, tag }) => type === 'heading_open' && tag === 'h1');
  const paragraph = tokens.findIndex(({ type }, i) => i > heading && type === 'paragraph_open');
  const markup = reader.renderer
    .render(tokens, reader.options, env)
    .replaceAll(
      /<table>[\s\S]*?<\/table>/g,
      (table) =>
        `<div class="scroll" tabindex="0" role="group" aria-label="Table">${isRead(table) ? table.replace('<table>', '<table class="read">') : table}</div>`,
    ) // prettier-ignore
    .replaceAll(
      /<p>(<img [^>]*alt="([^"]*)"[^>]*>)<\/p>/g,
      (_, image: string, alt: string) => `<div class="scroll picture" tabindex="0" role="group" aria-label="${alt}">${image}</div>`,
    ) // prettier-ignore
    .replaceAll(/<td([^>]*)>(?=[^<]{1,14}<\/td>)/g, '<td class="short"$1>')
    .replaceAll(/<th([^>]*)><\/th>/g, '<td class="short"$1></td>')
    .replaceAll('<pre>', '<pre tabindex="0">')
    .replaceAll(
      /<div class="tex">(\d+)<\/div>/g,
      (_, i) => `<div class="formula" tabindex="0" role="math" aria-label="formula">${ways.typeset(formulas[Number(i)] ?? '')}</div>`,
    );
  return { title: plain(tokens[heading + 1]), description: shortened(plain(tokens[paragraph + 1])), markup };
}

/** Whether the last cells of a table are sentences, which have a line of their own on a phone. */
function isRead(table: string): boolean {
  const rows = table.split('</tr>').flatMap((row) => /<td[^>]*>((?:(?!<td)[\s\S])*)<\/td>\s*$/.exec(row)?.[1] ?? []);
  return rows.reduce((sum, cell) => sum + cell.replaceAll(/<[^>]*>/g, '').length, 0) > 60 * rows.length;
}

function lead(token: Token, { link, picture }: Ways): void {
  const href = token.type === 'link_open' ? token.attrGet('href') : null;
  if (href !== null) token.attrSet('href', link(href));
  const src = token.type === 'image' ? token.attrGet('src') : null;
  if (src !== null) token.attrSet('src', picture(src));
}

function plain(token: Token | undefined): string {
  return (token?.children ?? []).map(({ type, content }) => (type === 'softbreak' ? ' ' : content)).join('');
}

/** The id that GitHub gives a heading. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

function unique(id: string, ids: Set<string>): string {
  let found = id;
  for (let i = 1; ids.has(found); i++) found = `${id}-${String(i)}`;
  ids.add(found);
  return found;
}

/** Whole sentences of a text, about as many as a searcher shows. */
export function shortened(text: string, most = 180): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  const end = cut.lastIndexOf('. ');
  return end > 60 ? cut.slice(0, end + 1) : `${cut.slice(0, cut.lastIndexOf(' '))} …`;
}

/** A list of links. */
export function links(items: readonly { readonly href: string; readonly name: string; readonly about: string }[]): string {
  const rows = items.map(
    ({ href, name, about }) => `<li><a href="${escape(href)}"><b>${escape(name)}</b><span>${escape(about)}</span></a></li>`,
  );
  return `<ul class="list">${rows.join('')}</ul>`;
}
