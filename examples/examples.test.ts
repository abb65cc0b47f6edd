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
};

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
    ]);
    assert.match(stdout, expected[file] ?? /$^/);
  });
}
