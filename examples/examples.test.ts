/** Every example runs as a user would run it and arrives where its text says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';

const expected: Readonly<Record<string, RegExp>> = {
  'embeddings.ts': /step 400: loss 0\.0[01]\d\d/,
  'function.ts': /adam\s+\d+ steps {2}w = \[0\.99999\d, 0\.99999\d\]/,
  'jax-js.ts': /step 200: loss 0\.0[01]\d\d/,
  'model.ts': /y = 3\.00·x − 0\.50/,
  'own-optimizer.ts': /w &\\leftarrow w - \\frac[\s\S]*adam: loss \d\.\de-1\d/,
  'tfjs-head.ts': /Adam of TF\.js, lr 0\.1: test error [23]\d\.\d %[\s\S]*AdamW, lr 0\.3: test error (?:2\d|3[0-4])\.\d %/,
};

/** Smaller settings, where the whole takes longer than a test may. */
const settings: Readonly<Record<string, readonly string[]>> = { 'tfjs-head.ts': ['--small'] };

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

test('every example has an expectation', () => {
  assert.deepEqual(files.toSorted(), Object.keys(expected));
});

for (const file of files) {
  test(`examples/${file} runs`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...process.execArgv.filter((flag) => flag.startsWith('--conditions')),
      `${folder}/${file}`,
      ...(settings[file] ?? []),
    ]);
    assert.match(stdout, expected[file] ?? /$^/);
  });
}
