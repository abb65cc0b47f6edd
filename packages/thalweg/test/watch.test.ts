/** Weights that are not finite are noticed: for every optimizer, gradient and type, a step gives finite weights or an error that says why. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adam,
  DivergenceError,
  fromZero,
  learningRateRange,
  linear,
  optimizer,
  rows,
  sgd,
  sparse,
  tensor,
  ThalwegError,
  type Method,
  type Optimizer,
} from 'thalweg';
import { factories, isForMatrices, table } from '../../../conformance/table.ts';

const diverges = (opt: Optimizer, value: number): void => {
  for (const g of Object.values(opt.grads)) g.fill(value);
  opt.step();
};

test('a step that leaves weights that are not finite throws, names them, and has been taken', async () => {
  const opt: Optimizer = await sgd({ lr: 1e30 }).init({ a: tensor([3]), b: tensor([2]) });
  opt.grads['a']!.fill(1e20);
  opt.grads['b']!.fill(1);
  assert.throws(
    () => opt.step(),
    (error: unknown) => error instanceof DivergenceError && error.parameters.join() === 'a' && error.t === 1 && error.message.includes('1.00e+20 in magnitude'),
  );
  assert.equal(opt.t, 1);
  assert.equal(opt.params['a']![0], -Infinity);
}); // prettier-ignore

test('the reason: gradients that are not finite, or whose squares are not', async () => {
  const opt = await sgd().init({ a: tensor([3]) });
  assert.throws(() => diverges(opt, NaN), / a held NaN or infinity; its gradient holds NaN or infinity/);
  const other = await sgd({ lr: 1e9 }).init({ a: tensor([3]) });
  assert.throws(() => diverges(other, 1e30), /the square of more than 1\.84e\+19 is infinite in float32/);
});

test('the reason where gradients are small: earlier steps or the equations, whose NaN is named', async () => {
  const ratio = optimizer({ name: 'ratio', hyper: { lr: ['η', 0.1] }, equations: 'w ← w − η·g/‖g‖' });
  const one = await ratio().init({ a: tensor([2]) });
  assert.throws(
    () => diverges(one, 0),
    /largest element of its gradient is 0\.00 in magnitude, .*or the equations give NaN, as 0\/0 does; restore/,
  );
  const two = await ratio().init({ a: tensor([2]), b: tensor([2]) });
  assert.throws(() => diverges(two, 0), /a, b held NaN.* of their gradients is 0\.00/);
  const both = await sgd().init({ a: tensor([2]), b: tensor([2]) });
  assert.throws(() => diverges(both, NaN), /; their gradients hold NaN/);
});

test("under 'propagate' nothing is looked at, and frozen parameters never are", async () => {
  const opt = await sgd().init({ a: tensor([3]) }, { nonFinite: 'propagate' });
  diverges(opt, NaN);
  assert.ok(opt.params.a.every(Number.isNaN));
  const frozen = await sgd().init({ a: tensor([1]), b: tensor([1]) });
  frozen.params.b.fill(NaN);
  frozen.freeze('b');
  diverges(frozen, 1);
});

for (const length of [3, 3000])
  test(`after the first sixteen steps, one in sixteen is looked at, with ${String(length)} weights`, async () => {
    const opt = await sgd().init({ a: tensor([length]) });
    for (let t = 1; t <= 20; t++) diverges(opt, 1);
    opt.params.a.fill(NaN);
    const thrown: number[] = [];
    for (let t = 21; t <= 64; t++) {
      try {
        diverges(opt, 1);
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        thrown.push(opt.t);
      }
    }
    assert.deepEqual(thrown, [32, 48, 64]);
  });

test('in groups of different formats, on threads, and in the rows of a table', async () => {
  const many = await adam().init({ a: tensor([600_000]), b: tensor([5]) }, { threads: 2 });
  many.grads.a[599_999] = NaN;
  assert.throws(() => many.step(), (error: unknown) => error instanceof DivergenceError && error.parameters.join() === 'a'); // prettier-ignore
  const table = await sgd().init({ E: sparse([100, 2]) });
  table.step({ E: rows([3], new Float32Array(2)) });
  assert.throws(() => table.step({ E: rows([5], Float32Array.of(1, Infinity)) }), DivergenceError);
});

/** Every set of options that the conformance table knows of an optimizer, without learning rates and schedules. */
function optionsOf(name: string): readonly Readonly<Record<string, unknown>>[] {
  const words = new Set(['cosine', 'fade', 'halves', 'rise']);
  const found = new Map<string, Readonly<Record<string, unknown>>>([['{}', {}]]);
  for (const { ours } of table.cases) {
    if (ours[0] !== name) continue;
    const own = Object.fromEntries(
      Object.entries(ours[1]).filter(([key, value]) => key !== 'lr' && !(typeof value === 'string' && words.has(value))),
    );
    found.set(JSON.stringify(own), own);
  }
  return [...found.values()];
}

const magnitudes = [0, 1, 1e20, 1e-20, 1e38, 1e-38];
const streams: readonly (readonly [name: string, gradient: (t: number, i: number) => number])[] = magnitudes.flatMap((size) => [
  [String(size), () => size] as const,
  [`± ${String(size)}`, (t: number, i: number) => ((t + i) % 2 === 0 ? size : -size)] as const,
  [`0, then ${String(size)}`, (t: number) => (t <= 2 ? 0 : size)] as const,
  [`${String(size)} but for a row`, (_: number, i: number) => (i < 4 ? 0 : size)] as const,
]);

for (const [name, factory] of factories) {
  const { hyper } = (factory as unknown as { readonly definition: { readonly hyper: Readonly<Record<string, readonly [string, number]>> } })
    .definition;
  const lr = hyper['lr']?.[1] ?? 1;
  const rates = 'lr' in hyper ? [lr, 0, fromZero(linear({ from: 0, to: lr, steps: 4 })), (t: number) => (t <= 2 ? 0 : lr)] : [undefined];

  test(`${name}: any finite gradient gives finite weights or an error that says why`, async () => {
    for (const options of optionsOf(name))
      for (const rate of rates)
        for (const dtype of ['float32', 'float64'] as const) {
          let opt: Optimizer;
          let method: Method;
          try {
            method = (factory as (options: object) => Method)({ ...options, ...(rate === undefined ? {} : { lr: rate }) });
            const vectors = isForMatrices(name) ? {} : { vector: tensor([5], { dtype }), number: tensor([], { dtype }) };
            opt = await method.init({ matrix: tensor([3, 4], { dtype }), ...vectors });
          } catch (error) {
            assert.ok(error instanceof ThalwegError, `${name} ${JSON.stringify(options)}: ${String(error)}`);
            continue;
          }
          const fresh = await opt.save();
          for (const [stream, gradient] of streams) {
            await opt.load(fresh);
            for (const w of Object.values(opt.params)) w.fill(1);
            try {
              for (let t = 1; t <= 6; t++) {
                for (const g of Object.values(opt.grads)) for (let i = 0; i < g.length; i++) g[i] = gradient(t, i);
                const hessian = Object.fromEntries(Object.entries(opt.grads).map(([key, g]) => [key, g.map(() => 1)]));
                opt.step(opt.grads, method.inputs.includes('loss') ? { loss: 1 } : method.inputs.includes('hessian') ? { hessian } : {});
              }
            } catch (error) {
              // A gradient of ordinary size, or none, must never be refused.
              const mild = /^(± )?[01]$|^0, then [01]$|^[01] but/.test(stream);
              assert.ok(
                error instanceof ThalwegError && !mild,
                `${name} ${JSON.stringify(options)}, ${dtype}, ${stream}: ${String(error)}`,
              );
              continue;
            }
            const finite = Object.values(opt.params).every((w) => w.every(Number.isFinite));
            assert.ok(finite, `${name} ${JSON.stringify(options)}, ${dtype}, ${stream}`);
          }
          opt.dispose();
        }
  });
}

test('the range test takes a step that leaves such weights for the end of its range', async () => {
  const { reason } = await learningRateRange({
    make: () => sgd().init({ w: Float32Array.of(1) }),
    train: (opt) => (opt.step({ w: Float32Array.of(1e38) }), 1),
    to: 1e30,
  });
  assert.equal(reason, 'diverged');
});
