/** The window of accumulation: how long it lasts, what a step makes of it, and what becomes of batches that lead to no step. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { adam, chain, clipByGlobalNorm, NonFiniteError, polyak, sgd, tensor, type Optimizer } from 'thalweg';

const one = (x: number): Float64Array => Float64Array.of(x);
const two = (a: number, b: number): { a: Float64Array; b: Float64Array } => ({ a: one(a), b: one(b) });
type Two = { readonly a: Float64Array; readonly b: Float64Array };
const make = (options: object, lr = 1): Promise<Optimizer<Two>> => sgd({ lr }).init(two(0, 0), options);

describe('freezing', () => {
  test('what came before a step is not applied again by a parameter that was frozen meanwhile', async () => {
    const opt = await make({ accumulate: 2 });
    opt.step(two(1, 100));
    opt.step(two(1, 100));
    assert.equal(opt.params.b[0], -100);
    opt.freeze('b');
    opt.step(two(1, 100));
    opt.unfreeze('b');
    opt.step(two(1, 1));
    assert.equal(opt.params.b[0], -100.5, 'half a window of 1 is a mean of 0.5');
  });
  test('the same where nothing else is trained', async () => {
    const opt = await sgd({ lr: 1 }).init({ b: one(0) }, { accumulate: 2 });
    opt.step({ b: one(100) });
    opt.step({ b: one(100) });
    opt.freeze('b');
    opt.step({ b: one(100) });
    opt.unfreeze('b');
    opt.step({ b: one(1) });
    assert.equal(opt.params.b[0], -100.5);
  });
  test('what came before it froze counts if it is thawed before the step, and is dropped if not', async () => {
    const opt = await make({ accumulate: 4 });
    opt.step(two(0, 8));
    opt.freeze('b');
    opt.step(two(0, 1000));
    opt.unfreeze('b');
    opt.step(two(0, 4));
    opt.step(two(0, 0));
    assert.equal(opt.params.b[0], -3);
    opt.step(two(0, 8));
    opt.freeze('b');
    for (let i = 0; i < 3; i++) opt.step(two(0, 1000));
    opt.unfreeze('b');
    for (let i = 0; i < 4; i++) opt.step(two(0, 0));
    assert.equal(opt.params.b[0], -3);
  });
  test('a property: each step is the mean over the window of the gradients that came while a parameter was trained', async () => {
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.constant('step' as const), fc.integer({ min: -8, max: 8 }), fc.integer({ min: -8, max: 8 })) },
      fc.tuple(fc.constantFrom('freeze' as const, 'unfreeze' as const), fc.constantFrom('a' as const, 'b' as const)),
      fc.tuple(fc.constantFrom('flush' as const, 'discard' as const, 'load' as const)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const opt = await make({ accumulate: 4 });
        const model = { w: { a: 0, b: 0 }, sum: { a: 0, b: 0 }, pending: 0, t: 0, batches: 0, frozen: new Set<string>() };
        const take = (): void => {
          for (const name of ['a', 'b'] as const) if (!model.frozen.has(name)) model.w[name] -= model.sum[name] / model.pending;
          model.t += 1;
          clear();
        };
        const clear = (): void => void Object.assign(model, { pending: 0, sum: { a: 0, b: 0 } });
        for (const act of actions) {
          if (act[0] === 'step') {
            opt.step(two(act[1], act[2]));
            for (const [name, g] of [['a', act[1]], ['b', act[2]]] as const) if (!model.frozen.has(name)) model.sum[name] += g;
            model.pending += 1;
            model.batches += 1;
            if (model.pending === 4) take();
          } else if (act[0] === 'freeze' || act[0] === 'unfreeze') {
            opt[act[0]](act[1]);
            model.frozen[act[0] === 'freeze' ? 'add' : 'delete'](act[1]);
          } else if (act[0] === 'flush') {
            assert.equal(opt.flush(), model.pending > 0 ? 'stepped' : 'empty');
            if (model.pending > 0) take();
          } else if (act[0] === 'discard') {
            opt.discard();
            clear();
          } else await opt.load(await opt.save());
          assert.deepEqual([opt.pending, opt.t, opt.batches], [model.pending, model.t, model.batches]);
          for (const name of ['a', 'b'] as const) assert.ok(Math.abs(opt.params[name][0]! - model.w[name]) < 1e-9, name);
        }
      }),
    );
  });
}); // prettier-ignore

describe('ends of a window', () => {
  test('flush takes the step with the mean over what came, inputs that are numbers included', async () => {
    const opt = await polyak({ lr: 100 }).init({ w: one(3) }, { accumulate: 4 });
    assert.equal(opt.flush(), 'empty');
    opt.step({ w: one(5) }, { loss: 8 });
    opt.step({ w: one(7) }, { loss: 10 });
    assert.deepEqual([opt.pending, opt.t, opt.batches], [2, 0, 2]);
    assert.equal(opt.flush(), 'stepped');
    assert.ok(Math.abs(opt.params.w[0]! - (3 - (9 / 36) * 6)) < 1e-15);
    assert.deepEqual([opt.pending, opt.t, opt.batches, opt.flush()], [0, 1, 2, 'empty']);
  });
  test('discard drops it; zeroGrad, which may be called before every batch, does not', async () => {
    const opt = await make({ accumulate: 2 });
    opt.step(two(100, 100));
    opt.discard();
    assert.equal(opt.pending, 0);
    for (const g of [1, 3]) {
      opt.zeroGrad();
      opt.grads.a[0] = g;
      opt.step();
    }
    assert.deepEqual([opt.params.a[0], opt.params.b[0], opt.t], [-2, 0, 1]);
  });
  test('without accumulation nothing is ever pending', async () => {
    const opt = await make({});
    assert.equal(opt.step(two(1, 1)), 'stepped');
    assert.deepEqual([opt.pending, opt.flush(), opt.t], [0, 'empty', 1]);
  });
  test('an added parameter has gradients of zero in the batches before it; a removed one takes its own along', async () => {
    const opt = await make({ accumulate: 2 });
    opt.step(two(2, 2));
    const more = opt.add({ c: one(0) });
    opt.remove('b');
    more.step({ a: one(4), c: one(6) } as never);
    assert.deepEqual([more.params.a[0], more.params.c[0]], [-3, -3]);
    const anew = more.add({ b: one(0) });
    for (let i = 0; i < 2; i++) anew.step({ a: one(0), b: one(1), c: one(0) });
    assert.equal(anew.params.b[0], -1, 'a name that is used again has nothing of the parameter before');
  });
  test('a saved window goes on bit for bit, also where a parameter had no gradient yet', async () => {
    const method = chain(clipByGlobalNorm(1), adam());
    const options = { accumulate: 3 };
    const [straight, saved, loaded] = await Promise.all([0, 1, 2].map(() => method.init({ ...two(1, 2), c: tensor([2], { dtype: 'float64' }) }, options)));
    const batch = (t: number) => ({ a: one(Math.sin(t)), b: one(-0), c: Float64Array.of(Math.cos(t), -1) });
    for (const opt of [straight!, saved!]) {
      opt.freeze('c');
      opt.step(batch(1));
      opt.unfreeze('c');
    }
    await loaded!.load(await saved!.save());
    for (const opt of [straight!, saved!, loaded!]) for (let t = 2; t < 9; t++) opt.step(batch(t));
    assert.deepEqual([loaded!.t, loaded!.pending, loaded!.batches], [2, 2, 8]);
    for (const opt of [saved!, loaded!]) assert.deepEqual([opt.params, opt.state], [straight!.params, straight!.state]);
  });
  test('observe tells of the last step, not of the window', async () => {
    const opt = await sgd({ lr: 1 }).init({ w: one(1) }, { accumulate: 2, observe: true });
    opt.step({ w: one(1) });
    await assert.rejects(opt.observe(), /nothing was observed yet/);
    opt.step({ w: one(3) });
    opt.step({ w: one(100) });
    assert.equal((await opt.observe()).w?.updateNorm, 2);
  });
}); // prettier-ignore

describe('steps that are skipped', () => {
  test('the window ends with them, and every name is right, whichever batch it came from', async () => {
    const opt = await make({ accumulate: 3, nonFinite: 'throw' });
    opt.step(two(1, Infinity));
    opt.freeze('a');
    opt.step(two(NaN, 1));
    assert.throws(() => opt.step(two(NaN, 1)), (error) => error instanceof NonFiniteError && error.parameters.join() === 'the gradient of b');
    assert.deepEqual([opt.pending, opt.t, opt.skipped, opt.batches], [0, 0, 1, 3]);
    for (let i = 0; i < 3; i++) opt.step(two(0, 1));
    assert.equal(opt.params.b[0], -1);
  });
  test('an input that is not finite spoils its window and no other', async () => {
    const opt = await polyak({ lr: 100 }).init({ w: one(3) }, { accumulate: 2, nonFinite: 'skip' });
    const batch = (loss: number): string => opt.step({ w: one(6) }, { loss });
    assert.deepEqual([NaN, 9, 9, 9].map(batch), ['accumulated', 'skipped', 'accumulated', 'stepped']);
    assert.deepEqual([opt.params.w[0], opt.t, opt.skipped, opt.batches], [1.5, 1, 1, 4]);
    assert.deepEqual([Infinity].map(batch), ['accumulated']);
    assert.equal(opt.flush(), 'skipped');
    assert.deepEqual([opt.skipped, opt.pending], [2, 0]);
  });
  test('a poisoned batch: t stands still, batches goes on, and both are in the file', async () => {
    const data = [1, NaN, 2, 4];
    const opt = await sgd({ lr: 1 }).init({ w: one(0) }, { nonFinite: 'skip' });
    const words = [];
    while (opt.batches < data.length) words.push(opt.step({ w: one(data[opt.batches]!) }));
    assert.deepEqual(words, ['stepped', 'skipped', 'stepped', 'stepped']);
    assert.deepEqual([opt.t, opt.skipped, opt.batches, opt.params.w[0]], [3, 1, 4, -7]);
    const again = await sgd({ lr: 1 }).init({ w: one(0) }, { nonFinite: 'skip' });
    await again.load(await opt.save());
    assert.deepEqual([again.t, again.skipped, again.batches], [3, 1, 4]);
    opt.dispose();
    assert.deepEqual([opt.t, opt.skipped, opt.batches], [3, 1, 4]);
  });
  test('a step that throws because of its arguments counts for nothing', async () => {
    const opt = await make({ accumulate: 2 });
    opt.step(two(1, 1));
    assert.throws(() => opt.step({ a: one(1) } as never), /the gradient of b is missing/);
    assert.deepEqual([opt.pending, opt.batches], [1, 1]);
  });
  test('observe tells of the last step that was taken, after one that was skipped and before an added parameter has had one', async () => {
    const opt = await sgd({ lr: 1 }).init({ w: one(1) }, { nonFinite: 'skip', observe: true });
    opt.step({ w: one(3) });
    opt.step({ w: one(NaN) });
    assert.equal((await opt.observe()).w?.gradientNorm, 3);
    opt.add({ v: one(1) });
    assert.deepEqual(Object.keys(await opt.observe()), ['w']);
    await opt.load(await opt.save());
    await assert.rejects(opt.observe(), /nothing was observed yet/);
  });
}); // prettier-ignore
