/** What the table is held against: every row says of which kind its oracle is, and every optimizer where its equations come from. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLibrary } from './report-row.ts';
import { factories, sheets, sources, table, transforms } from './table.ts';

/** Rows of our own numpy that follow a library, as their kind does not show. */
const likeLibraries = new Set(['matrix muon']);

test('a row stands in the file of its optimizer, or of the first transform that is chained with it, and says what rows say', () => {
  const known = new Set(
    'id ours before after read maximize stream zeros tensors from oracle heldAgainst departs chain around tolerance float32 reason descends'.split(' '), // prettier-ignore
  );
  for (const [name, { rows }] of Object.entries(sheets)) {
    for (const row of rows) {
      const [first = row.ours] = [...(row.before ?? []), ...(row.after ?? [])];
      assert.equal(first[0], name, `${row.id} belongs into conformance/rows/${first[0]}.json`);
      assert.deepEqual(Object.keys(row).filter((key) => !known.has(key)), [], row.id); // prettier-ignore
    }
  }
});

test('every row says what it was held against, and it is what its oracle is', () => {
  for (const { id, oracle, heldAgainst } of table.cases) {
    const library = isLibrary(oracle[0]) || likeLibraries.has(`${oracle[0]} ${oracle[1]}`);
    const possible = library ? ['library'] : ['paper', 'authors'];
    assert.ok(possible.includes(heldAgainst), `${id}: heldAgainst must be ${possible.join(' or ')}, not ${heldAgainst}`);
  }
});

test('every optimizer and transform names its paper, and its authors’ program or that there is none', () => {
  const names = [...factories.keys(), ...Object.keys(transforms)].sort();
  assert.deepEqual(Object.keys(sources), names, 'each needs a file conformance/rows/NAME.json: CONTRIBUTING.md says how');
  for (const [name, { paper, authors, conventions }] of Object.entries(sources)) {
    assert.match(paper, /\d{4}/, `${name}: a paper has a year`);
    if (authors !== null) assert.match(authors, /\w[./]\w/, `${name}: a repository`);
    for (const text of conventions) assert.match(text, /^.{20,}\.$/, `${name}: a convention is a sentence`);
  }
});

test('every optimizer and transform has a row that is held against the paper or the authors, and not against a library alone', () => {
  const held = new Set(
    table.cases
      .filter(({ heldAgainst }) => heldAgainst !== 'library')
      .flatMap(({ ours, before = [], after = [] }) => [ours, ...before, ...after].map(([name]) => name)),
  );
  assert.deepEqual(Object.keys(sources).filter((name) => !held.has(name)), []); // prettier-ignore
});

test('a row held against the authors’ program is of an optimizer or transform that has one', () => {
  for (const { id, ours, before = [], after = [], heldAgainst } of table.cases) {
    if (heldAgainst !== 'authors') continue;
    const programs = [ours, ...before, ...after].filter(([name]) => sources[name]?.authors != null);
    assert.ok(programs.length > 0, `${id}: no authors’ program is named in its file of rows/`);
  }
});

test('what departs is a library, and the table in README.md says it', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8').split('\n');
  const cells = (name: string): string[] =>
    readme
      .find((line) => line.startsWith(`| ${name} `))
      ?.split('|')
      .map((text) => text.trim()) ?? [];
  for (const { id, heldAgainst, departs = '' } of table.cases) {
    assert.ok(departs === '' || heldAgainst === 'library', `${id}: only a library can depart from paper and authors`);
    assert.equal(cells(id)[3], heldAgainst, `${id}: run npm run reference`);
    assert.ok(
      cells(id)
        .at(-2)
        ?.startsWith(departs.replaceAll('*', String.raw`\*`)),
      `${id}: run npm run reference`,
    );
  }
});
