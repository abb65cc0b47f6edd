/** What the library adds to a bundle. How long it takes to start is for `npm run bench:start` to tell, never for a test to judge. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as thalweg from 'thalweg';
import { sizeOf } from './size.ts';

const built = existsSync(join(import.meta.dirname, '../packages/thalweg/dist/index.js'));
const inCI = (process.env['CI'] ?? '') !== '';
const skip = built || inCI ? false : 'the library is not built: npm run build';

/** Which definitions of optimizers and transforms a bundle holds, by the name in each. */
function definitionsIn(code: string): string[] {
  const names = Object.values(thalweg).flatMap((one) => (typeof one === 'function' && 'definition' in one ? [one.definition.name] : []));
  return names.filter((name) => new RegExp(`name:["'\`]${name}["'\`]`).test(code));
}

test('the whole library is below 80 kB as servers compress it, by Brotli, and nothing of it comes unasked', { skip }, async () => {
  const whole = await sizeOf('*');
  assert.ok(whole.code.includes('parentPort'), 'the script of the threads is in it, as text');
  assert.ok(whole.brotli < 80_000, `${String(whole.brotli)} bytes`);
  assert.ok(definitionsIn(whole.code).length > 40);
  const empty = await sizeOf('{}');
  assert.equal(empty.code.trim(), '');
});

test('a bundle of one optimizer holds the equations of no other', { skip }, async () => {
  const alone = await sizeOf('{ adamw }');
  assert.deepEqual(definitionsIn(alone.code), ['adamw']);
  assert.ok(alone.brotli < 61_000, `${String(alone.brotli)} bytes`);
  for (const word of ['lbfgs', 'minimize', 'reduceOnPlateau', 'learningRateRange']) assert.ok(!alone.code.includes(word), word);
});

test('a smoke run of the benchmark fills every row', { skip }, () => {
  const text = execFileSync(process.execPath, [join(import.meta.dirname, 'start.ts'), '--smoke'], { encoding: 'utf8' });
  assert.equal([...text.matchAll(/^\| (?:adamw|lamb|clip, adamw|muon and adamw) \|(?: \d+\.\d \([^)]*\) \|){8}$/gm)].length, 4);
  assert.doesNotMatch(text, /NaN/);
});
