/** A step over whole arrays of plain numbers is the step that kernels take, bit for bit: every method, matrices, noise and inputs included. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EquationError, optimizer, tensor, UnsupportedError, type Backend, type Method } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { parameter } from '../src/language/variable.ts';
import { cohorts } from '../src/plan/cohort.ts';
import { NaiveOptimizer } from './support/naive.ts';
import { methods } from './support/plan-snapshot.ts';
import { randomText } from './support/random-text.ts';

const runs = Number(process.env['THALWEG_FUZZ'] ?? 150);

const steps = 4;
const wave = (i: number, t: number): number => Math.sin(12.9898 * i + 78.233 * t) * 10 ** ((i % 3) - 1);

/** Takes some steps with both, and compares parameters and states. Returns how many numbers there were. */
async function compare(title: string, method: Method, shape: readonly number[], backend: Backend): Promise<number> {
  const wide = backend === 'reference';
  const make = (values: readonly number[]): Float32Array | Float64Array => (wide ? Float64Array.from(values) : Float32Array.from(values));
  const [group = assert.fail()] = method.groups;
  const [{ program } = assert.fail()] = cohorts(programOf(group), new Map([['p0', shape]]));
  const length = shape.reduce((a, b) => a * b, 1);
  const filled = (t: number): number[] => Array.from({ length }, (_, i) => wave(i, t));
  const w = filled(0.5).map((x) => 3 * x);
  const hyper = Object.fromEntries([...method.hyper].map(([key, value]) => [key, typeof value === 'number' ? value : 0.1]));
  const naive = new NaiveOptimizer(program, wide ? 'float64' : 'float32', hyper, [w], { shapes: [shape] });
  const start = wide ? tensor(shape, { values: Float64Array.from(w) }) : tensor(shape, { values: Float32Array.from(w) });
  const opt = await method.init({ p0: start }, { backend, nonFinite: 'propagate' });
  for (let t = 1; t <= steps; t++) {
    const inputs = program.inputs.map(({ name, kind }) => [name, kind === 'scalar' ? 1 / t : make(filled(t + 0.25))] as const);
    naive.step([filled(t)], Object.fromEntries(inputs.map(([name, x]) => [name, [typeof x === 'number' ? [x] : [...x]]])));
    opt.step({ p0: make(filled(t)) }, Object.fromEntries(inputs.map(([name, x]) => [name, typeof x === 'number' ? x : { p0: x }])));
  }
  let compared = 0;
  for (const variable of [parameter, ...program.states.keys()]) {
    const actual = variable === parameter ? opt.params.p0 : opt.state[variable.name]?.['p0'];
    const expected = naive.values.get(variable)?.[0] ?? [];
    [...(actual ?? [])].forEach((x, i) => {
      assert.ok(
        Object.is(x, expected[i]),
        `${title} on ${backend}, ${String(variable)} ${String(i)}: ${String(x)} is not ${String(expected[i])}`,
      );
      compared += 1;
    });
  }
  opt.dispose();
  return compared;
}

for (const backend of ['fround', 'wasm', 'reference'] as const) {
  test(`every optimizer and transform on ${backend}`, async () => {
    let compared = 0;
    for (const [title, method] of methods()) {
      for (const shape of [[6, 4], [5]]) {
        try {
          compared += await compare(title, method, shape, backend);
        } catch (error) {
          if (!(error instanceof UnsupportedError)) throw error;
        }
      }
    }
    assert.ok(compared > 5000, String(compared));
  });
}

test('random texts, most of them with matrices', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(randomText, fc.constantFrom('fround', 'wasm', 'reference'), async (equations, backend) => {
      try {
        const method = optimizer({ name: 'random', hyper: { lr: ['η', 0.1], beta1: ['β₁', 0.9, '[0, 1)'] }, equations })();
        compared += await compare(equations, method, [6, 4], backend);
      } catch (error) {
        if (!(error instanceof EquationError || error instanceof UnsupportedError)) throw error;
      }
    }),
    { numRuns: 4 * runs },
  );
  assert.ok(compared > runs, String(compared));
});
