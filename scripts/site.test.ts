/** The parts of the site that need no build: Markdown, styles, search, citation, previews. */
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { test } from 'node:test';
import { finder, snippet } from '../apps/lab/src/site/find.ts';
import { wrongRules } from '@thalweg/guide';
import { wrongIn } from '../apps/lab/src/guide/wrong.ts';
import { bibtex } from './site/cite.ts';
import { read } from './site/markdown.ts';
import { png } from './site/png.ts';
import { sectionsOf } from './site/search.ts';
import { Styles } from './site/styles.ts';
import { sources, target } from './site/texts.ts';

const ways = { link: (href: string) => `to:${href}`, picture: (src: string) => `at:${src}`, typeset: (tex: string) => `<i>${tex}</i>` };

test('Markdown: links, pictures, ids, formulas, tables and what stands in a head', () => {
  const text =
    '# A title with `code`\n\nWhat *it* is. More.\n\n<!-- hidden -->\n\n## The same\n\n[x](a.md) ![p](b.svg)\n\n## The same\n\n$$\na < b\n$$\n\n| n | m |\n| - | --: |\n| 1 | 0.57 to 0.68 |\n';
  const { title, description, markup } = read(text, ways);
  assert.equal(title, 'A title with code');
  assert.equal(description, 'What it is. More.');
  for (const part of [
    'href="to:a.md"',
    'src="at:b.svg"',
    'id="the-same"',
    'id="the-same-1"',
    '<i>a < b</i>',
    '<div class="scroll" tabindex="0"',
    '<td class="short">1</td>',
    '<td class="short" style="text-align:right">0.57 to 0.68</td>',
  ])
    assert.ok(markup.includes(part), `${part} in ${markup}`);
  assert.ok(!markup.includes('hidden'));
});

test('every link between files of the repository has a target', () => {
  assert.deepEqual(target('docs/compare.md', 'language.md#errors'), { page: 'docs/language', fragment: 'errors' });
  assert.deepEqual(target('docs/reference/adam.md', 'adamw.md'), { page: 'reference/adamw', fragment: '' });
  assert.deepEqual(target('README.md', 'examples/model.ts'), { file: 'examples/model.ts' });
  assert.equal(target('README.md', 'https://example.org'), undefined);
  assert.throws(() => target('README.md', 'docs/none.md'), /README\.md links to docs\/none\.md/);
  assert.ok(sources.length > 60);
});

test('styles become classes, the same for the same style, and nothing else is touched', () => {
  const styles = new Styles();
  const markup =
    '<a href="x?a=1&amp;style=2" style="height:1em;">t</a><svg><path style="height:1em;" class="b" d="M0 0"/></svg><p>style="no"</p>';
  const taken = styles.taken(markup);
  assert.equal(taken, '<a href="x?a=1&amp;style=2" class="y0">t</a><svg><path class="y0 b" d="M0 0"/></svg><p>style="no"</p>');
  assert.equal(styles.sheet(), '.y0{height:1em!important}\n');
  assert.equal(styles.taken('<i style="font-family:&quot;A&quot;">'), '<i class="y1">');
});

test('search: every word has to begin a word but for a slip, titles before text, names by their parts', async () => {
  const all = [
    { path: 'a', fragment: '', title: 'adamw', heading: '', text: 'Adam with weightDecay of its own.' },
    { path: 'b', fragment: 'x', title: 'Comparing', heading: 'Momentum', text: 'It adds up.' },
    { path: 'c', fragment: '', title: 'Momentum', heading: '', text: 'A ball.' },
    ...[1, 2, 3, 4, 5].map((i) => ({ path: 'd', fragment: `s${String(i)}`, title: 'Long', heading: `Part ${String(i)}`, text: 'weight' })),
  ];
  const find = await finder(all);
  const names = (query: string): string[] => find(query).map(({ section }) => section.path);
  assert.deepEqual(names('momentum'), ['c', 'b']);
  assert.deepEqual(names('decay'), ['a']);
  assert.deepEqual(names('weight decay'), ['a']);
  assert.deepEqual(names('mom up'), ['b']);
  assert.deepEqual(names('weight').sort(), ['a', 'd', 'd', 'd'], 'three sections of a page at most');
  assert.deepEqual(names('momemtum'), ['c', 'b'], 'a slip');
  assert.deepEqual(names('entum'), []);
  assert.deepEqual(names(' '), []);
  assert.deepEqual(names('(.*'), []);
  assert.deepEqual(snippet('A ball (round).', ['ball']), [
    { text: 'A ', hit: false },
    { text: 'ball', hit: true },
    { text: ' (round).', hit: false },
  ]);
});

test('sections are told apart by headings; formulas and controls are no text', () => {
  const markup =
    '<header>no</header><main><h1>T</h1><p>One <span class="katex">x²</span>two.</p><h2 id="k">K</h2><p>Three.</p><button>no</button></main>';
  assert.deepEqual(sectionsOf('p', 'T', 'About.', markup), [
    { path: 'p', title: 'T', fragment: '', heading: '', text: 'About. One two.' },
    { path: 'p', title: 'T', fragment: 'k', heading: 'K', text: 'Three.' },
  ]);
});

test('a citation has what CITATION.cff says', () => {
  const cff =
    "title: 'It''s a title'\nauthors:\n  - family-names: Doe\n    given-names: Jo\n  - name: The Others\nversion: 1.2.3\ndate-released: '2026-11-24'\nlicense: MIT\nurl: https://example.org\n";
  const text = bibtex(cff);
  for (const part of [
    'author  = {Doe, Jo and {The Others}}',
    "title   = {{It's a title}}",
    'version = {1.2.3}',
    'year    = {2026}',
    'month   = {11}',
  ])
    assert.ok(text.includes(part), text);
  assert.match(bibtex(), /^@software\{thalweg\d{4},\n[\s\S]*Thalweg[\s\S]*\n\}$/);
});

test('a PNG has its pixels', () => {
  const file = Buffer.from(png(Uint8Array.of(1, 2, 3, 4, 5, 6), 1, 2));
  const at = file.indexOf('IDAT');
  assert.deepEqual([...inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))], [0, 1, 2, 3, 0, 4, 5, 6]);
});

test('each rule that goes wrong is reached from a chapter, and each that a chapter names is there', () => {
  const named = Object.values(wrongIn).flatMap((rules) => rules.map(({ rule }) => rule));
  assert.deepEqual(named.toSorted(), wrongRules.map(({ id }) => id).toSorted());
});
