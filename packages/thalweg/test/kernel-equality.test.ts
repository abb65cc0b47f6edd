/** Every backend computes the same bits, and the same as a naive evaluation without passes, for random programs on awkward data. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chain, clipByGlobalNorm, l2, lamb, optimizer, radam, type Backend, type Method, type NonFinite } from 'thalweg';
import { buildProgram } from '../src/language/program.ts';
import { range } from '../src/language/range.ts';
import { parameter } from '../src/language/variable.ts';
import { cohorts } from '../src/plan/cohort.ts';
import { codingsOf, type StorageType } from '../src/plan/format.ts';
import { NaiveOptimizer } from './support/naive.ts';
import { awkward, randomEquations } from './support/random-program.ts';

const runs = Number(process.env['THALWEG_FUZZ'] ?? 150);
const hyper = { lr: ['η', 0.01], beta: ['β', 0.9, '[0, 1)'] } as const;
const init = { c: '2·w − η' };
const steps = 4;

type Data = readonly (readonly number[])[];

const length = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 21 }) },
  { weight: 1, arbitrary: fc.integer({ min: 31, max: 66 }) },
);

/** Two or three tensors whose lengths are rarely multiples of a vector or a block, with gradients for each step. */
const data = fc.array(length, { minLength: 2, maxLength: 3 }).chain((lengths) => {
  const tensors = fc.tuple(...lengths.map((length) => fc.array(awkward, { minLength: length, maxLength: length })));
  return fc.record({ w: tensors, g: fc.array(tensors, { minLength: steps, maxLength: steps }) });
});

async function run(
  method: Method,
  backend: Backend,
  wide: boolean,
  w: Data,
  g: readonly Data[],
  options: { readonly nonFinite?: NonFinite; readonly state?: StorageType } = {},
): Promise<number[]> {
  const make = (values: readonly number[]): Float32Array | Float64Array => (wide ? Float64Array.from(values) : Float32Array.from(values));
  const opt = await method.init(Object.fromEntries(w.map((values, j) => [`p${String(j)}`, make(values)])), {
    backend,
    nonFinite: 'propagate',
    ...options,
  });
  for (const gradients of g) opt.step(Object.fromEntries(gradients.map((values, j) => [`p${String(j)}`, make(values)])));
  const all = [opt.params, ...Object.values(opt.state)].flatMap((views) => Object.values(views).flatMap((view) => [...view]));
  opt.dispose();
  return all;
}

function assertSame(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, i) => {
    assert.ok(Object.is(value, expected[i]), `${what}, number ${String(i)}: ${String(value)} is not ${String(expected[i])}`);
  });
}

for (const state of ['float64', 'float32', 'bfloat16', 'float8'] as const) {
  const wide = state === 'float64';
  const script = wide ? 'reference' : 'fround';
  const options = wide ? {} : { state };

  test(`random programs: wasm equals ${script} and the naive evaluation bit for bit (states in ${state})`, async () => {
    await fc.assert(
      fc.asyncProperty(randomEquations, data, async (equations, { w, g }) => {
        const method = optimizer({ name: 'random', hyper, init, equations })();
        const fast = await run(method, 'wasm', wide, w, g, options);
        assertSame(fast, await run(method, script, wide, w, g, options), `wasm against ${script}`);
        const symbols = Object.entries(hyper).map(([name, [symbol, fallback]]) => ({ name, symbol, fallback, range: range('[0, ∞)') }));
        const whole = buildProgram('random', [{ name: 'random', equations, hyper: symbols, inputs: [], init }]);
        // Formats, and what is a number and what an array, follow from what is left of a program where constants and shapes have decided conditions.
        const [{ program } = assert.fail(), ...others] = cohorts(whole, new Map(w.map((values, j) => [`p${String(j)}`, [values.length]])));
        assert.equal(others.length, 0);
        const quantizations = codingsOf(program, wide ? 'float32' : state);
        const naive = new NaiveOptimizer(program, wide ? 'float64' : 'float32', { lr: 0.01, beta: 0.9 }, w, { quantizations });
        for (const gradients of g) naive.step(gradients);
        const expected = [parameter, ...program.states.keys()].flatMap((one) => {
          const values = naive.values.get(one) ?? [];
          const kind = one === parameter ? 'array' : program.states.get(one)?.kind;
          return kind === 'array' || kind === 'tensor' ? values.flat() : [values[0]?.[0] ?? NaN];
        });
        assertSame(fast, expected, 'wasm against the naive evaluation');
      }),
      { numRuns: runs },
    );
  });
}

for (const wide of [false, true]) {
  const type = wide ? 'float64' : 'float32';
  const script = wide ? 'reference' : 'fround';

  test(`a gate that never closes changes nothing (${type})`, async () => {
    const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    const rows = fc.array(finite, { minLength: 5, maxLength: 30 });
    const method = chain(l2(0.1), clipByGlobalNorm(0.5), lamb({ weightDecay: 0.1 }));
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const g = [[values], [values.map((x) => -x)], [values.map((x) => x / 3)]];
        assertSame(
          await run(method, 'wasm', wide, [values], g, { nonFinite: 'throw' }),
          await run(method, 'wasm', wide, [values], g),
          'gated against plain',
        );
      }),
      { numRuns: 30 },
    );
  });

  test(`long tensors: chunks of sums and tails agree (${type})`, async () => {
    const lengths = [4096, 4097, 16384, 40000, 1, 0, 7];
    const w = lengths.map((length, j) => Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + j) * 3));
    const g = [1, 2].map((s) =>
      lengths.map((length, j) => Array.from({ length }, (_, i) => Math.cos(i * 78.233 + j * s) * 10 ** ((i % 9) - 4))),
    );
    const formats = wide ? [{}] : (['float32', 'bfloat16', 'float8'] as const).map((state) => ({ state }));
    for (const method of [lamb({ lr: 0.1, weightDecay: 0.1 }), chain(clipByGlobalNorm(0.5), radam({ beta2: 0.6 }))]) {
      for (const options of formats) {
        const what = `${method.name} ${JSON.stringify(options)}`;
        assertSame(await run(method, 'wasm', wide, w, g, options), await run(method, script, wide, w, g, options), what);
      }
    }
  });
}

for (const [wide, script] of [
  [false, 'fround'],
  [true, 'reference'],
] as const) {
  test(`min, max and sign are those of Math beside any number (${script})`, async () => {
    const specials = [NaN, -Infinity, -3, -1, -1e-40, -0, 0, 1e-40, 1, 2, Infinity];
    const g = specials.map((x) => (wide ? x : Math.fround(x)));
    const ranges = { lr: ['η', 1], beta: ['β', 0.5] } as const;
    for (const c of ['0', '−0', '1', '−1', '1e-40', 'η', '−η', '0·η', 'log(−η)', '1/(η − η)']) {
      const value = { '0': 0, '−0': -0, '1': 1, '−1': -1, '1e-40': wide ? 1e-40 : Math.fround(1e-40), η: 1, '−η': -1, '0·η': 0, 'log(−η)': NaN, '1/(η − η)': Infinity }[c]!; // prettier-ignore
      for (const [text, apply] of [
        [`min(g, ${c})`, (x: number) => Math.min(x, value)],
        [`max(g, ${c})`, (x: number) => Math.max(x, value)],
        [`max(${c}, min(g, 2))`, (x: number) => Math.max(value, Math.min(x, 2))],
        [`sign(g) + 0·β·(${c})`, (x: number) => Math.sign(x) + 0 * value],
      ] as const) {
        const method = optimizer({ name: 'bounded', hyper: ranges, equations: `w ← ${text}` })();
        const zeros = g.map(() => 0);
        for (const backend of ['wasm', script] as const) {
          const w = await run(method, backend, wide, [zeros], [[g]]);
          assert.deepEqual([...w], g.map(apply), `${text} on ${backend}`);
        }
      }
    }
  });
}

test('a number taken by a condition of the step is rounded once, when it meets an array', async () => {
  const method = optimizer({ name: 'choice', hyper, equations: 'x = t > 1 ? η·β : g\n  w ← w − x·3.1' })();
  const w = await run(method, 'wasm', false, [[1]], [[[0]], [[0]]]);
  assert.deepEqual(w, [Math.fround(1 - Math.fround(0.01 * 0.9 * 3.1))]);
});
