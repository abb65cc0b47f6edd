/** What happens to gradients before the equations: accumulation and loss scaling. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adamw, OptionError, polyak, sgd } from 'thalweg';

test('accumulated gradients make one step with their mean', async () => {
  const [micro, whole] = [
    await adamw({ lr: 0.1 }).init({ w: Float64Array.of(1, 2) }, { accumulate: 4 }),
    await adamw({ lr: 0.1 }).init({ w: Float64Array.of(1, 2) }),
  ];
  const parts = [[1, 2], [3, -1], [0.5, 0.25], [-2, 8]] as const; // prettier-ignore
  for (let step = 0; step < 3; step++) {
    assert.deepEqual(
      parts.map((part) => micro.step({ w: Float64Array.from(part) })),
      ['accumulated', 'accumulated', 'accumulated', 'stepped'],
    );
    whole.step({ w: Float64Array.of((1 + 3 + 0.5 - 2) / 4, (2 - 1 + 0.25 + 8) / 4) });
  }
  assert.equal(micro.t, 3);
  assert.deepEqual(micro.params.w, whole.params.w);
});

test('inputs that are numbers are averaged over accumulated gradients', async () => {
  const opt = await polyak({ lr: 100 }).init({ w: Float64Array.of(3) }, { accumulate: 2 });
  opt.step({ w: Float64Array.of(6) }, { loss: 8 });
  opt.step({ w: Float64Array.of(6) }, { loss: 10 });
  assert.ok(Math.abs(opt.params.w[0]! - 1.5) < 1e-15);
});

test('a loss scale is divided out, shrinks where a gradient overflows and grows after steps without', async () => {
  const opt = await sgd({ lr: 1 }).init({ w: Float32Array.of(1) }, { lossScale: { initial: 1024, interval: 2 } });
  assert.equal(opt.lossScale, 1024);
  assert.equal(opt.step({ w: Float32Array.of(Infinity) }), 'skipped');
  assert.deepEqual([opt.lossScale, opt.t, opt.params.w[0]], [512, 0, 1]);
  opt.step({ w: Float32Array.of(0.5 * opt.lossScale) });
  opt.step({ w: Float32Array.of(0.25 * opt.lossScale) });
  assert.deepEqual([opt.lossScale, opt.t, opt.params.w[0]], [1024, 2, 0.25]);
  const fixed = await sgd({ lr: 1 }).init({ w: Float32Array.of(1) }, { lossScale: 8 });
  fixed.step({ w: Float32Array.of(4) });
  assert.deepEqual([fixed.lossScale, fixed.params.w[0]], [8, 0.5]);
});

test('a loss scale stays between its floor and its ceiling, however often a gradient overflows or none does', async () => {
  const byItself = await sgd().init({ w: Float32Array.of(1) }, { lossScale: {} });
  for (let i = 0; i < 60; i++) byItself.step({ w: Float32Array.of(Infinity) });
  assert.deepEqual([byItself.lossScale, byItself.skipped, byItself.t], [1, 60, 0]);
  const narrow = await sgd({ lr: 0 }).init({ w: Float32Array.of(1) }, { lossScale: { initial: 8, interval: 1, min: 3, max: 20 } });
  for (let i = 0; i < 5; i++) narrow.step({ w: Float32Array.of(1) });
  assert.equal(narrow.lossScale, 20);
  for (let i = 0; i < 5; i++) narrow.step({ w: Float32Array.of(NaN) });
  assert.equal(narrow.lossScale, 3);
});

test('options that make no sense are refused', async () => {
  const parameters = { w: Float64Array.of(1) };
  await assert.rejects(sgd().init(parameters, { accumulate: 0 }), OptionError);
  await assert.rejects(sgd().init(parameters, { accumulate: 1.5 }), /accumulate must be a whole number from 1, not 1.5/);
  await assert.rejects(sgd().init(parameters, { lossScale: 0 }), OptionError);
  await assert.rejects(sgd().init(parameters, { lossScale: {}, nonFinite: 'propagate' }), /dynamic lossScale, which needs steps skipped/);
  // @ts-expect-error a misspelt option
  await assert.rejects(sgd().init(parameters, { lossScale: { inital: 2 } }), /inital is not an option \(did you mean initial\?\)/);
});
