/** The published packages say where they are from, what they need and what they install; what their pages promise is so. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { address, addressed, addressFields, publishedPackages } from './address.ts';
import { checkLicences, checkReasons, installed, isAllowed, render, type Lock } from './dependencies.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Fields {
  readonly name: string;
  readonly version: string;
  readonly author?: string;
  readonly license?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly engines?: { readonly node?: string };
  readonly type?: string;
  readonly sideEffects?: boolean | readonly string[];
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files?: readonly string[];
  readonly publishConfig?: unknown;
}
const fieldsOf = (folder: string): Fields => JSON.parse(read(join(folder, 'package.json'))) as Fields;

test('there are three packages to publish', () => {
  assert.deepEqual(publishedPackages(), ['packages/compare', 'packages/guide', 'packages/thalweg']);
});

test('the address of the project is the same everywhere, and comes from one place', () => {
  const known = addressed();
  for (const [file, text] of known) assert.equal(read(file), text, `${file}: npm run address`);
  const spelt = address().replace('https://', '');
  const named = [
    '*',
    'docs/**/*.md',
    'examples/**/*.*',
    'packages/*/*.*',
    'packages/*/{src,bin}/**/*.ts',
    'scripts/**/*.ts',
    'apps/*/src/**/*.*',
  ];
  for (const file of globSync(named, { cwd: root, exclude: ['**/node_modules/**', '**/.*/**', '**/dist/**', 'docs/api/**'] })) {
    if (!statSync(join(root, file)).isFile()) continue;
    const elsewhere = known.has(file) ? read(file).replaceAll(address(), '') : read(file);
    assert.ok(!elsewhere.includes(spelt), `${file} spells the address, and npm run address does not write it there`);
  }
  assert.match(read('CITATION.cff'), new RegExp(`^url: ${address()}\nrepository-code: ${address()}$`, 'm'));
  assert.deepEqual(addressFields('packages/x', 'https://example.org/a/b'), {
    homepage: 'https://example.org/a/b/tree/main/packages/x#readme',
    bugs: { url: 'https://example.org/a/b/issues' },
    repository: { type: 'git', url: 'git+https://example.org/a/b.git', directory: 'packages/x' },
  });
});

for (const folder of publishedPackages()) {
  const fields = fieldsOf(folder);

  test(`${fields.name} says what a registry shows and npm needs`, () => {
    const { author, license, keywords = [], description = '', engines, type, publishConfig } = fields;
    assert.deepEqual([author, license, type], ['The Thalweg authors', 'MIT', 'module']);
    assert.deepEqual(publishConfig, { access: 'public', provenance: true });
    assert.ok(keywords.length >= 5 && description.length > 40);
    assert.match(engines?.node ?? '', /^>=\d+$/);
    assert.equal(fields.version, fieldsOf('').version);
  });

  test(`what ${fields.name} exports from its source is published, and what it marks as having effects exists`, () => {
    const { files = [], exports = {}, sideEffects } = fields;
    for (const file of ['dist', 'src', 'LICENSE', 'README.md']) assert.ok(files.includes(file), file);
    for (const entry of Object.values(exports)) {
      if (typeof entry === 'string') continue;
      const { source = '' } = entry;
      assert.ok(existsSync(join(root, folder, source)), `${folder}: ${source}`);
    }
    const marked = typeof sideEffects === 'object' ? sideEffects : [];
    for (const pattern of marked.filter((one) => !one.startsWith('./dist/'))) {
      assert.ok(globSync(pattern, { cwd: join(root, folder) }).length > 0, pattern);
    }
  });

  test(`the links of the page of ${fields.name} are whole addresses, and lead to files that exist`, () => {
    const targets = [...read(join(folder, 'README.md')).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    assert.ok(targets.length > 3);
    for (const target of targets) {
      assert.ok(target.startsWith(address()), target);
      const path = /\/(?:blob|tree)\/main\/([^#]+)/.exec(target)?.[1] ?? 'README.md';
      assert.ok(existsSync(join(root, path)), target);
    }
  });
}

test("the examples of the library's page print what stands beside them", async () => {
  const blocks = [...read('packages/thalweg/README.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  assert.equal(blocks.length, 3);
  for (const [i, code] of blocks.entries()) {
    const file = join(import.meta.dirname, `.page-${String(i)}.ts`);
    writeFileSync(file, code);
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', file]);
      const told = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text);
      assert.ok(told.length > 0);
      assert.deepEqual(stdout.trimEnd().split('\n'), told);
    } finally {
      rmSync(file);
    }
  }
});

test('every page says which TypeScript is needed, and npm refuses an earlier one', () => {
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(read('packages/thalweg/package.json')) as {
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional: boolean }>;
  };
  assert.equal(peerDependencies['typescript'], '>=5.7.0');
  // A framework is its user's, and nobody who does without it is to install it.
  assert.deepEqual(Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true), []); // prettier-ignore
  for (const page of ['README.md', ...publishedPackages().map((folder) => join(folder, 'README.md'))]) {
    assert.ok(read(page).replaceAll('**', '').includes('TypeScript 5.7'), page);
  }
});

test("the sizes that the library's page states are the limits that a test holds", () => {
  const limits = [...read('bench/start.test.ts').matchAll(/brotli < (\d+)_000/g)].map(([, kilobytes = '']) => `${kilobytes} kB`);
  assert.equal(limits.length, 7);
  for (const limit of limits) assert.ok(read('packages/thalweg/README.md').includes(limit), limit);
});

test('docs/dependencies.md is as it would be written now', () => {
  // Columns are padded by the formatter.
  const plain = (text: string): string => text.replaceAll(/[ -]*\|[ :-]*/g, '|').replaceAll(/\|[|\n]*/g, '|');
  const page = read('docs/dependencies.md');
  const written = page.slice(page.indexOf('## '), page.indexOf('<!-- /dependencies -->')).trim();
  assert.equal(plain(written), plain(render()), 'npm run dependencies');
});

test('a dependency without a reason, a reason without a dependency and a licence off the list are refused', () => {
  checkReasons({ a: ['x'] }, { a: { x: 'why' } });
  assert.throws(() => checkReasons({ a: ['x', 'y'] }, { a: { x: 'why' } }), /a depends on y, for which there is no reason/);
  assert.throws(() => checkReasons({ a: [] }, { a: { x: 'why' } }), /there is a reason for x, on which a does not depend/);
  assert.throws(() => checkReasons({}, { b: { x: 'why' } }), /x, on which b does not depend/);

  const lock: Lock = {
    'packages/a': {
      dependencies: { x: '1', b: '1' },
      peerDependencies: { p: '1', q: '1' },
      peerDependenciesMeta: { q: { optional: true } },
    },
    'node_modules/b': { link: true, resolved: 'packages/b' },
    'packages/b': { license: 'MIT' },
    'node_modules/x': { license: 'MIT', dependencies: { y: '2' } },
    'node_modules/x/node_modules/y': { license: 'GPL-3.0', dependencies: { x: '1' } },
    'node_modules/y': { license: 'ISC' },
    'node_modules/p': { license: '(GPL-2.0 OR MIT)', optionalDependencies: { absent: '1', o: '1' } },
    'node_modules/o': {},
    'node_modules/q': { license: 'GPL-3.0' },
  };
  const all = ['node_modules/o', 'node_modules/p', 'node_modules/x', 'node_modules/x/node_modules/y', 'packages/a', 'packages/b'];
  assert.deepEqual(installed(lock, 'packages/a'), all);
  checkLicences(lock, ['node_modules/x', 'node_modules/p', 'node_modules/y']);
  assert.throws(() => checkLicences(lock, all), /node_modules\/o \(none\), node_modules\/x\/node_modules\/y \(GPL-3\.0\)/);
  assert.ok(isAllowed('MIT AND ISC') && !isAllowed('MIT AND GPL-3.0') && !isAllowed('UNLICENSED'));
});
