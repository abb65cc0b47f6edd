/** The benchmark of the queue works, and the documentation says what was kept of it. Its figures are for the benchmark to tell. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withoutRedis } from '../packages/compare/test/support/redis.ts';

test('a smoke run of the benchmark of the queue fills every row', { skip: withoutRedis }, () => {
  const text = execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'queue.ts'), '--smoke'], {
    encoding: 'utf8',
  });
  assert.match(text, /^\| none: a thread of this process \| [\d.]+ \| – \| – \| – \|\n\| 1 \| [\d.]+ \| [\d.]+ \| [\d.]+ \| [\d.]+ \|$/m);
  assert.match(text, /slowed down if a run takes less than [\d.]+ s/);
});

test('the documentation says what the kept table says', () => {
  const kept = readFileSync(join(import.meta.dirname, 'queue.md'), 'utf8').replaceAll(/\s+/g, ' ');
  const told = /<!-- queue -->([^]*?)<!-- \/queue -->/.exec(readFileSync(join(import.meta.dirname, '../docs/compare.md'), 'utf8'))?.[1];
  assert.ok(
    kept.includes(
      (told ?? assert.fail())
        .replaceAll(/\s+/g, ' ')
        .replace(/ \(\[measurements\].*$/, '')
        .trim(),
    ),
  );
});
