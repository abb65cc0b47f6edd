/** Loading what is not of just this optimizer: weights alone, whatever fits, a run made with another rate; and what may not be done meanwhile. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  adam, adamw, chain, CheckpointError, clipByGlobalNorm, cosine, groups, lamb, optimizer, otherwise, prodigy, radam, schedule, scheduleFreeAdamw, sgd, tensor,
  ThalwegError,
  warmupCosine, type CheckpointSource, type LoadOptions, type LoadReport, type Method,
} from 'thalweg'; // prettier-ignore
import { loadFile, saveFile } from 'thalweg/node';

const first = { W: tensor([2, 3], { values: Float32Array.of(1, -2, 3, -4, 5, -6) }), b: Float32Array.of(0.5, 1) } as const;
const gradient = (length: number, t: number) => Float32Array.from({ length }, (_, i) => Math.sin(3 * t + i) + 0.1);

/** A trained optimizer. */
async function trained(method: Method, steps = 5) {
  const opt = await method.init(first);
  for (let i = 0; i < steps; i++) opt.step({ W: gradient(6, i), b: gradient(2, i) });
  return opt;
}
const trainAll = (
  opt: { params: object; grads: Record<string, Float32Array | Float64Array>; step(): unknown },
  from: number,
  to: number,
) => {
  for (let t = from; t < to; t++) {
    for (const g of Object.values(opt.grads)) g.set(gradient(g.length, t));
    opt.step();
  }
  return JSON.stringify(opt.params);
};
const flat = (params: object): number[] => Object.values(params).flatMap((array: Float32Array) => [...array]);

/** The three ways in, which must do the same. */
const ways: Readonly<Record<string, (opt: Loads, saved: Uint8Array<ArrayBuffer>, options?: LoadOptions) => Promise<LoadReport>>> = {
  load: (opt, saved, options) => opt.load(saved, options),
  loadFrom: (opt, saved, options) => opt.loadFrom(sourceOf(saved), options),
  loadFile: async (opt, saved, options) => {
    const folder = await mkdtemp(join(tmpdir(), 'thalweg-'));
    try {
      const path = join(folder, 'model');
      await saveFile({ *chunks() { yield saved; } }, path); // prettier-ignore
      return await loadFile(opt, path, options);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
interface Loads {
  load(bytes: Uint8Array, options?: LoadOptions): Promise<LoadReport>;
  loadFrom(source: CheckpointSource, options?: LoadOptions): Promise<LoadReport>;
}
const sourceOf = (bytes: Uint8Array): CheckpointSource => ({
  size: bytes.length,
  read: async (at, into) => {
    await Promise.resolve();
    into.set(bytes.subarray(at, at + into.length));
  },
});

for (const [way, load] of Object.entries(ways)) {
  describe(way, () => {
    test('a whole file is told of as taken whole', async () => {
      const from = await trained(adamw());
      const to = await adamw().init(first);
      const report = await load(to, await from.save());
      assert.deepEqual(report, {
        taken: ['W', 'b', 'optimizer/adamw.m/W', 'optimizer/adamw.v/W', 'optimizer/adamw.m/b', 'optimizer/adamw.v/b'],
        missing: [],
        unexpected: [],
        different: [],
        fresh: [],
      });
      assert.equal(trainAll(to, 5, 9), trainAll(from, 5, 9));
    });

    test('weights alone go into another optimizer, whose states begin anew: every later step is that of one made with them', async () => {
      for (const method of [() => chain(clipByGlobalNorm(1), lamb()), () => scheduleFreeAdamw({ lr: 0.1 }), () => adamw({ lr: 1 })]) {
        const from = await trained(adamw({ lr: 0.1 }));
        const [to, made] = [await method().init(first), await method().init(from.params)];
        // Also where it has been used before.
        const used = await trained(method(), 0);
        const report = await load(to, await from.save(), { only: 'params' });
        await load(used, await from.save(), { only: 'params' });
        assert.deepEqual(flat(to.evaluate()), flat(from.params));
        assert.deepEqual([report.taken, report.missing, report.different, report.fresh], [['W', 'b'], [], [], ['W', 'b']]);
        assert.equal(report.unexpected.length, 4);
        assert.equal(to.t, 0);
        const expected = trainAll(made, 0, 6);
        assert.equal(trainAll(to, 0, 6), expected);
        assert.equal(trainAll(used, 0, 6), expected);
      }
    });
  });
}

test('weights alone, into an optimizer that has taken steps: t goes on, and the equations count from here, as for parameters that are added', async () => {
  const from = await trained(adamw());
  const opt = await trained(scheduleFreeAdamw({ lr: 0.1 }), 7);
  await opt.load(await from.save(), { only: 'params' });
  assert.equal(opt.t, 7);
  assert.deepEqual(flat(opt.evaluate()), flat(from.params));
  assert.ok(
    Object.values(opt.state)
      .flatMap(flat)
      .every((value) => value === 0),
  );
  const added = await trained(scheduleFreeAdamw({ lr: 0.1 }), 7);
  added.remove('*');
  const anew = added.add({ W2: tensor([2, 3], { values: from.params.W }), b2: from.params.b });
  for (let t = 7; t < 12; t++) {
    opt.step({ W: gradient(6, t), b: gradient(2, t) });
    anew.step({ W2: gradient(6, t), b2: gradient(2, t) } as never);
  }
  assert.deepEqual(flat(opt.params), flat({ W: anew.params.W2, b: anew.params.b2 }));
});

test('weights of a file by another tool, with types that are not read here beside them', async () => {
  const header = JSON.stringify({
    W: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    half: { dtype: 'F16', shape: [3], data_offsets: [24, 30] },
    later: { dtype: 'F4_E2M1', shape: [5], data_offsets: [30, 33] },
    b: { dtype: 'F32', shape: [2], data_offsets: [33, 41] },
  });
  const bytes = Buffer.concat([
    Buffer.alloc(8),
    Buffer.from(header),
    Buffer.alloc(24),
    Buffer.alloc(9, 255),
    Buffer.from(Float32Array.of(3, 4).buffer),
  ]);
  bytes.writeBigUInt64LE(BigInt(header.length));
  const opt = await trained(adamw());
  const report = await opt.load(bytes, { only: 'params' });
  assert.deepEqual(report.unexpected, ['half', 'later']);
  assert.deepEqual([...opt.params.b], [3, 4]);
  assert.deepEqual((await (await trained(adamw())).load(bytes, { only: 'matching' })).fresh, ['W', 'b']);
  await assert.rejects(opt.load(bytes), /not written by Thalweg/);
});

test('weights alone are refused where one is missing, of another shape or of another type; nothing changes', async () => {
  const from = await trained(adamw());
  for (const [parameters, words] of [
    [{ ...first, head: tensor([3]) }, /the parameter head is not in the file/],
    [{ ...first, b: tensor([3]) }, /the parameter b has the shape \[2\] in the file and \[3\] here/],
    [{ W: tensor([2, 3], { dtype: 'float64' }) }, /the parameter W is F32 in the file and F64 here/],
  ] as const) {
    const opt = await adamw().init(parameters);
    trainAll(opt, 0, 3);
    const before = await opt.save();
    await assert.rejects(opt.load(await from.save(), { only: 'params' }), (error: unknown) => error instanceof CheckpointError && words.test(error.message)); // prettier-ignore
    assert.deepEqual(await opt.save(), before);
  }
});

test('whatever fits: a clip that was added changes nothing of the states', async () => {
  const from = await trained(adamw());
  const to = await chain(clipByGlobalNorm(1e9), adamw()).init(first);
  const report = await to.load(await from.save(), { only: 'matching' });
  assert.deepEqual([report.missing, report.unexpected, report.different, report.fresh], [[], [], [], []]);
  assert.equal(to.t, 5);
  assert.equal(trainAll(to, 5, 12), trainAll(from, 5, 12));
});

test('whatever fits: a new head in a group of its own begins anew, and the rest goes on bit for bit', async () => {
  const method = (head: boolean) =>
    groups([
      ...(head ? [{ match: 'head', use: adam({ lr: 0.5 }), name: 'head' }] : []),
      { match: otherwise, use: adamw({ lr: 0.1 }), name: 'trunk' },
    ] as const);
  const from = await trained(method(false));
  from.freeze('b');
  const to = await method(true).init({ ...first, head: Float32Array.of(1, 2) });
  to.freeze('head');
  const report = await to.load(await from.save(), { only: 'matching' });
  assert.deepEqual(report.missing, ['head', 'optimizer/adam.m/head', 'optimizer/adam.v/head']);
  assert.deepEqual(report.fresh, ['head']);
  to.unfreeze('head');
  const alone = await adam({ lr: 0.5 }).init({ head: Float32Array.of(1, 2) });
  for (let t = 5; t < 9; t++) {
    to.step({ W: gradient(6, t), b: gradient(2, t), head: gradient(2, t) });
    from.step({ W: gradient(6, t), b: gradient(2, t) });
    alone.step({ head: gradient(2, t) });
  }
  assert.deepEqual(flat({ ...to.params }), [...flat(from.params), ...flat(alone.params)]);
  assert.deepEqual([...to.params.b], [...from.params.b]);
});

for (const [name, method] of Object.entries({
  adamw: () => adamw({ lr: 0.1 }),
  lamb: () => chain(clipByGlobalNorm(1e9), lamb({ lr: 0.1, weightDecay: 0.1 })),
  prodigy: () => prodigy(),
  'scheduleFreeAdamw, evaluated elsewhere': () => scheduleFreeAdamw({ lr: 0.1 }),
  radam: () => radam({ lr: 0.1 }),
  'one with a state of each kind': () =>
    optimizer({
      name: 'kinds',
      hyper: { lr: ['η', 0.1] },
      init: { x: '2·w' },
      equations:
        'h ← h + 1; d ← d + ‖g‖; r ← rank ≥ 2 ? r + rowMean(g²) : r; x ← 0.5·x + g; w ← w − η·x/(1 + h + d)·(rank ≥ 2 ? 1/(1 + r) : 1)',
    })(),
})) {
  for (const backend of ['wasm', 'reference'] as const) {
    test(`whatever fits: a head in the same group begins anew and all else goes on bit for bit, as if it had been added (${name}, ${backend})`, async () => {
      const wide = { W: Float64Array.of(1, -2, 3, -4, 5, -6), b: Float64Array.of(0.5, 1), c: Float64Array.of(-1) };
      const values = { ...wide, head: Float64Array.of(1, 2, 3), tail: Float64Array.of(4) };
      const gradients = (of: object, t: number) => {
        const all = Object.entries(values).map(([key, { length }], i) => [key, Float64Array.from(gradient(length, t + 0.1 * i))] as const);
        return Object.fromEntries(all.filter(([key]) => key in of)) as typeof values;
      };
      const from = await method().init({ ...wide, W: tensor([2, 3], { values: wide.W }) }, { backend });
      for (let t = 0; t < 6; t++) from.step(gradients(wide, t));
      const saved = await from.save();
      // Declared between those that are there, so that they lie between them in memory too.
      const declared = {
        head: values.head,
        W: tensor([2, 3], { values: new Float64Array(6) }),
        b: new Float64Array(2),
        tail: values.tail,
        c: new Float64Array(1),
      };
      const to = await method().init(declared, { backend });
      to.step(gradients(declared, 0));
      to.params.head.set(values.head);
      to.params.tail.set(values.tail);
      const views = { ...to.params };
      const report = await to.load(saved, { only: 'matching' });
      assert.deepEqual(report.fresh, ['head', 'tail']);
      assert.deepEqual(report.different, []);
      assert.equal(to.t, 6);
      const added = from.add({ head: values.head, tail: values.tail });
      const compare = (): void => {
        for (const key of ['W', 'b', 'c', 'head', 'tail'] as const) {
          assert.deepEqual(to.params[key], added.params[key], key);
          assert.equal(to.params[key], views[key], 'the views are those from before');
          assert.deepEqual(to.evaluate()[key], added.evaluate()[key], `where ${key} is evaluated`);
        }
      };
      const both = (t: number): void => {
        for (const opt of [to, added]) opt.step(gradients(values, t));
      };
      compare();
      for (let t = 6; t < 12; t++) {
        if (t === 8) for (const opt of [to, added]) opt.freeze('b');
        if (t === 9) for (const opt of [to, added]) opt.unfreeze('b');
        both(t);
        compare();
      }
      // Saved and read again, by one that was made in this way and by one that was not.
      const [again, late] = [await method().init(declared, { backend }), await method().init({ ...wide, W: declared.W }, { backend })];
      const [parted, whole] = [await to.save(), await added.save()];
      assert.equal(parted.length, whole.length);
      await again.load(parted, { only: 'matching' });
      await late.add({ head: values.head, tail: values.tail }).load(parted);
      both(12);
      for (const opt of [again, late]) opt.step(gradients(values, 12));
      for (const key of ['W', 'b', 'c', 'head', 'tail'] as const) {
        assert.deepEqual(again.params[key], to.params[key]);
        assert.deepEqual(Reflect.get(late.params, key), to.params[key]);
      }
    });
  }
}

test('what was parted by a load accumulates, is observed, removed and cleared like all else', async () => {
  const begin = (parameters: Parameters<Method['init']>[0]) => adamw({ lr: 0.1 }).init(parameters, { accumulate: 2, observe: true });
  const from = await begin(first);
  for (let t = 0; t < 4; t++) from.step({ W: gradient(6, t), b: gradient(2, t) });
  const to = await begin({ ...first, head: Float32Array.of(1, 2) });
  await to.load(await from.save(), { only: 'matching' });
  const added = from.add({ head: Float32Array.of(1, 2) });
  for (let t = 4; t < 9; t++) for (const opt of [to, added]) opt.step({ W: gradient(6, t), b: gradient(2, t), head: gradient(2, t + 3) });
  assert.deepEqual(flat(to.params), flat(added.params));
  assert.deepEqual(await to.observe(), await added.observe());
  to.remove('head');
  to.zeroGrad();
  to.step({ W: gradient(6, 9), b: gradient(2, 9) });
  assert.deepEqual(Object.keys(to.params), ['W', 'b']);
});

test('whatever fits, of another optimizer or of ascent: the weights; of nothing in common: a refusal', async () => {
  const from = await trained(adamw({ lr: 0.1 }));
  const saved = await from.save();
  const other = await sgd({ momentum: 0.9 }).init(first);
  const report = await other.load(saved, { only: 'matching' });
  assert.deepEqual(report.taken, ['W', 'b']);
  assert.deepEqual(report.different, [{ name: 'hyper.lr', why: "is 0.1 in the file and 0.01 here; this optimizer's was kept" }]);
  assert.equal(other.hyper.lr, 0.01);
  assert.equal(other.t, 5);
  const taken = await (await sgd().init(first)).load(saved, { only: 'matching', hyper: 'file' });
  assert.match(taken.different[0]?.why ?? '', /the file's was taken/);
  const ascent = await adamw({ lr: 0.1 }).init(first, { maximize: true });
  assert.deepEqual((await ascent.load(saved, { only: 'matching' })).fresh, ['W', 'b']);
  await assert.rejects((await adamw().init({ x: tensor([2]) })).load(saved, { only: 'matching' }), CheckpointError);
});

test('a window of accumulation is dropped with what it was of, and taken where everything fits', async () => {
  const start = () => adamw().init(first, { accumulate: 3 });
  const [from, to] = [await start(), await start()];
  for (let i = 0; i < 4; i++) from.step({ W: gradient(6, i), b: gradient(2, i) });
  const saved = await from.save();
  await to.load(saved, { only: 'matching' });
  assert.equal(trainAll(to, 4, 9), trainAll(from, 4, 9));
  const fresh = await start();
  fresh.step({ W: gradient(6, 9), b: gradient(2, 9) });
  await fresh.load(saved, { only: 'params' });
  for (let i = 0; i < 2; i++) fresh.step({ W: gradient(6, i), b: gradient(2, i) });
  assert.equal(fresh.t, 0);
});

describe('hyperparameters', () => {
  const resumed = (method: Method) => method.init(first);
  const wrong = (words: RegExp) => (error: unknown) => error instanceof CheckpointError && words.test(error.message);
  const schedule = cosine({ peak: 0.1, total: 50 });

  for (const [what, saved, here] of [
    ['another schedule', adamw({ lr: schedule }), adamw({ lr: cosine({ peak: 0.1, total: 60 }) })],
    ['a schedule of another kind', adamw({ lr: schedule }), adamw({ lr: warmupCosine({ peak: 0.1, warmup: 3, total: 50 }) })],
    ['a number for a schedule', adamw({ lr: schedule }), adamw({ lr: 0.1 })],
    ['a schedule for a number', adamw({ lr: 0.1 }), adamw({ lr: schedule })],
    ['another number', adamw({ lr: 0.1 }), adamw({ lr: 0.2 })],
    ['a function for a number', adamw({ lr: 0.1 }), adamw({ lr: () => 0.1 })],
  ] as const) {
    test(`resuming with ${what} is refused until one says which`, async () => {
      const from = await trained(saved);
      const bytes = await from.save();
      const opt = await resumed(here);
      const before = await opt.save();
      await assert.rejects(opt.load(bytes), wrong(/lr is .* in the file and .* here; load\(file, \{ hyper: 'file' \}\)/));
      await assert.rejects(opt.loadFrom(sourceOf(bytes)), CheckpointError);
      assert.deepEqual(await opt.save(), before);
      const mine = opt.hyper['lr'];
      const report = await opt.load(bytes, { hyper: 'mine' });
      assert.equal(opt.hyper['lr'], mine);
      assert.equal(report.different[0]?.name, 'hyper.lr');
      assert.equal(opt.t, 5);
      await opt.load(bytes, { hyper: 'file' });
      assert.equal(trainAll(opt, 5, 9), trainAll(from, 5, 9));
    });
  }

  test('what was changed while training goes on as it was, without a question', async () => {
    const from = await trained(adamw({ lr: 0.1 }));
    for (const value of [0.05, schedule] as const) {
      from.hyper['lr'] = value;
      const opt = await resumed(adamw({ lr: 0.1 }));
      await opt.load(await from.save());
      assert.equal(trainAll(opt, 5, 9), trainAll(await again(from), 5, 9));
    }
    // An earlier file of the same run, after a plateau has lowered the rate.
    const run = await trained(adamw({ lr: 0.1 }));
    const earlier = await run.save();
    run.hyper['lr'] = 0.01;
    await run.load(earlier);
    assert.equal(run.hyper['lr'], 0.1);
    // A schedule that was set by hand here is meant.
    run.hyper['lr'] = schedule;
    await assert.rejects(run.load(earlier), CheckpointError);
    run.hyper['lr'] = 0.1;
    await run.load(earlier);
  });

  async function again(opt: Awaited<ReturnType<typeof trained>>) {
    const twin = await adamw({ lr: 0.1 }).init(first);
    await twin.load(await opt.save());
    return twin;
  }

  test('a function of t is kept where it was one before, and under hyper: mine', async () => {
    const from = await trained(adamw({ lr: (t) => 0.1 / t }));
    const saved = await from.save();
    await (await resumed(adamw({ lr: (t) => 0.1 / t }))).load(saved);
    await assert.rejects((await resumed(adamw({ lr: 0.1 }))).load(saved), /lr was a function, which a file cannot hold/);
    await (await resumed(adamw({ lr: 0.1 }))).load(saved, { hyper: 'mine' });
  });
});

test('what is frozen is what the file says, and the report tells where that was otherwise here; weights alone bring nothing of it along', async () => {
  const from = await trained(adamw());
  from.freeze('b');
  const saved = await from.save();
  const opt = await trained(adamw());
  opt.freeze('W');
  const before = await opt.save();
  for (const options of [{}, { only: 'matching' }] as const) {
    await opt.load(before);
    const { different } = await opt.load(saved, options);
    assert.deepEqual(different, [
      { name: 'frozen.W', why: "is not frozen in the file, and here it was; the file's was taken" },
      { name: 'frozen.b', why: "is frozen in the file, and here not; the file's was taken" },
    ]);
    const [W, b] = [opt.params.W.slice(), opt.params.b.slice()];
    opt.step({ W: gradient(6, 1), b: gradient(2, 1) });
    assert.notDeepEqual(opt.params.W, W);
    assert.deepEqual(opt.params.b, b);
  }
  await opt.load(before);
  await opt.load(saved, { only: 'params' });
  const W = opt.params.W.slice();
  opt.step({ W: gradient(6, 1), b: gradient(2, 1) });
  assert.deepEqual(opt.params.W, W);
});

test('a schedule in a file of the first version is the same whatever base was found for it then', async () => {
  const make = () => sgd({ lr: schedule('t < 5 ? a·t : a', { a: 0.01 }) }).init(first);
  const opt = await make();
  const text = Buffer.from(await opt.save()).toString('latin1');
  const old = (from: string): Buffer => {
    const length = Number(Buffer.from(from, 'latin1').readBigUInt64LE());
    const header = Buffer.from(from.slice(8, 8 + length), 'latin1').toString();
    const changed = header
      .replace(/"crc32":"[^"]*",/, '')
      .replace(/"configured":"(?:[^"\\]|\\.)*",/, '')
      .replaceAll('\\"base\\":0.04', '\\"base\\":0.01');
    assert.ok(changed.length < header.length - 40);
    const out = Buffer.concat([Buffer.alloc(8), Buffer.from(changed), Buffer.from(from.slice(8 + length), 'latin1')]);
    out.writeBigUInt64LE(BigInt(Buffer.byteLength(changed)));
    return out;
  };
  await (await make()).load(old(text));
});

describe('meanwhile', () => {
  test('while a file is read, everything that would change the optimizer or save it is refused', async () => {
    const from = await trained(adamw());
    const saved = await from.save();
    const opt = await trained(adamw(), 1);
    const words = (error: unknown): boolean =>
      error instanceof ThalwegError && error.code === 'loading' && error.message.includes('while a file is being loaded');
    let reads = 0;
    const source = sourceOf(saved);
    await opt.loadFrom({
      size: source.size,
      read: async (at, into) => {
        reads += 1;
        assert.throws(() => opt.step(), words);
        assert.throws(() => { opt.freeze('W'); }, words); // prettier-ignore
        assert.throws(() => opt.add({ c: tensor([1]) }), words);
        assert.throws(() => { opt.remove('W'); }, words); // prettier-ignore
        assert.throws(() => opt.evaluate(), words);
        await assert.rejects(opt.load(saved), words);
        await assert.rejects(opt.loadFrom(source), words);
        await assert.rejects(opt.save(), words);
        assert.throws(() => [...opt.chunks()], words);
        await source.read(at, into);
      },
    });
    assert.ok(reads > 6);
    assert.equal(trainAll(opt, 5, 9), trainAll(from, 5, 9));
  });

  test('what is saved and what is loaded is of when it was asked for, whether or not that was waited for before the next step', async () => {
    const [opt, twin] = [await trained(adamw()), await trained(adamw())];
    const expected = await twin.save();
    const saving = opt.save();
    opt.step();
    assert.deepEqual(await saving, expected);
    const loading = opt.load(expected);
    opt.step();
    await loading;
    twin.step({ W: opt.grads.W, b: opt.grads.b });
    assert.deepEqual(await opt.save(), await twin.save());
  });

  test('a load that was refused or that failed leaves the optimizer free to load again', async () => {
    const saved = await (await trained(adamw())).save();
    const opt = await trained(adamw(), 1);
    await assert.rejects(opt.loadFrom(sourceOf(saved.subarray(0, 50))), CheckpointError);
    opt.step();
    await assert.rejects(opt.loadFrom({ size: 500, read: () => Promise.reject(new Error('gone')) }), /gone/);
    opt.step();
    await opt.loadFrom(sourceOf(saved));
    opt.step();
    const loading = opt.loadFrom(sourceOf(saved));
    opt.dispose();
    await assert.rejects(loading, { code: 'disposed' });
  });
});

describe('names', () => {
  const names = [
    'optimizer/x',
    'optimizer/adamw.m/W',
    'optimizer//W',
    'optimizer/',
    '__metadata__',
    'a/b',
    'W',
    'parameter/W',
    '%2F',
    '',
    '/',
  ];
  test('parameters may be called what states are called in files, and what files call their texts', async () => {
    const start = () => adamw().init(Object.fromEntries(names.map((name, i) => [name, Float32Array.of(i + 1)])));
    const [from, to] = [await start(), await start()];
    from.freeze('optimizer/x');
    trainAll(from, 0, 3);
    const report = await to.load(await from.save());
    assert.equal(report.taken.length, 3 * names.length);
    assert.deepEqual(JSON.stringify([to.params, to.state]), JSON.stringify([from.params, from.state]));
    assert.equal(trainAll(to, 3, 5), trainAll(from, 3, 5));
    const weights = await sgd().init(Object.fromEntries(names.map((name) => [name, Float32Array.of(0)])));
    await weights.load(await to.save(), { only: 'params' });
    assert.deepEqual(flat(weights.params), flat(to.params));
  });

  test('optimizers, groups and parameters with slashes, dots and percents in their names meet nobody', async () => {
    const called = (name: string) => optimizer({ name, hyper: { lr: ['η', 0.1] }, equations: 'm ← 0.9·m + g; w ← w − η·m' })();
    const method = groups([
      { match: 'W', use: chain(called('a'), called('a.m/b'), called('a.m%2Fb')), name: 'one/two' },
      { match: otherwise, use: called('a'), name: 'optimizer/one' },
    ]);
    const start = () => method.init({ W: Float32Array.of(1), 'b.m/W': Float32Array.of(2), 'm/W': Float32Array.of(3) });
    const [from, to] = [await start(), await start()];
    trainAll(from, 0, 3);
    from.hyper['one/two.lr'] = 0.5;
    const report = await to.load(await from.save());
    assert.equal(report.taken.length, 3 + 3 + 2);
    assert.equal(trainAll(to, 3, 6), trainAll(from, 3, 6));
  });
});

test('whether signs are observed does not matter to a file', async () => {
  const begin = (signFlips: boolean) => adamw().init(first, { observe: { signFlips } });
  const [plain, observing] = [await begin(false), await begin(true)];
  for (const opt of [plain, observing]) trainAll(opt, 0, 4);
  const [a, b] = [await plain.save(), await observing.save()];
  await plain.load(b);
  await observing.load(a);
  const expected = trainAll(plain, 4, 8);
  assert.equal(trainAll(observing, 4, 8), expected);
});

test('what a damaged optimizer would not get from a file keeps it from matching', async () => {
  const saved = await (await trained(adamw())).save();
  const opt = await adamw().init({ ...first, head: tensor([2]) });
  const source = sourceOf(await opt.save());
  let reads = 0;
  const failing: CheckpointSource = {
    size: source.size,
    read: (at, into) => (++reads > 4 ? Promise.reject(new Error('gone')) : source.read(at, into)),
  };
  await assert.rejects(opt.loadFrom(failing), /gone/);
  await assert.rejects(opt.load(saved, { only: 'matching' }), /an earlier load failed halfway, and the parameter head would not be taken/);
  await opt.load(await (await adamw().init({ ...first, head: tensor([2]) })).save());
  opt.step();
});

test('a file of another model is refused with the options that would take something of it, and loadFile names the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thalweg-'));
  try {
    const path = join(folder, 'model$&.safetensors');
    const opt = await trained(adamw());
    await saveFile(opt, path);
    const other = await adamw().init({ W: tensor([3, 2]), c: new Float32Array(2) });
    const saved = await opt.save();
    await assert.rejects(other.load(saved), /load\(file, \{ only: 'matching' \}\) loads whatever fits, \{ only: 'params' \} the/);
    await assert.rejects(other.load(saved, { only: 'params' }), /load\(file, \{ only: 'matching' \}\) loads whatever fits/);
    await assert.rejects((await adam().init(first)).load(saved), /only: 'params'/);
    await assert.rejects((await adamw({ lr: 0.5 }).init(first)).load(saved), ({ message }: Error) => !message.includes('only:'));
    const named = (error: Error): boolean =>
      error instanceof CheckpointError && error.message.includes(`the checkpoint ${path} cannot`) && error.stack?.includes(path) === true;
    await assert.rejects(loadFile(other, path), named);
  } finally {
    await rm(folder, { recursive: true });
  }
});
