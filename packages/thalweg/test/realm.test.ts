/** Arrays of another realm (a test runner's sandbox, an iframe, node:vm) and objects of another copy of the package are what they are. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { adam, adamw, chain, clipByNorm, cosine, fromZero, groups, minimize, otherwise, rows, sgd, sparse, tensor, tied } from 'thalweg';
import * as here from 'thalweg';

/** What a script makes in a realm of its own. */
const foreign = (code: string): never => runInNewContext(code, { SharedArrayBuffer, WebAssembly: undefined }) as never;
const f64 = (...values: number[]): Float64Array => foreign(`Float64Array.of(${values.join()})`);
const f32 = (...values: number[]): Float32Array => foreign(`Float32Array.of(${values.join()})`);

describe('arrays of another realm', () => {
  test('they are of another realm', () => assert.ok(!(f64(1) instanceof Float64Array)));
  test('parameters, gradients and inputs', async () => {
    const opt = await here.sophia({ lr: 1 }).init({ w: f64(1, 2), m: tensor([2], { values: f64(3, 4) }), head: tied('w') });
    assert.deepEqual([...opt.params.w, ...opt.params.m], [1, 2, 3, 4]);
    opt.step({ w: f64(1, 1), head: f64(1, 0), m: f64(0, 0) }, { hessian: { w: f64(1, 1), m: f64(1, 1) } });
    assert.notEqual(opt.params.w[0], 1);
    assert.throws(() => opt.step({ w: f32(1, 1), m: f64(0, 0) }), /must be a Float64Array, not a Float32Array/);
    const scaled = await sgd({ lr: 1 }).init({ w: f32(0) }, { accumulate: 2 });
    scaled.step({ w: f32(1) });
    scaled.step({ w: f32(3) });
    assert.equal(scaled.params.w[0], -2);
  });
  test('rows, bits of half precision, and a match', async () => {
    const opt = await sgd({ lr: 1 }).init({ E: sparse([3, 1], { values: f32(0, 0, 0) }) });
    opt.step({ E: rows(foreign('[1, 2]'), f32(5, 6)) });
    opt.step({ E: rows(foreign('Uint32Array.of(0)'), f32(7)) });
    assert.deepEqual([...opt.params.E], [-7, -5, -6]);
    opt.freeze(foreign('/^E$/'));
    const half = await sgd({ lr: 1 }).init({ w: f32(0) }, { half: 'bfloat16' });
    half.step({ w: foreign('Uint16Array.of(0x3f80)') });
    assert.equal(half.params.w[0], -1);
  });
  test('files and minimize', async () => {
    const opt = await adam().init({ w: f64(1) });
    const saved = await opt.save();
    await opt.load(foreign(`Uint8Array.of(${saved.join()})`));
    const { w } = await minimize((w: Float64Array, g: Float64Array) => ((g[0] = 2 * w[0]!), w[0]! ** 2), f64(3), { optimizer: sgd({ lr: 0.25 }), steps: 40 });
    assert.ok(Math.abs(w[0]!) < 1e-9);
  });
  test('options, definitions and lists', async () => {
    const options = foreign('({ lr: 0.5 })');
    assert.equal(adam(options).hyper.get('lr'), 0.5);
    const lr = foreign('(t) => 1 / t');
    const parameters: { readonly w: Float32Array } = foreign('({ w: Float32Array.of(1) })');
    const opt = await sgd({ lr }).init(parameters, foreign('({ nonFinite: "skip" })'));
    opt.step(foreign('({ w: Float32Array.of(1) })'));
    assert.equal(opt.params.w[0], 0);
    assert.equal(here.piecewise(foreign('({ values: [1, 2], boundaries: [5] })')).at(6), 2);
  });
  test('what only says that it is one is none', async () => {
    const liar = { [Symbol.toStringTag]: 'Float32Array', length: 1, shape: [1], dtype: 'float32', buffer: new ArrayBuffer(4) };
    await assert.rejects(sgd().init({ w: liar as never }), /w must be a Float32Array, a Float64Array or tensor\(shape\), not/);
    class ForeignArray { readonly shape = [2]; readonly dtype = 'float32'; }
    await assert.rejects(sgd().init({ w: new ForeignArray() as never }), /w is a ForeignArray with a shape and a dtype, an array of another library/);
    await assert.rejects(sgd().init({ w: { shape: [2], dtype: 'float32' } as never }), /w is an object with a shape and a dtype, an array of another library/);
  });
}); // prettier-ignore

describe('two copies of the package', () => {
  test('methods, schedules, tensors, tied names and rows of the other one are taken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-copy-'));
    try {
      const built = import.meta.resolve('thalweg').endsWith('.js');
      cpSync(join(import.meta.dirname, built ? '../dist' : '../src'), folder, { recursive: true });
      const there = (await import(pathToFileURL(join(folder, built ? 'index.js' : 'index.ts')).href)) as typeof here;
      assert.notEqual(there.Method, here.Method);
      const method = chain(there.clipByNorm(1), there.adamw({ lr: there.cosine({ peak: 0.1, total: 5 }) }));
      const mixed = groups([
        { match: 'w', use: method },
        { match: there.otherwise, use: there.sgd({ lr: there.fromZero(cosine({ peak: 1, total: 4 })) }), name: 'rest' },
      ]);
      const own = groups([
        { match: 'w', use: chain(clipByNorm(1), adamw({ lr: cosine({ peak: 0.1, total: 5 }) })) },
        { match: otherwise, use: sgd({ lr: fromZero(cosine({ peak: 1, total: 4 })) }), name: 'rest' },
      ]);
      const opts = await Promise.all(
        [mixed, own].map((one) => one.init({ w: there.tensor([2], { values: Float64Array.of(1, 2) }), E: tensor([2, 1], { dtype: 'float64' }), head: there.tied('E') })),
      );
      for (const opt of opts) for (let t = 1; t < 4; t++) opt.step({ w: Float64Array.of(t, -3), E: Float64Array.of(1, 1) });
      assert.deepEqual(opts[0]?.params, opts[1]?.params);
      const table = await there.sgd({ lr: 1 }).init({ E: sparse([2, 1]) });
      table.step({ E: rows([1], Float32Array.of(1)) });
      assert.equal(table.params.E[1], -1);
      opts[0]!.hyper['rest.lr' as never] = there.constant(0.5);
      assert.equal((opts[0]!.hyper['rest.lr' as never] as ReturnType<typeof cosine>).at(3), 0.5);
      await minimize((w: Float64Array, g: Float64Array) => ((g[0] = 2 * w[0]!), w[0]! ** 2), Float64Array.of(3), { optimizer: there.lbfgs(), steps: 2 });
      await minimize((w: Float64Array, g: Float64Array) => ((g[0] = 2 * w[0]!), w[0]! ** 2), Float64Array.of(3), { optimizer: there.sgd(), steps: 2 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}); // prettier-ignore
