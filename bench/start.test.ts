/** What the library adds to a bundle. How long it takes to start is for `npm run bench:start` to tell, never for a test to judge. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rolldown } from 'rolldown';
import * as thalweg from 'thalweg';
import { sizeOf } from './size.ts';

const entry = join(import.meta.dirname, '../packages/thalweg/dist/index.js');
const built = existsSync(entry);
const inCI = (process.env['CI'] ?? '') !== '';
const skip = built || inCI ? false : 'the library is not built: npm run build';

/** Which definitions of optimizers and transforms a bundle holds, by the name in each. */
function definitionsIn(code: string): string[] {
  const names = Object.values(thalweg).flatMap((one) => (typeof one === 'function' && 'definition' in one ? [one.definition.name] : []));
  return names.filter((name) => new RegExp(`name:["'\`]${name}["'\`]`).test(code));
}

test('the whole library is below 87 kB as servers compress it, by Brotli, and nothing of it comes unasked', { skip }, async () => {
  const whole = await sizeOf('*');
  assert.ok(whole.code.includes('parentPort'), 'the script of the threads is in it, as text');
  assert.ok(whole.brotli < 87_000, `${String(whole.brotli)} bytes`);
  assert.ok(definitionsIn(whole.code).length > 40);
  const empty = await sizeOf('{}');
  assert.equal(empty.code.trim(), '');
});

test('a bundle of one optimizer holds the equations of no other', { skip }, async () => {
  const alone = await sizeOf('{ adamw }');
  assert.deepEqual(definitionsIn(alone.code), ['adamw']);
  assert.ok(alone.brotli < 67_000, `${String(alone.brotli)} bytes`);
  for (const word of ['lbfgs', 'minimize', 'reduceOnPlateau', 'learningRateRange']) assert.ok(!alone.code.includes(word), word);
});

test('an optimizer of TF.js adds less than 10.5 kB to the same optimizer without', { skip }, async () => {
  const [alone, there] = [await sizeOf('{ adamw }'), await sizeOf('*', join(import.meta.dirname, 'programs/one-in-tfjs.ts'))];
  assert.deepEqual(definitionsIn(there.code), ['adamw']);
  assert.ok(there.brotli < alone.brotli + 10_500, `${String(there.brotli)} bytes, and ${String(alone.brotli)} without`);
});

test('who trains in TF.js on a GPU loads less than 29 kB, and no kernels and no files', { skip }, async () => {
  const { first, code } = await sizeOf('*', join(import.meta.dirname, 'programs/one-in-tfjs-ops.ts'));
  assert.deepEqual(definitionsIn(first.code), ['adamw']);
  assert.ok(first.brotli < 29_000, `${String(first.brotli)} bytes`);
  for (const word of ['parentPort', 'safetensors']) assert.ok(!first.code.includes(word) && code.includes(word), word);
});

test('an optimizer of thalweg/small is below 25 kB with everything behind it, and nothing of the runtime is in it', { skip }, async () => {
  const whole = await sizeOf('*', join(import.meta.dirname, 'programs/one-small.ts'));
  assert.deepEqual(definitionsIn(whole.code), ['adamw']);
  assert.ok(whole.brotli < 25_000, `${String(whole.brotli)} bytes`);
  assert.equal(whole.first.code, whole.code, 'an edge function may be one file');
  for (const word of ['WebAssembly', 'SharedArrayBuffer', 'safetensors', 'Worker(', 'import(']) assert.ok(!whole.code.includes(word), word);
});

test('the published thalweg/small steps as its source does, and says what it leaves out', { skip }, async () => {
  const published = (await import(join(import.meta.dirname, '../packages/thalweg/dist/small.js'))) as typeof import('thalweg/small');
  const steps = (library: typeof published): unknown => {
    const { adamw, chain, clipByGlobalNorm, cosine, init, muon, groups, tensor } = library;
    const method = chain(
      clipByGlobalNorm(1),
      groups([
        { match: { rank: 2 }, use: muon() },
        { match: library.otherwise, use: adamw({ lr: cosine({ peak: 0.1, total: 20 }) }) },
      ]),
    );
    const opt = init(method, { W: tensor([3, 2], { values: Float32Array.of(1, 2, 3, 4, 5, 6) }), b: Float32Array.of(0.5) });
    for (let t = 1; t <= 20; t++) opt.step({ W: opt.params.W.map((x) => x - t), b: Float32Array.of(1 / t) });
    return opt.save();
  };
  assert.deepEqual(steps(published), steps(await import('thalweg/small')));
  const method = published.adamw();
  await assert.rejects(method.init({ w: Float32Array.of(1) }), /adamw: in thalweg\/small, call init\(method, parameters\)/);
  assert.throws(() => method.latex(), /thalweg\/small prints no LaTeX/);
  assert.throws(() => published.optimizer({ name: 'mine', hyper: {}, equations: 'w ← w − (g' })(), /mine, line 1, column \d+: expected \)/);
  // Methods of the whole library are methods here, and the other way round.
  assert.equal(published.init(thalweg.sgd({ lr: 1 }), { w: Float32Array.of(1) }).step({ w: Float32Array.of(1) }), 'stepped');
});

test('to emit a method for one target loads less than 45 kB, and no other target and no runtime', { skip }, async () => {
  const { first } = await sizeOf('*', join(import.meta.dirname, 'programs/one-emitted.ts'));
  assert.deepEqual(definitionsIn(first.code), ['adamw']);
  assert.ok(first.brotli < 45_000, `${String(first.brotli)} bytes`);
  assert.ok(first.code.includes('torch.where'));
  for (const word of ['jnp.where', 'jnp.zeros', 'np.zeros', 'workgroup_size', 'static inline', 'restrict', 'safetensors', 'i32x4'])
    assert.ok(!first.code.includes(word), word);
});

test('who traces one optimizer in jax-js loads less than 27 kB, and no kernels and no files', { skip }, async () => {
  const { first, code } = await sizeOf('*', join(import.meta.dirname, 'programs/one-in-jax.ts'));
  assert.deepEqual(definitionsIn(first.code), ['adamw']);
  assert.ok(first.brotli < 27_000, `${String(first.brotli)} bytes`);
  for (const word of ['parentPort', 'safetensors']) assert.ok(!first.code.includes(word) && code.includes(word), word);
});

test('a definition carries no runtime: to make a method and print its LaTeX, a page loads less than 12 kB', { skip }, async () => {
  const { first, code } = await sizeOf('{ adamw }');
  assert.ok(first.brotli < 12_000, `${String(first.brotli)} bytes`);
  assert.ok(first.code.length < code.length / 4);
  for (const word of ['WebAssembly', 'SharedArrayBuffer', 'safetensors'])
    assert.ok(!first.code.includes(word) && code.includes(word), word);
  const chained = await sizeOf('{ adamw, chain, clipByGlobalNorm }');
  assert.ok(chained.first.brotli < 12_500, `${String(chained.first.brotli)} bytes with a chain`);
});

test(
  'a bundle that is split loads the runtime when init is first called, and an error from it names the line that called',
  { skip },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-split-'));
    try {
      const page = `
import { adamw } from 'thalweg';
const fit = (options) => adamw({ lr: 0.5, weightDecay: 0 }).init({ w: Float32Array.of(1) }, options);
const [first, second] = await Promise.all([fit(), fit()]);
for (const opt of [first, second, await fit()]) console.log(opt.step({ w: Float32Array.of(3) }), opt.params.w[0]);
void fit({ thread: 2 });`;
      writeFileSync(join(folder, 'page.js'), page);
      const bundle = await rolldown({ input: join(folder, 'page.js'), resolve: { alias: { thalweg: entry } } });
      const { output } = await bundle.write({ dir: join(folder, 'out'), chunkFileNames: '[name].js' });
      await bundle.close();
      assert.ok(output.length > 1);
      const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'out/page.js')], { encoding: 'utf8' });
      assert.equal(stdout, 'stepped 0.5\n'.repeat(3));
      assert.match(stderr, /OptionError: adamw: thread is not an option[^]*\/out\/page\.js:/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('a smoke run of the benchmark fills every row', { skip }, () => {
  const text = execFileSync(process.execPath, [join(import.meta.dirname, 'start.ts'), '--smoke'], { encoding: 'utf8' });
  assert.equal([...text.matchAll(/^\| (?:adamw|lamb|clip, adamw|muon and adamw) \|(?: [\d.,]+ \([^)]*\) \|){8}$/gm)].length, 4);
  assert.equal(
    [...text.matchAll(/^\| (?:adam|adamw|sgd|lbfgs|none: the function alone) \|(?: [\d.,]+ \([^)]*\) \|){2} \d+\.\d\d \|$/gm)].length,
    5,
  );
  assert.doesNotMatch(text, /NaN/);
});
