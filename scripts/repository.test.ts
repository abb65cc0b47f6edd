/** The repository holds what people write or a committed command makes, and nothing besides; what is written in it is linted. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const root = join(import.meta.dirname, '..');
const git = (...args: string[]): string[] => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);

test('no file that git ignores is in the repository', () => {
  assert.deepEqual(git('ls-files', '--cached', '--ignored', '--exclude-standard'), [], 'git rm --cached these');
});

test('the pictures of the documentation take little more than a megabyte in all, and no other file half of one, but for the comparer’s data', () => {
  const size = (file: string): number => statSync(join(root, file)).size;
  const pictures = git('ls-files', 'docs', 'bench').filter((file) => /\.(svg|png|jpe?g|gif|webp)$/.test(file));
  const all = pictures.reduce((sum, file) => sum + size(file), 0);
  assert.ok(all < 1.3e6, `${String(all)} bytes: renderCourses and renderPicture say how they are drawn with fewer`);
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
