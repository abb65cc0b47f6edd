/** What every optimizer must do besides agreeing with its oracle: descend, compile once, resume from a save bit for bit, refuse bad options. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelStatistics, OptionError, tensor, type Method, type Optimizer } from 'thalweg';
import { descend, landscapes } from './landscapes.ts';
import { factories, table, type Options } from './measure.ts';
import { gradient, loss, weight } from './stream.ts';

const shapes = { W: [3, 4], V: [5, 2] } as const;

function make(name: string, options: Options = {}): Method {
  const factory: unknown = factories.get(name);
  if (typeof factory !== 'function') throw new Error(`the library has no optimizer ${name}`);
  return (factory as (options: object) => Method)(options);
}

async function start(name: string): Promise<Optimizer> {
  const first = ([rows, cols]: readonly [number, number]): Float32Array => Float32Array.from({ length: rows * cols }, (_, i) => weight(i));
  return make(name).init(Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, tensor(shape, { values: first(shape) })])));
}

function step(opt: Optimizer, inputs: readonly string[]): void {
  const t = opt.t + 1;
  for (const g of Object.values(opt.grads)) g.forEach((_, i) => (g[i] = gradient(t, i)));
  const hessian = Object.fromEntries(Object.entries(opt.grads).map(([key, g]) => [key, g.map((x) => x * x)]));
  opt.step(opt.grads, inputs.includes('loss') ? { loss: loss(t) } : inputs.includes('hessian') ? { hessian } : {});
}

const all = (opt: Optimizer): string => JSON.stringify([opt.params, opt.state, opt.t]);

test('the table says for every optimizer with which rate it descends', () => {
  assert.deepEqual(new Set(Object.keys(table.converges)), new Set(factories.keys()));
});

for (const name of factories.keys()) {
  const { inputs } = make(name);
  for (const [landscape, { goal }] of Object.entries(landscapes) as [keyof typeof landscapes, { readonly goal: number }][]) {
    test(`${name} descends the ${landscape}`, async () => {
      const { lr, constant = false, options = {} } = table.converges[name]!;
      const left = await descend(name, landscape, lr[landscape], options, constant ? lr[landscape] : undefined);
      assert.ok(left < goal, `${String(left)} of the first loss is left, more than ${String(goal)}`);
    });
  }

  test(`${name} compiles nothing after init, and resumes from a save bit for bit`, async () => {
    const opt = await start(name);
    const { compiled } = kernelStatistics();
    for (let i = 0; i < 3; i++) step(opt, inputs);
    if (name !== 'radam') assert.equal(kernelStatistics().compiled, compiled, 'a step compiled'); // RAdam crosses its threshold at step 6.
    for (let i = 0; i < 9; i++) step(opt, inputs);
    const again = await start(name);
    await again.load(await opt.save());
    for (let i = 0; i < 7; i++) {
      step(opt, inputs);
      step(again, inputs);
    }
    assert.equal(all(again), all(opt));
  });

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
      const opt: Optimizer = await make(name).init(
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

  test(`${name} refuses options that make no sense`, () => {
    const { hyper } = factories.get(name)!.definition;
    for (const key of Object.keys(hyper)) {
      assert.throws(() => make(name, { [key]: NaN }), OptionError, `${key} NaN`);
      assert.throws(() => make(name, { [key]: 'much' }), OptionError, `${key} as text`);
    }
    for (const beta of ['beta1', 'beta2', 'momentum', 'rho'].filter((key) => key in hyper))
      assert.throws(() => make(name, { [beta]: 1.5 }), OptionError, beta);
    assert.throws(() => make(name, { lr: -1 }), OptionError);
    assert.throws(() => make(name, { lrr: 1 }), /did you mean lr\?/);
  });
}
