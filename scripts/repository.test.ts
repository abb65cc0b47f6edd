/** The repository holds what people write or a committed command makes, and nothing besides; what is written in it is linted. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const root = join(import.meta.dirname, '..');
const git = (...args: string[]): string[] => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);

test('no file that git ignores is in the repository', () => {
  assert.deepEqual(git('ls-files', '--cached', '--ignored', '--exclude-standard'), [], 'git rm --cached these');
});

test('the pictures of the documentation take little more than a megabyte in all, those of the study less than half of one, and no other file half of one, but for the comparer’s data', () => {
  const size = (file: string): number => statSync(join(root, file)).size;
  const pictures = git('ls-files', 'docs', 'bench').filter((file) => /\.(svg|png|jpe?g|gif|webp)$/.test(file));
  const total = (files: readonly string[]): number => files.reduce((sum, file) => sum + size(file), 0);
  const [ofStudy, others] = [true, false].map((wanted) => pictures.filter((file) => file.startsWith('docs/study/') === wanted));
  assert.ok(total(others!) < 1.3e6, `${String(total(others!))} bytes: renderCourses and renderPicture say how they are drawn with fewer`);
  assert.ok(total(ofStudy!) < 4e5, `${String(total(ofStudy!))} bytes of the study`);
  const large = git('ls-files').filter((file) => size(file) > 5e5 && !file.startsWith('packages/compare/data/'));
  assert.deepEqual(large, [], 'make these by a command, or take them from a package');
});

test('ESLint reads every file of code, Svelte components included, but for the programs of environments/', async () => {
  const eslint = new ESLint({ cwd: root });
  const code = git('ls-files', '*.ts', '*.js', '*.mjs', '*.cjs', '*.svelte').filter((file) => !file.startsWith('environments/'));
  const skipped: string[] = [];
  for (const file of code) if (await eslint.isPathIgnored(join(root, file))) skipped.push(file);
  assert.deepEqual(skipped, []);
  const rules = ((await eslint.calculateConfigForFile(join(root, 'apps/lab/src/App.svelte'))) as { rules: object }).rules;
  assert.ok('svelte/no-at-html-tags' in rules && '@typescript-eslint/no-explicit-any' in rules);
});

interface Manifest {
  readonly name?: string;
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifest = (file: string): Manifest => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;

/** Whether some text runs one of a package's commands. */
function runs(text: string, name: string): boolean {
  const { bin = {} } = manifest(`node_modules/${name}/package.json`);
  const commands = typeof bin === 'string' ? [name.replace(/^.*\//, '')] : Object.keys(bin);
  return commands.some((command) => new RegExp(`(?<![\\w@/-])${command}(?![\\w/-])`).test(text));
}

test('every dependency is imported by what declares it, run by a script, or has the types of one that is', () => {
  const code = git('ls-files', '*.ts', '*.js', '*.mjs', '*.svelte').filter((file) => !file.startsWith('environments/'));
  const texts = new Map(code.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const unused: string[] = [];
  for (const file of git('ls-files', 'package.json', '*/package.json').filter((one) => !one.startsWith('environments/'))) {
    const folder = file.slice(0, -'package.json'.length);
    const own = [...texts].filter(([path]) => path.startsWith(folder)).map(([, text]) => text).join('\n'); // prettier-ignore
    const scripts = JSON.stringify((manifest(file) as { readonly scripts?: unknown }).scripts ?? {}) + (texts.get('scripts/test.ts') ?? '');
    const imported = (name: string): boolean =>
      new RegExp(`(?:from|import|import\\(|resolve\\(|require\\(|plugins: .*)\\s*['"]${name}(?:/[^'"]*)?['"]`).test(own);
    const { dependencies = {}, devDependencies = {} } = manifest(file);
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const typed = /^@types\/(.+)$/.exec(name)?.[1];
      const used = typed === undefined ? imported(name) || runs(scripts, name) : imported(typed) || typed === 'node';
      if (!used) unused.push(`${file}: ${name}`);
    }
  }
  assert.deepEqual(unused, []);
});

test('the files that comments name are there', () => {
  const known = new Set(git('ls-files').map((file) => basename(file)));
  const stale: string[] = [];
  for (const file of git('ls-files', '*.ts', '*.svelte', '*.mjs').filter((one) =>
    /^(packages|apps|bench|conformance|scripts|docs)\//.test(one),
  )) {
    const comments = readFileSync(join(root, file), 'utf8').match(/\/\*[\s\S]*?\*\/|(?<!:)\/\/ .*/g) ?? [];
    for (const [, name = ''] of comments.join('\n').matchAll(/(?<![\w.])((?:[\w-]+\/)*[a-z][\w.-]*\.(?:ts|svelte|py|mjs))\b/g))
      if (!known.has(basename(name)) && !['file.ts', 'mine.ts', 'program.mjs'].includes(name)) stale.push(`${file}: ${name}`);
  }
  assert.deepEqual(stale, []);
});
