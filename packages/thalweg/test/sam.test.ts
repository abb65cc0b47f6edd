/** Sharpness-aware steps: where the gradient is asked for, what comes back to the weights, and what has no direction. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asam, chain, l2, NonFiniteError, OptionError, polyak, sam, sgd, type SamStep } from 'thalweg';

/** An optimizer on two parameters, with the points at which it asks for gradients. `at` gives the gradient of an evaluation. */
async function watched(
  make: typeof sam | typeof asam,
  options: object,
  at: (call: number) => readonly number[],
  nonFinite: 'propagate' | 'skip' | 'throw' = 'propagate',
) {
  const opt = await sgd({ lr: 0.5 }).init({ a: Float64Array.of(1, 2), b: Float64Array.of(-4) }, { nonFinite });
  const points: number[][] = [];
  const step: SamStep = make(
    opt,
    () => {
      points.push([...opt.params.a, ...opt.params.b]);
      const g = at(points.length);
      opt.grads.a.set(g.slice(0, 2));
      opt.grads.b.set(g.slice(2));
      return 10 * points.length;
    },
    options,
  );
  return { opt, points, step, weights: () => [...opt.params.a, ...opt.params.b] };
}

describe('sam', () => {
  test('asks at w, then at distance ρ along the gradient of all parameters, and steps from w', async () => {
    const { points, step, weights } = await watched(sam, { rho: 5 }, (call) => (call === 1 ? [3, 0, 4] : [2, 4, 6]));
    assert.equal(await step(), 10);
    assert.deepEqual(points, [
      [1, 2, -4],
      [4, 2, 0],
    ]);
    assert.deepEqual(weights(), [0, 0, -7]);
  });
  test('the radius is 0.05 unless given', async () => {
    const { points, step } = await watched(sam, {}, () => [1, 0, 0]);
    await step();
    assert.equal(points[1]![0], 1.05);
  });
  test('weights come back bit for bit: an optimizer that does not move leaves them as they were', async () => {
    const opt = await sgd({ lr: 0 }).init({ w: Float32Array.of(0.1, 1e-30, -3e20) });
    const step = sam(opt, () => (opt.grads.w.set([1, 1e-12, 7]), 0), { rho: 3 });
    const before = [...opt.params.w];
    for (let t = 1; t <= 5; t++) await step();
    assert.deepEqual([...opt.params.w], before);
    assert.equal(opt.t, 5);
  });
  test('a zero gradient has no direction: one evaluation, and the step', async () => {
    const { opt, points, step, weights } = await watched(sam, {}, () => [0, 0, 0]);
    await step();
    assert.deepEqual([points.length, opt.t, weights()], [1, 1, [1, 2, -4]]);
  });
  test("a gradient that is not finite meets the optimizer's own policy, and the weights are not lost", async () => {
    for (const bad of [NaN, Infinity]) {
      const skipping = await watched(sam, {}, () => [1, bad, 1], 'skip');
      await skipping.step();
      assert.deepEqual([skipping.points.length, skipping.opt.t, skipping.weights()], [1, 0, [1, 2, -4]]);
      const second = await watched(sam, {}, (call) => (call === 2 ? [bad, 0, 0] : [1, 1, 1]), 'throw');
      await assert.rejects(second.step(), NonFiniteError);
      assert.deepEqual([second.points.length, second.opt.t, second.weights()], [2, 0, [1, 2, -4]]);
    }
  });
  test('the weights are back when the second evaluation throws, and no step is taken', async () => {
    const { opt, step, weights } = await watched(sam, {}, (call) => {
      if (call === 2) throw new Error('out of data');
      return [1, 1, 1];
    });
    await assert.rejects(step(), /out of data/);
    assert.deepEqual([opt.t, weights()], [0, [1, 2, -4]]);
  });
  test('a gradient function may be slow, and inputs reach the optimizer', async () => {
    const opt = await polyak().init({ w: Float64Array.of(3) });
    const step = sam(
      opt,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        opt.grads.w[0] = 2 * opt.params.w[0]!;
        return opt.params.w[0]! ** 2;
      },
      { rho: 1 },
    );
    assert.equal(await step({ loss: 16 }), 9);
    assert.equal(opt.params.w[0], 3 - (16 / 64) * 8);
  });
  test('a chain is an optimizer like any other', async () => {
    const opt = await chain(l2(1), sgd({ lr: 0.5 })).init({ w: Float64Array.of(4) });
    await sam(opt, () => (opt.grads.w.fill(2), 0), { rho: 1 })();
    assert.equal(opt.params.w[0], 4 - 0.5 * (2 + 4)); // λ·w at w, not at the worst point
  });
});

describe('asam', () => {
  test('the point lies at ρ·T²g/‖T·g‖, with T = |w| + η', async () => {
    const { points, step } = await watched(asam, { rho: 2, eta: 1 }, () => [3, 0, 1]);
    await step();
    const [n, w] = [Math.hypot(2 * 3, 5 * 1), points[1]!];
    assert.ok(Math.abs(w[0]! - (1 + (2 * 4 * 3) / n)) < 1e-14 && w[1] === 2 && Math.abs(w[2]! - (-4 + (2 * 25) / n)) < 1e-14);
  });
  test('ρ is 0.5 and η is 0.01 unless given', async () => {
    const [left, right] = [await watched(asam, {}, () => [3, 2, 1]), await watched(asam, { rho: 0.5, eta: 0.01 }, () => [3, 2, 1])];
    await left.step();
    await right.step();
    assert.deepEqual(left.points, right.points);
    assert.ok(
      Math.abs(Math.hypot(...left.points[1]!.map((x, i) => (x - [1, 2, -4][i]!) / (Math.abs([1, 2, -4][i]!) + 0.01))) - 0.5) < 1e-12,
    );
  });
});

test('wrong options', async () => {
  const opt = await sgd().init({ w: Float64Array.of(1) });
  const gradient = (): number => 0;
  for (const rho of [0, -1, NaN, Infinity]) assert.throws(() => sam(opt, gradient, { rho }), /sam: rho must lie in \(0, ∞\)/);
  assert.throws(() => asam(opt, gradient, { eta: -1 }), /asam: eta must lie in \[0, ∞\), and -1 does not/);
  assert.throws(
    () => sam(opt, gradient, JSON.parse('{"rhoo":1}') as object),
    (error) => error instanceof OptionError && error.message.includes('did you mean rho'),
  );
});
