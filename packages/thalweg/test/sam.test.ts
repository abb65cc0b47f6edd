/** Sharpness-aware steps: where the gradient is asked for, what comes back to the weights, and what has no direction. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  adam, asam, chain, l2, NonFiniteError, ObjectiveError, OptionError, polyak, sam, sgd, sparse, rows, tied, ThalwegError, UnsupportedError,
  type Optimizer, type SamStep,
} from 'thalweg'; // prettier-ignore

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

describe('sam and asam move what is trained now, each array once', () => {
  type Change = readonly ['freeze' | 'unfreeze' | 'remove', number] | readonly ['add' | 'tie'] | readonly ['step'];
  const changes: fc.Arbitrary<Change[]> = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(['step'] as const) },
      fc.tuple(fc.constantFrom('freeze' as const, 'unfreeze' as const, 'remove' as const), fc.nat(6)),
      fc.constantFrom(['add'] as const, ['tie'] as const),
    ),
    { maxLength: 20 },
  );
  for (const maximize of [false, true]) {
    for (const adaptive of [false, true]) {
      test(`${adaptive ? 'asam' : 'sam'}${maximize ? ', ascending' : ''}: any order of freezing, adding, tying and removing`, async () => {
        await fc.assert(
          fc.asyncProperty(changes, async (list) => {
            const opt = (await sgd({ lr: 0.125 }).init({ a: Float64Array.of(1, 2), b: Float64Array.of(-4) }, { maximize })) as Optimizer;
            /** What is trained, by hand: values and whether frozen; `order` numbers every parameter that ever was. */
            const model = new Map<string, { w: number[]; frozen: boolean }>([
              ['a', { w: [1, 2], frozen: false }],
              ['b', { w: [-4], frozen: false }],
            ]);
            const ties = new Map<string, string>();
            const sign = maximize ? -1 : 1;
            const slope = (x: number): number => sign * (2 * x - 1);
            let made = 0;
            const points: number[][] = [];
            const step = (adaptive ? asam : sam)(opt, () => {
              points.push([...model.keys()].flatMap((name) => [...opt.params[name]!]));
              for (const name of Object.keys(opt.params)) if (!ties.has(name)) opt.grads[name]!.set(opt.params[name]!.map(slope));
              return 7;
            });
            for (const change of list) {
              const name = [...model.keys()][(change[1] ?? 0) % Math.max(1, model.size)] ?? '';
              if (change[0] === 'add') {
                const w = [made + 0.5, -made];
                (opt as Optimizer & { add: (given: object) => void }).add({ [`p${String(++made)}`]: Float64Array.from(w) });
                model.set(`p${String(made)}`, { w, frozen: false });
              } else if (change[0] === 'tie' && model.size > 0) {
                ties.set(`t${String(++made)}`, [...model.keys()][0]!);
                opt.add({ [`t${String(made)}`]: tied([...model.keys()][0]!), [`p${String(made)}`]: Float64Array.of(1) });
                model.set(`p${String(made)}`, { w: [1], frozen: false });
              } else if (change[0] === 'step' || change[0] === 'tie' || model.size < 2) {
                const trained = [...model].filter(([, { frozen }]) => !frozen);
                assert.deepEqual([...opt.trained].toSorted(), trained.map(([one]) => one).toSorted());
                const scale = (x: number): number => (adaptive ? Math.abs(x) + 0.01 : 1);
                const n = Math.hypot(...trained.flatMap(([, { w }]) => w.map((x) => scale(x) * slope(x))));
                const rho = (adaptive ? 0.5 : 0.05) * sign;
                points.length = 0;
                assert.equal(await step(), 7);
                const expected = [...model.values()].flatMap(({ w, frozen }) =>
                  w.map((x) => (frozen ? x : x + (rho * scale(x) ** 2 * slope(x)) / n)),
                );
                for (const one of model.values()) {
                  if (one.frozen) continue;
                  one.w = one.w.map((x) => x - sign * 0.125 * slope(x + (rho * scale(x) ** 2 * slope(x)) / n));
                }
                if (trained.length > 0) {
                  assert.equal(points.length, 2);
                  points[1]!.forEach((x, i) => assert.ok(Math.abs(x - expected[i]!) < 1e-12));
                }
                for (const [one, { w }] of model) w.forEach((x, i) => assert.ok(Math.abs(opt.params[one]![i]! - x) < 1e-12));
              } else if (change[0] === 'remove') {
                opt.remove(name);
                model.delete(name);
                for (const [alias, to] of ties) if (to === name) ties.delete(alias);
              } else {
                opt[change[0]](name);
                model.get(name)!.frozen = change[0] === 'freeze';
              }
            }
            opt.dispose();
          }),
          { numRuns: Number(process.env['THALWEG_FUZZ'] ?? 60) },
        );
      });
    }
  }
  test('in half precision the model sees the point rounded, and both come back', async () => {
    const opt = await sgd({ lr: 0.5 }).init({ w: Float32Array.of(1, 2.001) }, { half: 'bfloat16' });
    const codes = (...values: number[]): Uint16Array<ArrayBuffer> =>
      new Uint16Array(Float32Array.from(values).buffer).filter((_, i) => i % 2 === 1);
    const seen: number[][] = [];
    const step = sam(opt, () => (seen.push([...opt.half.params.w]), opt.half.grads.w.set(codes(3, 4)), 2), { rho: 5 });
    assert.equal(await step(), 2);
    assert.deepEqual(seen, [[...codes(1, 2)], [...codes(4, 6)]]);
    assert.deepEqual([...opt.params.w], [-0.5, Math.fround(2.001) - 2]);
    assert.deepEqual([...opt.half.params.w].slice(0, 1), [...codes(-0.5)]);
    const broken = sam(opt, () => (seen.length++ > 2 ? assert.fail('out of data') : (opt.half.grads.w.set(codes(1, 1)), 1)));
    const before = [[...opt.params.w], [...opt.half.params.w]];
    await assert.rejects(broken(), /out of data/);
    assert.deepEqual([[...opt.params.w], [...opt.half.params.w]], before);
  });
  test('a table of rows is refused while it is trained', async () => {
    const opt = await adam().init({ E: sparse([4, 2]), w: Float32Array.of(1) });
    const gradient = (): number => (opt.grads.w.fill(1), 1);
    assert.throws(() => sam(opt, gradient), (error) => error instanceof UnsupportedError && error.message.includes('sam: E is sparse'));
    opt.freeze('E');
    const step = sam(opt, gradient);
    await step();
    opt.unfreeze('E');
    await assert.rejects(step(), UnsupportedError);
    opt.step({ E: rows([1], Float32Array.of(1, 1)), w: Float32Array.of(1) });
    assert.equal(opt.t, 2);
  }); // prettier-ignore
  test('a step before the last one has ended is refused, and nothing is lost', async () => {
    const opt = await sgd({ lr: 0 }).init({ w: Float64Array.of(1) });
    const step = sam(opt, async () => (await Promise.resolve(), opt.grads.w.fill(1), 0), { rho: 1 });
    const first = step();
    await assert.rejects(step(), /sam: the last step is still running/);
    await first;
    await step();
    assert.deepEqual([opt.t, opt.params.w[0]], [2, 1]);
    const failing = sam(opt, () => assert.fail('no data'));
    for (let i = 0; i < 2; i++) await assert.rejects(failing(), /no data/);
  });
  test('accumulate: each call is one batch, with a worst point of its own', async () => {
    const opt = await sgd({ lr: 0.5 }).init({ w: Float64Array.of(4) }, { accumulate: 2 });
    const points: number[] = [];
    const step = sam(opt, () => (points.push(opt.params.w[0]!), opt.grads.w.fill(points.length), 0), { rho: 1 });
    await step();
    assert.deepEqual([opt.t, opt.params.w[0]], [0, 4]);
    await step();
    assert.deepEqual([opt.t, points, opt.params.w[0]], [1, [4, 5, 4, 5], 4 - 0.5 * ((2 + 4) / 2)]);
  });
  test('gradients whose squares leave float64 have a direction', async () => {
    for (const size of [1e-320, 1e-200, 1e200]) {
      for (const [make, options] of [[sam, { rho: 5 }], [asam, { rho: 10, eta: 1 }]] as const) {
        const opt = await sgd({ lr: 0 }).init({ w: Float64Array.of(1, -1) });
        const points: number[][] = [];
        await make(opt, () => (points.push([...opt.params.w]), opt.grads.w.set([3 * size, 4 * size]), 0), options)();
        const expected = make === sam ? [4, 3] : [1 + (10 * 4 * 3) / 10, -1 + (10 * 4 * 4) / 10];
        points[1]!.forEach((x, i) => assert.ok(Math.abs(x - expected[i]!) < 0.01, `${String(size)}: ${String(points[1])}`));
      }
    }
  }); // prettier-ignore
  test('what is no optimizer, no function or no loss', async () => {
    const opt = await sgd().init({ w: Float64Array.of(1) });
    for (const wrong of [undefined, null, {}, sgd(), { params: {}, grads: {} }])
      assert.throws(() => sam(wrong as never, () => 1), (error) => error instanceof OptionError && error.message.includes('opt must be an optimizer'));
    assert.throws(() => asam(opt, 1 as never), /asam: gradient must be a function that fills opt\.grads and returns the loss, not 1/);
    for (const loss of [undefined, '1', 1n, Promise.resolve(undefined)])
      await assert.rejects(sam(opt, () => loss as never)(), (error) => error instanceof ObjectiveError && error instanceof ThalwegError);
    assert.equal(opt.t, 0);
    opt.dispose();
    await assert.rejects(async () => sam(opt, () => 1)(), ThalwegError);
  }); // prettier-ignore
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
