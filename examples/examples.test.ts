/** Every example runs as a user would run it, and prints the results that its first lines state. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';

const expected: Readonly<Record<string, RegExp>> = {
  'autodiff.ts': /step 200: loss \d\.\de-(?:9|1\d)/,
  'backpropagation.ts': /step 600: loss 0\.(?:0|1)\d\d\ntest error (?:\d|10)\.\d %/,
  'curve-fit.ts': /a = 238\.942\d .*b = 5\.5015\de-4 [\s\S]*sum of squares 0\.12455139/,
  'embeddings.ts': /step 400: loss 0\.0[01]\d\d/,
  'flashcards.ts': /default parameters: log loss 0\.44\d\d[\s\S]*fitted in 150 steps: log loss 0\.42\d\d[\s\S]*own: log loss 0\.42\d\d/,
  'function.ts': /adam\s+\d+ steps {2}w = \[0\.99999\d, 0\.99999\d\]/,
  'jax-js.ts': /step 200: loss 0\.0[01]\d\d/,
  'jax-transformer.ts': /Muon for the matrices(?: +\d\.\d\d){9} +2\.[45]\d\n/,
  'model.ts': /y = 3\.00·x − 0\.50/,
  'own-optimizer.ts': /w &\\leftarrow w - \\frac[\s\S]*adam: loss \d\.\de-1\d/,
  'pyodide.ts': /step 400: loss \d\.\de-\d\d\ny = 2\.000, 1\.500, -0\.500/,
  'resume.ts': /resumes at step 100, [\s\S]*bit-identical to an uninterrupted run: true/,
  'text-head.ts':
    /embeddings of size 32, lr 0\.\d+: test error (?:5\d|6[0-4])\.\d %[\s\S]*bags of words, lr 0\.\d+: test error (?:6[5-9]|7\d)\.\d %/,
  'tfjs-head.ts': /Adam of TF\.js, lr 0\.1: test error [23]\d\.\d %[\s\S]*AdamW, lr 0\.3: test error (?:2\d|3[0-4])\.\d %/,
};

/** Smaller settings for examples that would take too long in a test. */
const settings: Readonly<Record<string, readonly string[]>> = {
  'jax-transformer.ts': ['--small'],
  'text-head.ts': ['--small'],
  'tfjs-head.ts': ['--small'],
};

/** Examples that run in a page; they have tests of their own. */
const inPages = ['webgpu.ts'];

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !inPages.includes(file));

test('every example has an expectation', () => {
  assert.deepEqual(files.toSorted(), Object.keys(expected));
});

test('every example is shorter than 120 lines, and its first lines state a measured result', () => {
  for (const file of [...files, ...inPages]) {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const lines = text.trimEnd().split('\n').length;
    assert.ok(lines < 120, `${file} has ${String(lines)}`);
    assert.match(text.slice(0, text.indexOf('*/')), /^\/\*\*\n[^]*\bMeasured\b[^]*\d/, file);
  }
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
