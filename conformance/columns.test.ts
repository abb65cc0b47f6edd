/** What every optimizer must do besides what the table asks of each row: keep tensors of every shape finite, from zero and through rests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor, type Method, type Optimizer } from 'thalweg';
import { loss, weight } from './stream.ts';
import { factories, table } from './table.ts';

test('the table says for every optimizer with which rate it descends', () => {
  assert.deepEqual(new Set(Object.keys(table.converges)), new Set(factories.keys()));
});

for (const [name, factory] of factories) {
  const make = factory as () => Method;
  const { inputs } = make();

  test(`${name} keeps tensors of every shape finite, from first gradients of exactly zero, through long rests, in both types`, async () => {
    const vectors = name === 'muon' ? {} : { one: [1], none: [0], number: [], vector: [5] };
    const kinds = {
      ...vectors,
      tall: [9, 2],
      wide: [2, 9],
      column: [4, 1],
      row: [1, 4],
      kernel: [2, 3, 2, 2],
      empty: [0, 3],
      still: [3, 3],
    };
    for (const dtype of ['float32', 'float64'] as const) {
      const opt: Optimizer = await make().init(
        Object.fromEntries(Object.entries(kinds).map(([key, shape]) => [key, tensor(shape, { dtype })])),
      );
      for (const [key, w] of Object.entries(opt.params)) if (key !== 'still') w.forEach((_, i) => (w[i] = weight(i)));
      for (let t = 1; t <= 60; t++) {
        // Zero at first and for long; `still` has zero weights and never a gradient.
        const moving = t > 2 && (t < 20 || t > 50);
        for (const [key, g] of Object.entries(opt.grads)) g.forEach((_, i) => (g[i] = moving && key !== 'still' ? Math.sin(t + i) : 0));
        const hessian = Object.fromEntries(Object.entries(opt.grads).map(([key, g]) => [key, g.map((x) => x * x)]));
        opt.step(opt.grads, inputs.includes('loss') ? { loss: loss(t) } : inputs.includes('hessian') ? { hessian } : {});
        for (const [key, w] of Object.entries(opt.params)) assert.ok(w.every(Number.isFinite), `${key} at step ${String(t)} in ${dtype}`);
      }
      if (name !== 'noisySgd') assert.ok(opt.params['still']?.every((w) => w === 0));
    }
  });
}
