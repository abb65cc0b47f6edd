/**
 * `npm run site`: everything for readers in one static folder, `site/`, for any host and any path: the guide and the lab written out beforehand, the
 * reference of every optimizer, benchmarks, documentation, the API, search, and all of it without a network. `--address` says where it will stand, for
 * previews and canonical addresses; without it that is where the repository's host publishes it.
 */
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { entries } from '@thalweg/compare';
import { parseHTML } from 'linkedom';
import { asked } from './asked.ts';
import type { Section } from '../apps/lab/src/site/find.ts';
import type { Tools } from '../apps/lab/src/site/written.ts';
import { address as repository } from './address.ts';
import { buildApp } from './site/app.ts';
import { bibtex } from './site/cite.ts';
import { escape } from './site/escape.ts';
import { links, read } from './site/markdown.ts';
import { offlineWorker } from './site/offline.ts';
import { documentOf, rootOf, type Page } from './site/page.ts';
import { png } from './site/png.ts';
import { costOf, definitions, raceMarkup } from './site/reference.ts';
import { apiSections, sectionsOf } from './site/search.ts';
import { Styles } from './site/styles.ts';
import { groups, sources, target, type Source } from './site/texts.ts';

const root = join(import.meta.dirname, '..');
const values = asked('npm run site', 'builds the guide, the lab, the documentation and a search into one folder of static files', {
  out: { about: 'the folder; default: site', takes: 'FOLDER' },
  address: { about: 'the URL of the site, such as https://example.org/thalweg/; default: from package.json', takes: 'URL' },
  'without-api': { about: 'leave out the API documentation, which takes half of the time' },
});
const out = values.out ?? join(root, 'site');
const all = entries();
const source = repository();
const address = (values.address ?? source.replace(/^https:\/\/github\.com\/([^/]+)\/(.+)$/, 'https://$1.github.io/$2')).replace(
  /\/?$/,
  '/',
);
const started = performance.now();

const app = await buildApp(out);
const { writer } = app;
const styles = new Styles();
const sections: Section[] = [];

/** Writes a file of the site. */
function put(name: string, content: string | Uint8Array): void {
  const at = join(out, name);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, content);
}

/** Keeps a picture under the hash of what it shows. */
function keep(svg: string): string {
  const name = `pictures/${createHash('sha256').update(svg).digest('hex').slice(0, 12)}.svg`;
  put(name, svg);
  return name;
}

/** Writes a page, and notes what is to be found in it. */
function publish(page: Page): void {
  const whole = { ...page, body: styles.taken(page.body) };
  put(join(page.path, 'index.html'), documentOf(whole, address));
  sections.push(...sectionsOf(page.path, page.title, page.description, page.body));
}

/** Publishes a page of text. */
function publishText(path: string, title: string, description: string, content: string, preview = 'preview.png'): void {
  const body = writer.writeDocument(path.split('/')[0]!, content, rootOf(path));
  publish({ path, title, description, body, head: app.textHead, preview });
}

async function publishApp(): Promise<void> {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const evidence = JSON.parse(readFileSync(join(root, 'apps/lab/public/evidence.json'), 'utf8')) as Tools['evidence'];
  for (const { path, modules } of writer.appPages) {
    const { title, lead } = writer.heading(path);
    const body = await writer.write(path, rootOf(path), { document, keep, evidence });
    const pixels = writer.previewOf(path);
    const preview = pixels === undefined || path === '' ? 'preview.png' : `previews/${path.replace('/', '-')}.png`;
    if (pixels !== undefined) put(preview, png(pixels, 1200, 630));
    publish({ path, title, description: lead, body, head: app.appHead(modules), preview });
  }
  // A host serves it for any address, so its links begin with the site's own path.
  const base = new URL(address).pathname;
  const body = styles.taken(await writer.write('404', base, { document, keep, evidence }));
  const missing = {
    path: '',
    title: 'No such page',
    description: 'Nothing is at this address.',
    body,
    head: app.appHead([]),
    preview: 'preview.png',
  };
  put('404.html', documentOf(missing, address, base));
}

/** A page of the repository's Markdown as a page of the site. */
function readSource({ file, path, text }: Source): ReturnType<typeof read> {
  const up = rootOf(path);
  return read(text, {
    typeset: (tex) => writer.typeset(tex, true),
    link: (href) => {
      const found = target(file, href);
      if (found === undefined) return href;
      if ('file' in found) return `${source}/blob/main/${found.file}`;
      return `${found.page === path ? '' : `${up}${found.page}/`}${found.fragment === '' ? '' : `#${found.fragment}`}`;
    },
    picture: (src) => {
      if (/^[a-z]+:/i.test(src)) return src;
      return up + keep(readFileSync(join(root, dirname(file), src), 'utf8'));
    },
  });
}

async function publishTexts(): Promise<void> {
  const files = definitions();
  const about = new Map<string, string>();
  for (const one of sources) {
    const { title, description, markup } = readSource(one);
    about.set(one.path, description);
    const name = one.path.startsWith('reference/') ? one.path.slice('reference/'.length) : undefined;
    if (name === undefined) {
      publishText(one.path, title, description, markup);
      continue;
    }
    const { note } = all.find((entry) => entry.name === name)!;
    const race = await writer.raceOf(name, note.rivals, rootOf(one.path), keep);
    const preview = race === undefined ? 'preview.png' : `previews/${name}.png`;
    if (race !== undefined) put(preview, png(race.pixels, 1200, 630));
    const extra = [
      race === undefined ? '' : raceMarkup(name, race),
      costOf(name) === '' ? '' : `<h2 id="cost">What a step costs</h2>\n${costOf(name)}`,
      `<h2 id="source">Source</h2>\n<p><a href="${source}/blob/main/${files.get(name) ?? ''}">${escape(files.get(name) ?? '')}</a>, from which this page is made.</p>`,
    ].join('\n');
    publishText(one.path, title, description, markup.replace('<h2 id="equations">', `${race === undefined ? '' : raceMarkup(name, race)}\n$&`) + extra.replace(race === undefined ? '' : raceMarkup(name, race), ''), preview); // prettier-ignore
  }
  const isOptimizer = ({ note }: (typeof all)[number]): boolean => note.paths.length > 0;
  const list = (some: readonly (typeof all)[number][]): string =>
    links(some.map(({ name, note }) => ({ href: `${name}/`, name, about: firstSentence(note.about) })));
  publishText(
    'reference',
    'Reference',
    `${String(all.length)} optimizers and transforms: equations, options and when to change them, when to choose each, its race, its state, its agreement.`,
    `<h1>Reference</h1><p>Every page is made from the definition that runs: its equations, what each option does and when to change it, when to choose the method, its race against its rivals, and how far it agrees with the paper and other libraries.</p><h2 id="optimizers">Optimizers</h2>${list(all.filter(isOptimizer))}<h2 id="transforms">Transforms</h2>${list(all.filter((entry) => !isOptimizer(entry)))}`,
  );
  const grouped = Object.entries(groups).map(([heading, of]) => {
    const items = Object.values(of).map((path) => ({ href: `../${path}/`, name: titleOf(path), about: about.get(path) ?? '' }));
    return `<h2 id="${heading.toLowerCase().replaceAll(' ', '-')}">${heading}</h2>${links(items)}`;
  });
  const api = links([{ href: '../api/index.html', name: 'API', about: 'Every export of the library and the comparer.' }, { href: '../reference/', name: 'Reference', about: 'Every optimizer and transform.' }]); // prettier-ignore
  publishText('docs', 'Documentation', 'How to use the library, to compare optimizers, and what holds it to its word.', `<h1>Documentation</h1>${grouped[0] ?? ''}${api}${grouped.slice(1).join('')}`); // prettier-ignore
}

function titleOf(path: string): string {
  return sections.find((section) => section.path === path)?.title ?? path;
}

function firstSentence(text: string): string {
  const sentence = /^(.*?)[.;:]( |$)/.exec(text.replaceAll(/ \([^()]*\)/g, '').replace(/^[^:]{1,40}: /, ''))?.[1] ?? text;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`.replaceAll('`', '');
}

function publishRest(): void {
  publishText('search', 'Search', 'Search the guide, the reference, the documentation and the API.', '<h1>Search</h1><label class="hidden" for="search">What to look for</label><input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="momentum, weight decay, beta2 …"><p id="told" class="note" role="status"></p><ol id="found" class="found"></ol><noscript><p>Search runs in the browser, so it needs JavaScript; the <a href="../docs/">documentation</a> and the <a href="../reference/">reference</a> have lists of all pages.</p></noscript>'); // prettier-ignore
  publishText('cite', 'Cite this', 'How to cite Thalweg, as BibTeX.', `<h1>Cite this</h1><p>If you use Thalweg in research, please cite it. The same, for tools that read it: <a href="${source}/blob/main/CITATION.cff">CITATION.cff</a>.</p><pre tabindex="0"><code>${escape(bibtex())}</code></pre><p>An experiment is cited by its address: a link from the lab holds all that it follows from.</p>`); // prettier-ignore
}

const api = values['without-api'] ? Promise.resolve() : promisify(execFile)(join(root, 'node_modules/.bin/typedoc'), ['--logLevel', 'Warn', '--skipErrorChecking', '--out', join(out, 'api')], { cwd: root }); // prettier-ignore
await publishApp();
await publishTexts();
publishRest();
await api;
put('.nojekyll', '');
// Experiments may stand in frames of other pages.
const framed = readFileSync(join(out, '_headers'), 'utf8').replace("frame-ancestors 'none'", "frame-ancestors *; manifest-src 'self'");
put('_headers', framed.replace('Cross-Origin-Resource-Policy: same-origin', 'Cross-Origin-Resource-Policy: cross-origin'));
put('palette.css', writer.palette);
put('inline.css', styles.sheet());
put('search.json', JSON.stringify([...sections, ...apiSections(out)]));
put('site.webmanifest', JSON.stringify({ name: 'Thalweg', short_name: 'Thalweg', start_url: './', display: 'browser', icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' }] })); // prettier-ignore
put('sw.js', offlineWorker(out, app.offline));
console.log(
  `${out}: ${String(globSync('**/index.html', { cwd: out }).length)} pages in ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
