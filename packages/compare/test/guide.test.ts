/** `thalweg guide` prints each claim with its figure and verdict, runs those about data on the comparer's text, and exits accordingly. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { claims, wrongRules } from '@thalweg/guide';

const command = join(import.meta.dirname, '../bin/thalweg.ts');
const run = (...args: string[]) => promisify(execFile)(process.execPath, ['--conditions=source', command, 'guide', ...args]);

test('every claim that needs no comparison is measured', async () => {
  const { stdout } = await run('--no-compare', '--json');
  const lines = JSON.parse(stdout) as { id: string; kind: string; verdict: string; figure: string }[];
  assert.deepEqual(
    lines.map(({ id }) => id),
    claims.filter(({ kind }) => kind !== 'comparison').map(({ id }) => id),
  );
  for (const { id, kind, verdict, figure } of lines) {
    assert.match(verdict, kind === 'mathematics' ? /^holds$/ : /^(not )?reproduced$/, id);
    assert.match(figure, /\d/, id);
  }
});

test('a chapter is printed with statement, figure and verdict', async () => {
  const { stdout } = await run('--chapter', 'rmsprop');
  assert.match(stdout, /^rmsprop\n/);
  assert.match(stdout, /3\.2 η at first for β = 0\.9/);
  assert.match(stdout, /first step 3\.16 η for β = 0\.9, 31\.6 η for 0\.999/);
  assert.match(stdout, /(\d+) of \1 mathematical claims hold/);
});

test('a chapter that there is not is wrong usage', async () => {
  await assert.rejects(run('--chapter', 'adamax'), (error: { code?: number; stderr?: string }) => error.code === 2);
});

test('the rules gone wrong are printed like claims, and each holds', async () => {
  const { stdout } = await run('--wrong');
  for (const { title, statement } of wrongRules) assert.ok(stdout.includes(`${title}\n\n  ${statement}\n`), title);
  assert.match(stdout, /after 12 steps it has moved 33\.6 times as far as Adam/);
  assert.match(stdout, /8 of 8 mathematical claims hold/);
  const lines = JSON.parse((await run('--wrong', '--json')).stdout) as { id: string; verdict: string }[];
  assert.deepEqual(
    lines.map(({ id, verdict }) => [id, verdict]),
    wrongRules.map(({ id }) => [`wrong.${id}`, 'holds']),
  );
});

test('a chapter and the rules gone wrong at once is wrong usage', async () => {
  await assert.rejects(run('--wrong', '--chapter', 'adam'), (error: { code?: number }) => error.code === 2);
});
