/** Sparse rows against PyTorch's sparse gradients: the weights of the whole table, touched or not, after some of 320 steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adagrad, adam, rows, sgd, sparse, type Backend, type Method } from 'thalweg';
import { read } from './measure.ts';
import { gradient, mix, weight } from './stream.ts';

interface Trace {
  readonly rows: number;
  readonly cols: number;
  readonly recorded: readonly number[];
  readonly methods: Readonly<Record<string, readonly (readonly number[])[]>>;
}

const trace = read('traces/sparse.json') as Trace;

/** SparseAdam adds ε before the correction, as Keras does. */
const methods: Readonly<Record<string, Method>> = {
  SparseAdam: adam({ lr: 0.02, beta1: 0.8, beta2: 0.97, eps: 1e-6, compat: 'keras' }),
  Adagrad: adagrad({ lr: 0.1, initial: 0.25, eps: 1e-8 }),
  SGD: sgd({ lr: 0.01 }),
};

/** The rows of a step, as in sparse.py. */
function named(step: number): number[] {
  const count = step % 40 === 0 ? 0 : 1 + (mix(5, step, 0) % 12);
  return Array.from({ length: count }, (_, i) => mix(6, step, i) % trace.rows);
}

async function train(method: Method, backend: Backend): Promise<number[][]> {
  const { cols, recorded } = trace;
  const values = Float64Array.from({ length: trace.rows * cols }, (_, i) => weight(i));
  const opt = await method.init({ E: sparse([trace.rows, cols], { values }) }, { backend });
  const out: number[][] = [];
  for (let step = 1; step <= recorded.at(-1)!; step++) {
    const indices = named(step);
    opt.step({
      E: rows(
        indices,
        Float64Array.from({ length: indices.length * cols }, (_, i) => gradient(step, i)),
      ),
    });
    if (recorded.includes(step)) out.push([...opt.params.E]);
  }
  return out;
}

test('every method has a trace, of steps with and without rows', () => {
  assert.deepEqual(Object.keys(methods), Object.keys(trace.methods));
  assert.ok(named(40).length === 0 && new Set(named(3)).size > 0);
  assert.ok(Array.from({ length: 320 }, (_, i) => named(i)).some((some) => new Set(some).size < some.length));
});

for (const [name, method] of Object.entries(methods)) {
  test(`${name} on sparse gradients`, async () => {
    const ours = await train(method, 'reference');
    assert.deepEqual(await train(method, 'wasm'), ours);
    trace.methods[name]?.forEach((wanted, at) => {
      const off = wanted.map((one, i) => Math.abs(one - ours[at]![i]!) / Math.max(Math.abs(one), 1));
      assert.ok(Math.max(...off) <= 1e-12, `step ${String(trace.recorded[at])}: off by ${String(Math.max(...off))}`);
    });
  });
}
