/** Weights that are not finite are noticed by a loop where they are few and by a kernel where they are many. Looks into the source. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DivergenceError, groups, otherwise, sgd, tensor, type Optimizer } from 'thalweg';
import { Stepper } from '../src/train/step/stepper.ts';

test('weights are looked at one by one up to 1,024, and by a kernel above, and what is found is the same', async (t) => {
  const { get } = Object.getOwnPropertyDescriptor(Stepper.prototype, 'watcher') as { get: () => Stepper };
  const kernels = t.mock.getter(Stepper.prototype, 'watcher', get);
  for (const dtype of ['float32', 'float64'] as const)
    for (const length of [1, 2, 1023, 1024, 1025, 4097])
      for (const place of [0, length - 1])
        for (const value of [NaN, Infinity, -Infinity]) {
          kernels.mock.resetCalls();
          const opt = await sgd().init({ a: tensor([length], { dtype }) });
          opt.step();
          opt.params.a[place] = value;
          assert.throws(() => opt.step(), (error: unknown) => error instanceof DivergenceError && error.parameters.join() === 'a'); // prettier-ignore
          assert.equal(kernels.mock.callCount() > 0, length > 1024, `${dtype}, ${String(length)}`);
          opt.dispose();
        }
  const both: Optimizer = await groups([
    { match: 'long', use: sgd() },
    { match: otherwise, use: sgd({ momentum: 0.9 }) },
  ]).init({ short: tensor([3]), long: tensor([2000]) });
  both.params['long']![1999] = NaN;
  both.params['short']![2] = NaN;
  assert.throws(() => both.step(), (error: unknown) => error instanceof DivergenceError && error.parameters.join() === 'long,short'); // prettier-ignore
});
