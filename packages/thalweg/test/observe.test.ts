/** Diagnostics: against sums taken by hand, on every kind of program, without a pass of their own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  adamw, centralize, chain, clipByGlobalNorm, groups, lamb, linear, muon, OptionError, otherwise, overall, sgd, tensor, ThalwegError, tied, type Method,
} from 'thalweg'; // prettier-ignore
import { programOf } from '../src/define/program.ts';
import { observed } from '../src/plan/observe.ts';
import { planFor, prepare } from '../src/plan/plan.ts';

const norm = (x: Iterable<number>): number => Math.hypot(...x);
const near = (a: number | undefined, b: number): void => { assert.ok(Math.abs((a ?? NaN) - b) <= 1e-6 * Math.max(1e-12, b), `${String(a)} is not ${String(b)}`); }; // prettier-ignore

const methods: readonly Method[] = [
  sgd({ lr: 0.1, momentum: 0.9 }),
  adamw(),
  chain(clipByGlobalNorm(0.1), lamb()),
  groups([
    { match: { rank: 2 }, use: muon() },
    { match: otherwise, use: adamw() },
  ]),
];
for (const method of methods) {
  for (const [backend, nonFinite] of [
    ['wasm', 'propagate'],
    ['wasm', 'throw'],
    ['fround', 'propagate'],
  ] as const) {
    test(`${method.name} tells what its step did (${backend}, ${nonFinite})`, async () => {
      const shapes = { W: tensor([5, 7]), b: tensor([3]) };
      const opt = await method.init(shapes, { observe: { signFlips: true }, backend, nonFinite });
      const plain = await method.init(shapes, { backend, nonFinite });
      let last: Record<string, readonly number[]> = {};
      for (let t = 1; t <= 4; t++) {
        const before = { W: opt.params.W.slice(), b: opt.params.b.slice() };
        for (const each of [opt, plain]) for (const g of Object.values(each.grads)) g.forEach((_, i) => (g[i] = Math.sin(i * t + 1)));
        opt.step();
        plain.step();
        const seen = await opt.observe();
        const updates: Record<string, readonly number[]> = {};
        for (const name of ['W', 'b'] as const) {
          const update = [...opt.params[name]].map((w, i) => w - before[name][i]!);
          updates[name] = update;
          near(seen[name]?.gradientNorm, norm(opt.grads[name]));
          near(seen[name]?.weightNorm, norm(before[name]));
          near(seen[name]?.updateNorm, norm(update));
          near(seen[name]?.effectiveLr, norm(update) / norm(opt.grads[name]));
          if (t > 1) near(seen[name]?.updateRatio, norm(update) / norm(before[name]));
          const flips = update.filter((x, i) => x * (last[name]?.[i] ?? 0) < 0).length / update.length;
          near(seen[name]?.signFlips, flips);
        }
        last = updates;
      }
      assert.deepEqual([...opt.params.W, ...opt.params.b], [...plain.params.W, ...plain.params.b], 'looking changes nothing');
    });
  }
}

test('diagnostics ride on the passes that are there: clipping and AdamW stay two', () => {
  const program = programOf(chain(clipByGlobalNorm(1), adamw()).groups[0]!);
  const passes = (of: typeof program): number => planFor(prepare(of, 'float32'), [true, true, true, true]).passes.length;
  assert.equal(passes(program), 2);
  assert.equal(passes(observed(program, true)), 2);
});

test('frozen parameters are not told of, tied ones are, and without the option nothing is', async () => {
  const opt = await sgd().init({ a: tensor([2]), b: tensor([2]), c: tied('a') }, { observe: true });
  await assert.rejects(opt.observe(), /nothing was observed yet/);
  opt.freeze('b');
  opt.grads.a.fill(1);
  opt.step();
  const seen = await opt.observe();
  assert.deepEqual(Object.keys(seen), ['a', 'c']);
  assert.ok(!('signFlips' in (seen.a ?? {})));
  const blind = await sgd().init({ a: tensor([2]) });
  blind.step();
  await assert.rejects(blind.observe(), (error) => error instanceof ThalwegError && error.message.includes('observe: true'));
  await assert.rejects(sgd().init({ a: tensor([2]) }, { observe: { flips: true } as never }), OptionError);
});

describe('over all parameters', () => {
  const two = () => ({ W: Float64Array.of(3, 0, 4), b: Float64Array.of(12), tied: tied('W') });
  for (const compat of ['optax', 'torch'] as const) {
    for (const [name, method] of Object.entries({
      'one group': chain(clipByGlobalNorm(2, { compat }), sgd({ lr: 0.1 })),
      groups: chain(clipByGlobalNorm(2, { compat }), groups([{ match: 'W', use: sgd({ lr: 0.1 }) }, { match: otherwise, use: sgd({ lr: 0.1 }), name: 'rest' }])), // prettier-ignore
      'behind another link': chain(centralize(), clipByGlobalNorm(2, { compat }), sgd({ lr: 0.1 })),
    })) {
      test(`${name}, ${compat}: norms, and what clipping multiplied by`, async () => {
        const opt = await method.init(two(), { observe: true });
        for (const size of [1, 0.1]) {
          const before = opt.snapshot();
          opt.step({ W: Float64Array.of(4 * size, -4 * size, 0), b: Float64Array.of(7 * size) });
          const { [overall]: all } = await opt.observe();
          const norm_g = 9 * size;
          near(all.gradientNorm, norm_g);
          near(all.weightNorm, Math.hypot(...before.W, ...before.b));
          const moved = Math.hypot(...[...opt.params.W].map((w, i) => w - before.W[i]!), opt.params.b[0]! - before.b[0]!);
          near(all.updateNorm, moved);
          near(all.updateRatio, moved / all.weightNorm);
          near(all.clip, size === 1 ? 2 / norm_g : 1);
        }
      });
    }
  }

  test('nothing clips: there is no factor; a frozen parameter has no part in it', async () => {
    const opt = await adamw().init(two(), { observe: true });
    opt.freeze('b');
    opt.step({ W: Float64Array.of(3, 4, 0), b: Float64Array.of(100) });
    const all = (await opt.observe())[overall];
    near(all.gradientNorm, 5);
    assert.ok(!('clip' in all));
    assert.deepEqual(Object.keys(await opt.observe()), ['W', 'tied']);
  });

  test('hyperparameters in force: of the last step in observe(), of the next in current, as they were set in hyper', async () => {
    const method = groups([
      { match: 'W', use: sgd({ lr: linear({ from: 1, to: 0, steps: 10 }), momentum: 0.5 }), name: 'body' },
      { match: otherwise, use: sgd({ lr: (t) => t }), name: 'rest' },
    ]);
    const opt = await method.init(two(), { observe: true });
    assert.deepEqual(opt.current, { 'body.lr': 0.9, 'body.momentum': 0.5, 'rest.lr': 1 });
    opt.step({ W: new Float64Array(3), b: new Float64Array(1) });
    opt.hyper['body.momentum'] = 0.25;
    assert.deepEqual((await opt.observe())[overall].hyper, { 'body.lr': 0.9, 'body.momentum': 0.5, 'rest.lr': 1 });
    assert.deepEqual(opt.current, { 'body.lr': 0.8, 'body.momentum': 0.25, 'rest.lr': 2 });
    assert.equal(typeof opt.hyper['body.lr'], 'object');
    opt.step({ W: new Float64Array(3), b: new Float64Array(1) });
    assert.deepEqual((await opt.observe())[overall].hyper, { 'body.lr': 0.8, 'body.momentum': 0.25, 'rest.lr': 2 });
  });
});
