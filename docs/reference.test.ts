/** The reference says what the code says: words, equations, rows and pages are those of now. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { format, resolveConfig } from 'prettier';
import stringWidth from 'string-width';
import { sparse } from 'thalweg';
import { entries, renderEntry, renderPage } from '@thalweg/compare';
import { adviceOn, advised } from '../packages/compare/src/reference/options.ts';
import { factories, read, sources, table, transforms } from '../conformance/table.ts';
import { lists } from '../scripts/reference/listed.ts';
import { documentation } from '../scripts/reference/documentation.ts';
import { papersFile, papersText } from '../scripts/reference/papers.ts';

const again = 'run npm run reference (-- NAME … is faster, where others are as they were)';
const folder = `${import.meta.dirname}/reference`;

test('every optimizer and transform has an entry, a page, and an optimizer a picture', () => {
  const names = [...factories.keys(), ...Object.keys(transforms)].sort();
  assert.deepEqual(
    entries()
      .map(({ name }) => name)
      .sort(),
    names,
    again,
  );
  const pages = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
  assert.deepEqual(pages.sort(), names.map((name) => `${name}.md`).sort(), again);
  for (const name of factories.keys()) assert.ok(existsSync(`${folder}/${name}.svg`), name);
});

test('papers that emitted sources cite are those of the rows', async () => {
  assert.equal(readFileSync(`${import.meta.dirname}/../${papersFile}`, 'utf8'), await papersText(), again);
});

test('words, equations and rows are those of the code', async () => {
  const words = documentation();
  for (const entry of entries()) {
    const { name, note } = entry;
    assert.equal(note.about, words.get(name)?.about, `${name}: ${again}`);
    assert.equal(note.details, words.get(name)?.details, `${name}: ${again}`);
    assert.equal(note.choose, words.get(name)?.choose, `${name}: ${again}`);
    assert.deepEqual(note.rivals, words.get(name)?.rivals, `${name}: ${again}`);
    assert.deepEqual(note.source, sources[name], `${name}: ${again}`);
    const file = `${folder}/${name}.md`;
    const page = await format(renderPage(entry), { ...(await resolveConfig(file)), filepath: file });
    assert.equal(readFileSync(file, 'utf8'), page, `${name}: ${again}`);
    const rows = table.cases.filter(({ ours, before = [], after = [] }) => [ours, ...before, ...after].some(([one]) => one === name));
    assert.deepEqual(
      note.agreement.map(({ row }) => row),
      rows.map(({ id }) => id),
      `${name}: ${again}`,
    );
  }
});

test('rivals are entries, and every option is described', () => {
  const names = entries().map(({ name }) => name);
  const used = new Set<string>();
  for (const { name, hyper, choices, note } of entries()) {
    for (const rival of note.rivals) assert.ok(names.includes(rival) && rival !== name, `${name} names ${rival}`);
    for (const option of [...hyper.map((row) => row.option), ...choices.map(([word]) => word)]) {
      used.add(option).add(`${name}.${option}`);
      assert.ok(
        adviceOn(name, option) !== undefined,
        `packages/compare/src/reference/options.ts does not describe '${option}' or '${name}.${option}'`,
      );
    }
  }
  for (const key of advised) assert.ok(used.has(key), `there is not an option ${key}`);
});

test('an entry fits a terminal and tells the whole', () => {
  const adamw = entries().find(({ name }) => name === 'adamw');
  assert.ok(adamw !== undefined);
  const text = renderEntry(adamw, 80);
  for (const part of [
    'w ← w − η·(m̂ / (√v̂ + ε) + λ·w)',
    'weightDecay  λ   0.01   [0, ∞)',
    'arXiv:1711.05101',
    'm: one number a parameter',
    'torch.optim.AdamW',
  ])
    assert.ok(text.includes(part), part);
});

test('no line of any entry is wider than the terminal', () => {
  for (const width of [120, 80, 50]) {
    for (const entry of entries()) {
      for (const line of renderEntry(entry, width).split('\n')) assert.ok(stringWidth(line) <= width, `${entry.name}, ${width}: ${line}`);
    }
  }
});

test('each convention of docs/compat.md names rows that hold it, and no row of another library is missing there', () => {
  const [conventions = ''] = readFileSync(`${import.meta.dirname}/compat.md`, 'utf8').split('\n## ');
  const lines = conventions.split('\n').filter((line) => line.startsWith('| `'));
  const named = lines.flatMap((line) => line.split('|').at(-2)!.split(',').map((id) => id.trim())); // prettier-ignore
  const ids = new Map(table.cases.map((row) => [row.id, row]));
  assert.ok(lines.length >= 12 && named.length > 2 * lines.length);
  for (const id of named) assert.ok(ids.has(id), `there is no row ${id}`);
  for (const library of ['torch', 'optax', 'keras', 'tfjs', 'paper']) {
    const rows = table.cases.filter(({ ours: [, options] }) => options['compat'] === library);
    for (const [optimizer] of new Set(rows.map(({ ours }) => ours)))
      assert.ok(named.some((id) => ids.get(id)?.ours[0] === optimizer && [library, undefined].includes(ids.get(id)?.ours[1]['compat'] as string | undefined)), `${optimizer}, ${library}`); // prettier-ignore
  }
});

test('docs/compat.md tells of every optimizer that the other libraries have', () => {
  const { versions, ...libraries } = read('traces/names.json') as Readonly<Record<string, readonly string[]>>;
  assert.ok(versions !== undefined);
  const [, ...sections] = readFileSync(`${import.meta.dirname}/compat.md`, 'utf8').split(/^\| `(?=[a-z.]+` +\| here)/m);
  for (const [library, names] of Object.entries(libraries)) {
    const [section = ''] = (sections.find((text) => text.startsWith(`${library}\``)) ?? '').split('\n\n');
    const listed = [...section.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
    assert.deepEqual(listed.toSorted(), names.toSorted(), library);
  }
});

test('the lists and counts in the READMEs are those of the exports and the rows', async () => {
  for (const { file, marker, text } of lists) {
    const page = readFileSync(`${import.meta.dirname}/../${file}`, 'utf8');
    const [, written] = page.split(new RegExp(`<!-- /?${marker} -->`));
    assert.equal(
      written?.trim(),
      (await format(text, { parser: 'markdown', ...(await resolveConfig(import.meta.filename)) })).trim(),
      `${file}: ${again}`,
    );
  }
});

test('the reference says which optimizers take tables', async () => {
  for (const { name, note } of entries()) {
    const make = factories.get(name);
    const taken = await make?.().init({ E: sparse([4, 2]) }).then(() => true, () => false); // prettier-ignore
    assert.equal(note.tables, taken, `${name}: ${again}`);
  }
});
