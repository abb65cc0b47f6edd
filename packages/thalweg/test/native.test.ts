/** Steps in compiled C: the bits of WebAssembly for every optimizer, option and format, for random programs on awkward data, on any number of threads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  adamw,
  chain,
  clipByGlobalNorm,
  lamb,
  muon,
  noisySgd,
  optimizer,
  radam,
  sgd,
  sparse,
  rows,
  tensor,
  type InitOptions,
  type Method,
} from 'thalweg';
import { everyMethod } from './support/plan-snapshot.ts';
import { startAlone } from '../src/optimizer/start.ts';
import { native } from './support/native.ts';
import { awkward, randomEquations } from './support/random-program.ts';

/** What looks into the source has devices of its own only where the library is the source. */
const inSource = import.meta.resolve('thalweg').endsWith('.ts') ? native : { skip: 'looks into the source' };

type Type = 'float32' | 'float64';
type Values = readonly number[];

const make = (dtype: Type, values: Values): Float32Array | Float64Array =>
  dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);

/** What a run leaves: parameters and states, number by number. */
async function run(
  method: Method,
  dtype: Type,
  shapes: Readonly<Record<string, readonly number[]>>,
  weight: (name: string, i: number) => number,
  gradient: (name: string, i: number, t: number) => number,
  steps: number,
  options: InitOptions,
): Promise<number[]> {
  const given = Object.entries(shapes).map(([name, shape]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return [
      name,
      tensor(shape, {
        values: make(
          dtype,
          Array.from({ length }, (_, i) => weight(name, i)),
        ),
      }),
    ] as const;
  });
  const opt = await method.init(Object.fromEntries(given), { nonFinite: 'propagate', ...options });
  assert.equal(opt.backend, options.backend);
  assert.equal(opt.threads, options.threads ?? 1);
  for (let t = 1; t <= steps; t++) {
    for (const [name, g] of Object.entries(opt.grads)) g.forEach((_, i) => (g[i] = gradient(name, i, t)));
    const hessian = Object.fromEntries(Object.entries(opt.grads).map(([name, g]) => [name, g.map((x) => x * x)]));
    opt.step(opt.grads, {
      ...(method.inputs.includes('hessian') ? { hessian } : {}),
      ...(method.inputs.includes('loss') ? { loss: 1 / t } : {}),
    });
  }
  const all = [opt.params, ...Object.values(opt.state)].flatMap((views) => Object.values(views).flatMap((view) => [...view]));
  opt.dispose();
  return all;
}

function assertSame(actual: Values, expected: Values, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const at = actual.findIndex((value, i) => !Object.is(value, expected[i]));
  assert.ok(at < 0, `${what}, number ${String(at)}: ${String(actual[at])} is not ${String(expected[at])}`);
}

const wave = (name: string, i: number): number => Math.sin(12.9898 * i + name.length) * 3;
/** Of many magnitudes; every seventh rests from the third step on, so that its moments decay to denormals. */
const varied = (name: string, i: number, t: number): number =>
  i % 7 === 0 && t > 2 ? 0 : Math.cos(78.233 * i + t + name.length) * 10 ** ((i % 9) - (i % 11 === 0 ? 38 : 4));

for (const dtype of ['float32', 'float64'] as const) {
  test(`every optimizer, transform and variant has the bits of wasm (${dtype})`, native, async () => {
    const shapes = { matrix: [5, 7], square: [6, 6], odd: [3, 11] };
    for (const [name, method] of everyMethod()) {
      const once = (backend: 'wasm' | 'native'): Promise<number[]> => run(method, dtype, shapes, wave, varied, 34, { backend });
      assertSame(await once('native'), await once('wasm'), name);
    }
  });

  test(`random programs have the bits of wasm (${dtype})`, native, async () => {
    const length = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 21 }) }, { weight: 1, arbitrary: fc.integer({ min: 31, max: 300 }) });
    const data = fc.array(length, { minLength: 2, maxLength: 3 }).chain((lengths) =>
      fc.tuple(fc.constant(lengths), fc.array(awkward, { minLength: 400, maxLength: 400 })));
    await fc.assert(
      fc.asyncProperty(randomEquations, data, async (equations, [lengths, numbers]) => {
        const hyper = { lr: ['η', 0.01], beta: ['β', 0.9, '[0, 1)'] } as const;
        const method = optimizer({ name: 'random', hyper, init: { c: '2·w − η' }, equations })();
        const shapes = Object.fromEntries(lengths.map((count, j) => [`p${String(j)}`, [count]]));
        const pick = (i: number): number => numbers[i % numbers.length]!;
        const once = (backend: 'wasm' | 'native'): Promise<number[]> =>
          run(method, dtype, shapes, (name, i) => pick(i * 3 + name.charCodeAt(1)), (name, i, t) => pick(i * 7 + t * 31 + name.charCodeAt(1)), 4, { backend });
        assertSame(await once('native'), await once('wasm'), equations);
      }),
      { numRuns: Number(process.env['THALWEG_FUZZ'] ?? 3) },
    );
  }); // prettier-ignore
}

const chained = chain(clipByGlobalNorm(0.5), adamw());
/** Lengths around whole blocks, stretches and chunks. */
const lengths = { whole: [4096], more: [4097], long: [40_000], matrix: [333, 101], one: [1], none: [0], few: [7] };

for (const [what, options] of [
  ['bfloat16 states', { state: 'bfloat16' }],
  ['float8 states', { state: 'float8' }],
  ['half precision', { half: 'bfloat16' }],
  ['a check of gradients', { nonFinite: 'throw' }],
  ['diagnostics', { observe: { signFlips: true } }],
  ['accumulation', { accumulate: 2 }],
  ['ascent', { maximize: true }],
] as const) {
  test(`options: ${what}`, native, async () => {
    for (const method of [adamw(), lamb({ weightDecay: 0.1 }), chained, chain(clipByGlobalNorm(0.5), radam({ beta2: 0.6 }))]) {
      const finite = (name: string, i: number, t: number): number => Math.cos(i * t + name.length);
      const once = (backend: 'wasm' | 'native'): Promise<number[]> => {
        const given = { ...options, backend };
        return 'half' in options ? inHalf(method, given) : run(method, 'float32', lengths, wave, finite, 18, given);
      };
      assertSame(await once('native'), await once('wasm'), `${method.name}, ${what}`);
    }
  });
}

/** A run with gradients in bfloat16. */
async function inHalf(method: Method, options: InitOptions): Promise<number[]> {
  const opt = await method.init({ w: tensor([1000]), b: tensor([33]) }, options);
  for (let t = 1; t <= 18; t++) {
    for (const g of Object.values(opt.half.grads)) g.forEach((_, i) => (g[i] = 0x3c00 + ((i * t) % 512) + (i % 2) * 0x8000));
    opt.step();
  }
  const views = [...Object.values(opt.params), ...Object.values(opt.half.params)];
  const all = views.flatMap((view: Iterable<number>) => [...view]);
  opt.dispose();
  return all;
}

for (const dtype of ['float32', 'float64'] as const) {
  test(`any number of threads computes the same bits (${dtype})`, native, async () => {
    for (const method of [lamb({ weightDecay: 0.1 }), chained, muon(), noisySgd({ lr: 0.1 })]) {
      const shapes = method.name === 'muon' ? { long: [333, 101], square: [96, 96] } : lengths;
      const once = (backend: 'wasm' | 'native', threads: number): Promise<number[]> =>
        run(method, dtype, shapes, wave, varied, 18, { backend, threads });
      const expected = await once('wasm', 1);
      for (const threads of [2, 3]) assertSame(await once('native', threads), expected, `${method.name}, ${String(threads)} threads`);
    }
  });
}

test('products of matrices of any shape have the bits of wasm, with NaN, infinities and denormals among them', native, async () => {
  const specials = [NaN, Infinity, -Infinity, 1e-40, -1e-310, -0, 0, 3e38];
  const products = optimizer({ name: 'products', hyper: { lr: ['η', 0.5] }, equations: 'w ← w − η·(g @ gᵀ @ g)' })();
  for (const dtype of ['float32', 'float64'] as const) {
    for (const shape of [
      [64, 64],
      [70, 130],
      [9, 300],
      [257, 17],
    ]) {
      const g = (_: string, i: number, t: number): number =>
        t > 1 && i % 997 === 3 ? specials[i % specials.length]! : Math.sin(i * t + 1);
      const once = (backend: 'wasm' | 'native', threads: number): Promise<number[]> =>
        run(products, dtype, { W: shape }, wave, g, 2, { backend, threads });
      const expected = await once('wasm', 1);
      for (const threads of [1, 2])
        assertSame(await once('native', threads), expected, `${dtype} ${shape.join(' × ')}, ${String(threads)}`);
    }
  }
});

test('tables of which a step touches some rows', native, async () => {
  const once = async (backend: 'wasm' | 'native'): Promise<number[]> => {
    const opt = await chained.init({ E: sparse([1000, 9]), w: tensor([5]) }, { backend });
    for (let t = 1; t <= 18; t++)
      opt.step({
        w: Float32Array.of(1, 2, 3, 4, t),
        E: rows(
          [3, 17 * t, 3],
          Float32Array.from({ length: 27 }, (_, i) => Math.sin(i * t)),
        ),
      });
    return [...opt.params.E, ...opt.params.w];
  };
  assertSame(await once('native'), await once('wasm'), 'sparse');
});

test('a checkpoint goes on on the other backend, and parameters can be added while training', native, async () => {
  const start = { w: Float32Array.from({ length: 100 }, (_, i) => Math.sin(i)) };
  const step = (opt: { readonly grads: Readonly<Record<string, Float32Array>>; step(): unknown }, t: number): void => {
    for (const g of Object.values(opt.grads)) g.forEach((_, i) => (g[i] = Math.cos(i * t)));
    opt.step();
  };
  const [there, here] = [await adamw().init(start, { backend: 'native' }), await adamw().init(start, { backend: 'wasm' })];
  for (let t = 1; t < 20; t++) [there, here].forEach((opt) => step(opt, t));
  await here.load(await there.save());
  for (const opt of [there, here]) opt.add({ late: Float32Array.of(1, 2, 3) });
  for (let t = 20; t < 40; t++) [there, here].forEach((opt) => step(opt, t));
  assert.deepEqual(there.snapshot(), here.snapshot());
});

test('an optimizer that is started in one call has its kernels before the first step writes anything', inSource, () => {
  const opt = startAlone<{ w: Float32Array }, string>(lamb(), { w: Float32Array.of(1, 2) }, { backend: 'native' });
  opt.step({ w: Float32Array.of(1, -1) });
  assert.equal(opt.backend, 'native');
  assert.equal(opt.t, 1);
});

test("native is taken only where it is asked for, and in a memory of one's own", native, async () => {
  assert.equal((await sgd().init({ w: tensor([10]) })).backend, 'wasm');
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 8 });
  const opt = await sgd({ lr: 1 }).init({ w: tensor([10]) }, { backend: 'native', memory: { memory, offset: 128 } });
  opt.grads.w.fill(2);
  opt.step();
  assert.equal(opt.params.w[9], -2);
  assert.equal(opt.params.w.buffer, memory.buffer);
  memory.grow(1);
  assert.throws(() => opt.step(), /the given memory was grown/);
});
