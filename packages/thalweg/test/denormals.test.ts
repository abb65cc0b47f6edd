/** The denormal rule: what it does to values, in every float32 backend, and that parameters stay as they are without it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adam, adamw, kernelStatistics, lion, optimizer, rmsprop, sgd, type Method } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { parameter } from '../src/language/variable.ts';
import { NaiveOptimizer } from './support/naive.ts';

for (const backend of ['wasm', 'fround'] as const) {
  test(`in every sixteenth step states are zero below 2⁻¹¹⁰ and parameters below 2⁻¹²⁶, whatever they are made from (${backend})`, async () => {
    const values = [2 ** -110, -(2 ** -110), 2 ** -111, -(2 ** -111), 2 ** -126, 2 ** -127, 2 ** -149, -0, NaN, Infinity];
    const copy = optimizer({ name: 'copy', hyper: {}, equations: 'p ← g; q ← 1·g; w ← g' })();
    const opt = await copy.init({ w: new Float32Array(values.length) }, { backend, nonFinite: 'propagate' });
    const { compiled } = kernelStatistics();
    for (let t = 1; t <= 33; t++) {
      opt.step({ w: Float32Array.from(values) });
      const cut = (limit: number) => values.map((x) => (t % 16 === 0 && Math.abs(x) < limit ? 0 : x));
      assert.deepEqual([...opt.params.w], cut(2 ** -126));
      assert.deepEqual([...(opt.state['copy.p']?.['w'] ?? [])], cut(2 ** -110));
      assert.deepEqual([...(opt.state['copy.q']?.['w'] ?? [])], cut(2 ** -110));
      assert.deepEqual([...opt.grads.w], values.map(Math.fround), 'a gradient is as it was');
    }
    assert.equal(kernelStatistics().compiled, compiled, 'init has compiled both kinds of steps');
  });
}

test('float64 has no such rule', async () => {
  const opt = await optimizer({ name: 'copy', hyper: {}, equations: 'p ← g; w ← g' })().init({ w: Float64Array.of(0) });
  for (let t = 1; t <= 16; t++) opt.step({ w: Float64Array.of(2 ** -1070) });
  assert.deepEqual([opt.params.w[0], opt.state['copy.p']?.['w']?.[0]], [2 ** -1070, 2 ** -1070]);
});

test('a resting parameter has no denormal state after any time', async () => {
  const opt = await adamw().init({ w: Float32Array.of(1) });
  opt.step({ w: Float32Array.of(0.1) });
  for (let t = 0; t < 3000; t++) {
    opt.step({ w: Float32Array.of(0) });
    const m = Math.abs(opt.state['adamw.m']?.['w']?.[0] ?? NaN);
    assert.ok(m === 0 || m >= 2 ** -110 * 0.9 ** 16, `step ${String(t)}: ${String(m)}`);
  }
  assert.equal(opt.state['adamw.m']?.['w']?.[0], 0);
});

const methods: readonly Method[] = [
  adam({ eps: 2 ** -30 }),
  adamw(),
  adamw({ amsgrad: true, weightDecay: 0.1 }),
  rmsprop({ beta: 0.9, momentum: 0.9 }),
  sgd({ lr: 0.1, momentum: 0.9 }),
];

/** Gradients with long rests: how long each rest is, and the gradient after it, zero or between 2⁻³⁶ and 2⁶ in magnitude. */
const bursts = fc.array(
  fc.record({ rest: fc.integer({ min: 0, max: 1200 }), digits: fc.double({ min: -2, max: 2, noNaN: true }), power: fc.integer({ min: -36, max: 5 }) }),
  { minLength: 1, maxLength: 5 },
); // prettier-ignore

test('what follows the sign of a state comes to rest, where denormals would move it for ever', async () => {
  const opt = await lion({ lr: 0.5 }).init({ w: Float32Array.of(1) });
  opt.step({ w: Float32Array.of(0.1) });
  opt.grads.w[0] = 0;
  for (let t = 0; t < 8000; t++) opt.step();
  const rest = opt.params.w[0];
  opt.step();
  assert.equal(opt.params.w[0], rest);
});

test('where gradients are zero or above 2⁻³⁶ and ε ≥ 2⁻³⁰, parameters are bit for bit what they are without the rule', async () => {
  const gradients = bursts.map((list) =>
    list.flatMap(({ rest, digits, power }) => [...new Array<number>(rest).fill(0), (digits + Math.sign(digits || 1)) * 2 ** power]),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(methods.length - 1), gradients, async (which, g) => {
      const method = methods[which] ?? assert.fail();
      const hyper = Object.fromEntries([...method.hyper].map(([name, value]) => [name, Number(value)]));
      const w = [1, -0.3, 1e-3];
      const opt = await method.init({ w: Float32Array.from(w) }, { backend: 'fround' });
      const program = programOf(method.groups[0]!);
      const without = new NaiveOptimizer(program, 'float32', hyper, [w], { denormals: true });
      for (const x of g) {
        opt.step({ w: Float32Array.of(x, x / 4, 0) });
        without.step([[x, x / 4, 0]]);
      }
      assert.deepEqual([...opt.params.w], without.values.get(parameter)?.[0]);
    }),
    { numRuns: Number(process.env['THALWEG_FUZZ'] ?? 30) },
  );
});
