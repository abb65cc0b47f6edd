/** The object form for jax-js, in both engines: the same steps as the library's own, what an arena adds, and no array left behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultDevice, init, numpy as np, tree } from '@jax-js/jax';
import { adam, adamw, chain, clipByGlobalNorm, cosine, groups, muon, otherwise, polyak, scheduleFreeSgd, sgd, soap, sophia, tensor, ThalwegError, UnsupportedError, type Method, type Optimizer } from 'thalweg'; // prettier-ignore
import { gradientTransformation, optimizer, type JaxEngine } from 'thalweg/jax';
import { liveBuffers } from './support/jax-buffers.ts';

await init();

type Params = { layers: { wq: np.Array }[]; bias: np.Array; none: np.Array };
const wave = (n: number, t: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * i + 78.233 * t)); // prettier-ignore
const params = (t: number): Params => ({
  layers: [{ wq: np.array(wave(12, t)).reshape([3, 4]) }],
  bias: np.array(wave(5, t + 0.5)),
  none: np.zeros([0, 2]),
});
const flat = (given: Params): number[] => tree.leaves<np.Array>(given).flatMap((one) => [...one.dataSync()]);
const named = (t: number) => ({ 'layers/0/wq': wave(12, t), bias: wave(5, t + 0.5), none: new Float32Array(0) }); // prettier-ignore
const declared = (t: number) => ({ 'layers/0/wq': tensor([3, 4], { values: wave(12, t) }), bias: wave(5, t + 0.5), none: tensor([0, 2]) });

const mixed = chain(
  clipByGlobalNorm(1),
  groups([
    { match: 'layers/*/wq', use: muon(), name: 'matrices' },
    { match: otherwise, use: adamw({ lr: (t) => 0.1 / t }), name: 'rest' },
  ]),
);

for (const engine of ['arena', 'ops'] as const) {
  test(`${engine}: steps are those of the library, a plain function as schedule included`, async () => {
    const own: Optimizer = await mixed.init(declared(0));
    const opt = await optimizer(mixed).init(params(0), { engine });
    assert.equal(opt.engine, engine);
    let w = opt.params();
    for (let t = 1; t <= 6; t++) {
      tree.dispose(w);
      if (t === 4) own.hyper['matrices.lr'] = opt.hyper['matrices.lr'] = 0.05;
      own.step(named(t));
      w = await opt.step(params(t));
      assert.equal(opt.outcome, 'stepped');
    }
    assert.equal(opt.t, 6);
    const expected = Object.values(own.params).flatMap((x) => [...x]);
    flat(w).forEach((x, i) =>
      assert.ok(engine === 'arena' ? x === expected[i] : Math.abs(x - expected[i]!) < 2e-4, `${String(x)} is not ${String(expected[i])}`),
    );
    assert.throws(() => (opt.hyper['matrices.lr'] = -1), /lr must lie in/);
    assert.throws(() => Object.assign(opt.hyper, { eta: 1 }));
    opt.dispose();
    await assert.rejects(opt.step(params(1)), /dispose/);
  });

  test(`${engine}: inputs, and where to evaluate`, async () => {
    for (const [method, inputs] of [
      [polyak(), () => ({ loss: 2 })],
      [polyak(), () => ({ loss: np.array(2) })],
      [sophia(), (t: number) => ({ hessian: params(t) })],
      [scheduleFreeSgd({ lr: 0.1 }), () => ({})],
    ] as const) {
      const own: Optimizer = await (method as Method).init(declared(0));
      const opt = await optimizer<string>(method).init(params(0), { engine });
      for (let t = 1; t <= 3; t++) {
        const given = inputs(t);
        own.step(named(t), 'hessian' in given ? { hessian: named(t) } : 'loss' in given ? { loss: 2 } : {});
        tree.dispose(await opt.step(params(t), given));
      }
      const expected = Object.values(own.evaluate()).flatMap((x) => [...x]);
      flat(opt.evaluate()).forEach((x, i) => assert.ok(Math.abs(x - expected[i]!) < 1e-5, `${method.name} ${String(x)} ${String(expected[i])}`)); // prettier-ignore
      opt.dispose();
    }
  });

  for (const device of ['wasm', 'cpu'] as const) {
    test(`${engine} on ${device}: training leaves no buffer`, async () => {
      const usual = defaultDevice();
      defaultDevice(device);
      try {
        const cycle = async (): Promise<number> => {
          const opt = await optimizer(mixed).init(params(0), { engine });
          for (let t = 1; t <= 3; t++) {
            const g = params(t);
            const w = await opt.step(g);
            assert.ok(tree.leaves<np.Array>(g).every(({ refCount }) => refCount === 0));
            const kept = flat(tree.ref(w));
            tree.dispose(await opt.step(params(t + 9)));
            assert.deepEqual(flat(w), kept, 'parameters that were given are not those of a later step');
          }
          const wrong = { ...params(1), extra: np.zeros([1]) };
          await assert.rejects(opt.step(wrong), /extra/);
          if (engine === 'ops') tree.dispose(wrong);
          tree.dispose(opt.params());
          tree.dispose(opt.evaluate());
          opt.dispose();
          return liveBuffers(device);
        };
        const first = await cycle();
        for (let i = 0; i < 3; i++) assert.equal(await cycle(), first);
      } finally {
        defaultDevice(usual);
      }
    });
  }
}

test('an arena goes on bit for bit from a file, also of the library itself, with the names of the tree', async () => {
  const method = adamw({ lr: 0.1 });
  const whole = await optimizer(method).init(params(0));
  assert.equal(whole.engine, 'arena');
  for (let t = 1; t <= 3; t++) tree.dispose(await whole.step(params(t)));
  const file = await whole.save();
  const [again, own] = [await optimizer(method).init(params(5)), await method.init(declared(5))];
  const report = await again.load(file);
  await own.load(file);
  assert.deepEqual(report.taken.filter((name) => !name.startsWith('optimizer/')).toSorted(), ['bias', 'layers/0/wq', 'none']);
  assert.ok(report.taken.includes('optimizer/adamw.m/layers/0/wq'));
  const expected = flat(await whole.step(params(4)));
  assert.deepEqual(flat(await again.step(params(4))), expected);
  own.step(named(4));
  assert.deepEqual(Object.values(own.params).flatMap((x) => [...x]), expected); // prettier-ignore
});

test('an arena has what jax-js cannot carry, and what init takes', async () => {
  const whole = await optimizer(soap()).init({ w: np.array(wave(12, 0)).reshape([3, 4]) });
  assert.ok((await whole.step({ w: np.array(wave(12, 1)).reshape([3, 4]) })).w.dataSync().every(Number.isFinite));
  const slow = await optimizer(sgd({ lr: 1 })).init({ w: np.zeros([1]) }, { accumulate: 2 });
  assert.equal((await slow.step({ w: np.array([1]) })).w.dataSync()[0], 0);
  assert.equal(slow.outcome, 'accumulated');
  assert.equal((await slow.step({ w: np.array([3]) })).w.dataSync()[0], -2);
});

test('an arena reads gradients one after the other on wasm, and gives back the memory of each before the next', async (t) => {
  const data = Object.getOwnPropertyDescriptor(np.Array.prototype, 'data')?.value as (this: np.Array) => ReturnType<np.Array['data']>;
  const read: Float32Array[] = [];
  let most = 0;
  t.mock.method(np.Array.prototype, 'data', async function (this: np.Array) {
    const values = await data.call(this);
    if (values instanceof Float32Array) read.push(values);
    most = Math.max(most, read.filter(({ byteLength }) => byteLength > 0).length);
    return values;
  });
  for (const device of ['wasm', 'cpu'] as const) {
    defaultDevice(device);
    const opt = await optimizer(mixed).init(params(0));
    const others = params(1);
    [most, read.length] = [0, 0];
    tree.dispose(await opt.step(tree.ref(others)));
    assert.equal(read.length, 3);
    // What jax-js keeps on cpu is an array of JavaScript's, which it may hand out itself one day.
    if (device === 'wasm') assert.equal(most, 1);
    assert.equal(read.filter(({ byteLength }) => byteLength > 0).length, device === 'wasm' ? 0 : 2);
    assert.deepEqual(flat(others), flat(params(1)));
    opt.dispose();
  }
  defaultDevice('wasm');
});

test('what lies in memory that threads share reaches jax-js through copies that are given back, with the same bits', async (t) => {
  const [alone, shared] = await Promise.all([1, 2].map((threads) => optimizer(mixed).init(params(0), { threads })));
  const transfer = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'transfer')?.value as (length?: number) => ArrayBuffer;
  const given: number[] = [];
  t.mock.method(ArrayBuffer.prototype, 'transfer', function (this: ArrayBuffer, length?: number) {
    given.push(this.byteLength);
    return Reflect.apply(transfer, this, [length]);
  });
  const after = await alone!.step(params(1));
  // Gradients: 3 × 4, 5, and one without elements.
  assert.deepEqual(given.splice(0), [48, 20, 0]);
  assert.deepEqual(flat(await shared!.step(params(1))), flat(after));
  assert.deepEqual(given, [48, 20, 0, 48, 20]);
  alone!.dispose();
  shared!.dispose();
});

test('steps of an arena that are not waited for are taken one after the other', async () => {
  const [together, alone] = [await optimizer(mixed).init(params(0)), await optimizer(mixed).init(params(0))];
  const all = await Promise.all([1, 2, 3].map((t) => together.step(params(t))));
  for (const [i, t] of [1, 2, 3].entries()) assert.deepEqual(flat(all[i]!), flat(await alone.step(params(t))));
});

test('an arena refuses gradients of another type, shape or tree, keeps nothing of them, and steps on', async () => {
  const opt = await optimizer(mixed).init(params(0));
  const own = await optimizer(mixed).init(params(0));
  const wrong: [unknown, RegExp][] = [
    [{ ...params(1), bias: np.ones([5], { dtype: np.int32 }) }, /bias is int32/],
    [{ ...params(1), bias: np.ones([4]) }, /bias has the shape \[4\]/],
    [{ ...params(1), bias: np.ones([5, 1]) }, /bias has the shape \[5, 1\]/],
    [{ bias: params(1).bias }, /layers\/0\/wq/],
    [{ ...params(1), other: np.ones([1]) }, /other/],
  ];
  for (const [gradients, told] of wrong)
    await assert.rejects(opt.step(gradients as Params), (error) => error instanceof ThalwegError && told.test(error.message));
  await assert.rejects(optimizer(adamw()).init(params(0), { half: 'bfloat16' }), /half is for gradients in half precision/);
  assert.equal(opt.t, 0);
  assert.deepEqual(flat(await opt.step(params(1))), flat(await own.step(params(1))));
});

test('both engines take the same and refuse the same, before anything changes', async () => {
  const one = (): { w: np.Array } => ({ w: np.array([1, 2]) });
  const gradient = (): { w: np.Array } => ({ w: np.array([0.5, -1]) });
  const found = new Map<JaxEngine, unknown[]>();
  for (const engine of ['arena', 'ops'] as const) {
    const told: unknown[] = [];
    const attempt = async (run: () => unknown): Promise<void> => {
      try {
        const given = await run();
        if (given !== undefined) told.push((given as { w: np.Array }).w.js());
      } catch (error) {
        assert.ok(error instanceof ThalwegError, String(error));
        told.push(error.name, error.message.replace(/ \(did you mean.*/, ''));
      }
    };
    // Decay follows the factor of a schedule, also of one that is assigned; a function has none.
    const opt = await optimizer(adamw({ lr: 0.1, decay: 'independent', weightDecay: 0.1 })).init(one(), { engine });
    await attempt(() => opt.evaluate());
    opt.hyper.lr = cosine({ peak: 0.1, total: 4 });
    for (let t = 0; t < 3; t++) await attempt(() => opt.step(gradient()));
    await attempt(() => void (opt.hyper.lr = (t) => 0.1 / t));
    await attempt(() => void (opt.hyper.lr = -1));
    await attempt(() => void Reflect.set(opt.hyper, 'learningRate', 1));
    await attempt(() => opt.step(gradient()));
    // A function that leaves the range stops the step.
    const falls = await optimizer(sgd({ lr: (t) => (t < 4 ? 0.1 : -1) })).init(one(), { engine });
    await attempt(() => falls.evaluate());
    for (let t = 0; t < 4; t++) await attempt(() => falls.step(gradient()));
    falls.hyper.lr = 0.2;
    await attempt(() => falls.step(gradient()));
    told.push(falls.t);
    await attempt(() => optimizer(sgd()).init({ w: np.array([1], { dtype: np.int32 }) }, { engine }));
    opt.dispose();
    falls.dispose();
    found.set(engine, told);
  }
  const [arena, ops] = [found.get('arena')!, found.get('ops')!];
  assert.equal(arena.length, ops.length);
  arena.forEach((value, i) => {
    if (!Array.isArray(value)) assert.equal(ops[i], value);
    else
      value.forEach((x: number, k) =>
        assert.ok(Math.abs(x - (ops[i] as number[])[k]!) < 1e-6, `${String(i)}: ${String(value)}, ${String(ops[i])}`),
      );
  });
});

test('what operations do not have is refused by name', async () => {
  const one = (): { w: np.Array } => ({ w: np.ones([2, 2]) });
  await assert.rejects(optimizer(soap()).init(one(), { engine: 'ops' }), /soap.*QR.*engine 'arena'/);
  await assert.rejects(optimizer(sgd()).init(one(), { engine: 'ops', accumulate: 2 }), /accumulate.*engine 'arena'/);
  await assert.rejects(optimizer(sgd()).init(one(), { engine: 'gpu' as JaxEngine }), /engine must be/);
  const opt = await optimizer(sgd()).init(one(), { engine: 'ops' });
  await assert.rejects(opt.save(), /save needs the engine 'arena'/);
  await assert.rejects(optimizer(sgd()).init({ w: np.ones([2], { dtype: np.int32 }) }), /w is int32.*float32/);
});

test('arena: gradients that were consumed, are traced or are none, and parameters beside them, are told by name', async () => {
  const { jit } = await import('@jax-js/jax');
  const opt = await optimizer(adamw()).init({ w: np.ones([2]) });
  const given = { w: np.ones([2]) };
  tree.dispose(await opt.step(given));
  await assert.rejects(opt.step(given), /w was consumed by an earlier call/);
  await assert.rejects(opt.step(undefined as unknown as typeof given), /w is undefined, not an array of jax-js/);
  await assert.rejects(opt.step([np.ones([]), { w: np.ones([2]) }] as never), /w is missing in one of the trees, which has 0, 1\/w/);
  const own = { w: np.ones([2]) };
  await assert.rejects(opt.step({ w: np.ones([2]) }, own), /w is not an input of this method; .*since the optimizer holds them/);
  let traced: Promise<unknown> | undefined;
  const step = jit((g: typeof given) => {
    traced = opt.step({ w: g.w.ref });
    traced.catch(() => undefined);
    return g.w;
  });
  step({ w: np.ones([2]) }).dispose();
  await assert.rejects(traced!, /w is being traced by jit or grad; .*gradientTransformation/);
  assert.equal(opt.t, 1);
  opt.dispose();
});

test('on webgl, whose shaders repeat what is used twice, an arena steps, and operations are refused by name', async () => {
  const far = (): np.Array => Object.defineProperty(np.ones([2]), 'device', { value: 'webgl' });
  const opt = await optimizer(adam()).init(far());
  assert.equal(opt.engine, 'arena');
  opt.dispose();
  const refusal = (error: unknown): boolean => error instanceof UnsupportedError && error.message.includes('webgl') && error.message.includes("'arena'"); // prettier-ignore
  assert.throws(() => gradientTransformation(adam()).init(far()), refusal);
  await assert.rejects(optimizer(adam()).init(far(), { engine: 'ops' }), refusal);
});
