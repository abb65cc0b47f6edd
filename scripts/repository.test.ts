/** The repository holds what people write or a committed command makes, and nothing besides; what is written in it is linted. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const root = join(import.meta.dirname, '..');
const git = (...args: string[]): string[] => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);

test('no file that git ignores is in the repository', () => {
  assert.deepEqual(git('ls-files', '--cached', '--ignored', '--exclude-standard'), [], 'git rm --cached these');
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
