/** Saving and loading: bit-identical resume on every backend, files that do not fit, files that are damaged, writes that are cut short. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import {
  adamw, chain, CheckpointError, clipByGlobalNorm, groups, lamb, optimizer, otherwise, radam, rmsprop, sgd, tensor, warmupCosine,
  type Backend, type Method,
} from 'thalweg'; // prettier-ignore
import { loadFile, saveFile } from 'thalweg/node';

const lr = warmupCosine({ peak: 0.1, warmup: 3, total: 40 });
const methods: Readonly<Record<string, () => Method>> = {
  radam: () => radam({ lr, beta2: 0.7 }),
  'a chain': () => chain(clipByGlobalNorm(0.5), lamb({ lr, weightDecay: 0.1 })),
  groups: () =>
    groups([
      { match: { rank: 2 }, use: adamw({ lr }) },
      { match: otherwise, use: rmsprop({ centered: true, momentum: 0.9 }) },
    ]),
  'states of every kind': () =>
    optimizer({
      name: 'kinds',
      hyper: { lr: ['η', 0.1] },
      equations: `
        h ← h + 1
        a ← a + ‖g‖_all
        d ← d + ‖g‖
        r ← rank ≥ 2 ? r + rowMean(g²) : r
        w ← w − η·g/(1 + h + a + d)·(rank ≥ 2 ? 1/(1 + r) : 1)`,
    })(),
};

const parameters = (wide: boolean) => {
  const make = (values: readonly number[]) => (wide ? Float64Array.from(values) : Float32Array.from(values));
  return {
    M: tensor([2, 3], { values: make([1, -2, 3, -4, 5, -6]) }),
    v: make([0.5, 0.25, 1]),
  } as const;
};
const gradient = (length: number, t: number) => Array.from({ length }, (_, i) => Math.sin(3 * t + i) * 10 ** ((i % 5) - 2));

async function start(method: Method, wide: boolean, backend: Backend) {
  const opt = await method.init(parameters(wide), { backend });
  const make = (values: readonly number[]) => (wide ? Float64Array.from(values) : Float32Array.from(values));
  const stepTo = (last: number) => {
    while (opt.t < last) opt.step({ M: make(gradient(6, opt.t)), v: make(gradient(3, opt.t + 0.5)) });
  };
  return { opt, stepTo, all: () => [opt.params, opt.state].map((views) => JSON.stringify(views)) };
}

for (const [name, method] of Object.entries(methods)) {
  for (const [wide, from, to] of [
    [true, 'reference', 'wasm'],
    [true, 'wasm', 'reference'],
    [false, 'wasm', 'fround'],
    [false, 'fround', 'wasm'],
  ] as const) {
    test(`${name}: a run saved on ${from} goes on bit for bit on ${to}`, async () => {
      const whole = await start(method(), wide, to);
      whole.stepTo(20);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 19 }), async (at) => {
          const first = await start(method(), wide, from);
          first.stepTo(at);
          const second = await start(method(), wide, to);
          second.stepTo(2);
          await second.opt.load(await first.opt.save());
          assert.equal(second.opt.t, at);
          second.stepTo(20);
          assert.deepEqual(second.all(), whole.all());
        }),
        { numRuns: 5 },
      );
    });
  }
}

test('a run saved on any backend and number of threads goes on bit for bit on any other', async () => {
  const shape = [3, 16_400];
  const begin = (backend: Backend, threads: number) =>
    chain(clipByGlobalNorm(2), lamb({ lr, weightDecay: 0.1 })).init(
      { M: tensor(shape), v: tensor([5]) },
      backend === 'wasm' ? { threads } : { backend },
    );
  type Begun = Awaited<ReturnType<typeof begin>>;
  const stepTo = (opt: Begun, last: number): string => {
    while (opt.t < last) {
      for (const g of [opt.grads.M, opt.grads.v]) g.forEach((_, i) => (g[i] = Math.cos(i * (opt.t + 1)) * 10 ** ((i % 5) - 2)));
      opt.step();
    }
    return [opt.params, ...Object.values(opt.state)]
      .flatMap((views) =>
        Object.values(views).map((array) => crc32(Buffer.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)))),
      )
      .join();
  };
  const kinds = [['wasm', 1], ['wasm', 2], ['wasm', 3], ['fround', 1]] as const; // prettier-ignore
  const whole = await begin('wasm', 1);
  whole.params.M.forEach((_, i) => (whole.params.M[i] = Math.sin(i)));
  const first = await whole.save();
  const expected = stepTo(whole, 6);
  for (const [from, threadsBefore] of kinds) {
    const source = await begin(from, threadsBefore);
    await source.load(first);
    stepTo(source, 3);
    const saved = await source.save();
    source.dispose();
    for (const [to, threads] of kinds) {
      const opt = await begin(to, threads);
      await opt.load(saved);
      assert.equal(stepTo(opt, 6), expected, `${from} on ${String(threadsBefore)}, then ${to} on ${String(threads)}`);
      opt.dispose();
    }
  }
});

test('what was changed while training is saved too: hyperparameters, freezing, accumulated gradients, later parameters, the loss scale', async () => {
  const make = async () =>
    (await adamw({ lr: 1 }).init({ W: Float64Array.of(1, 2) }, { accumulate: 2, lossScale: {} })).add({ b: Float64Array.of(3) });
  const train = (opt: Awaited<ReturnType<typeof make>>, from: number, to: number) => {
    for (let call = from; call < to; call++) opt.step({ W: Float64Array.of(call * 100, -1e5), b: Float64Array.of(7e4 / (1 + call)) });
    return [JSON.stringify(opt.params), JSON.stringify(opt.state), opt.t, opt.lossScale];
  };
  const opt = await adamw({ lr: 1 }).init({ W: Float64Array.of(1, 2) }, { accumulate: 2, lossScale: {} });
  for (let call = 0; call < 4; call++) opt.step({ W: Float64Array.of(1, 1) });
  const more = opt.add({ b: Float64Array.of(3) });
  more.hyper.lr = lr;
  more.hyper.weightDecay = 0.3;
  more.step({ W: Float64Array.of(Infinity, 1), b: Float64Array.of(1) });
  more.step({ W: Float64Array.of(5, 1), b: Float64Array.of(1) });
  more.freeze('W');
  train(more, 0, 3);
  const again = await make();
  await again.load(await more.save());
  assert.equal(again.lossScale, 32768);
  assert.deepEqual(train(again, 3, 9), train(more, 3, 9));
});

test('every difference is listed, and nothing changes', async () => {
  const saved = await (await adamw({ lr }).init({ W: tensor([2, 2]), b: tensor([3]), gone: tensor([1]) })).save();
  const opt = await adamw().init({ W: tensor([4]), b: tensor([3], { dtype: 'float32' }), extra: tensor([1]) });
  opt.params.W.fill(7);
  const failure = opt.load(saved);
  await assert.rejects(failure, (error: unknown) => {
    assert.ok(error instanceof CheckpointError);
    assert.deepEqual(error.differences.filter((one) => one.includes('parameter')), [
      'the parameter W has the shape [2, 2] in the file and [4] here',
      'the parameter extra is not in the file',
      'the parameter gone is in the file and not here',
    ]); // prettier-ignore
    assert.ok(error.differences.includes('the state adamw.m of extra is not in the file'));
    return true;
  });
  assert.deepEqual([...opt.params.W], [7, 7, 7, 7]);
  const other = await sgd().init({ W: tensor([2, 2]) });
  await assert.rejects(other.load(saved), /the file was saved by adamw, and this optimizer is sgd/);
  const coupled = await adamw({ decay: 'independent' }).init({ W: tensor([2, 2]), b: tensor([3]), gone: tensor([1]) });
  await assert.rejects(coupled.load(saved), /the equations differ in line 5: w ← .* in the file, w ← .* here/);
});

test('a function of t cannot be saved, and says so', async () => {
  const opt = await sgd({ lr: (t) => 1 / t }).init({ w: Float64Array.of(1) });
  const saved = await opt.save();
  await assert.rejects((await sgd().init({ w: Float64Array.of(1) })).load(saved), /lr was a function, which a file cannot hold/);
  await opt.load(saved);
});

test('a file is the old one or the new one, whenever the process is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thalweg-'));
  const path = join(folder, 'model.safetensors');
  const values = (value: number) => new Float64Array(200_000).fill(value);
  const opt = await sgd({ momentum: 0.9 }).init({ w: values(0) });
  await saveFile(opt, path);
  const script = `
    import { sgd } from 'thalweg';
    import { saveFile } from 'thalweg/node';
    const opt = await sgd({ momentum: 0.9 }).init({ w: new Float64Array(200_000) });
    for (let k = 1; ; k++) { opt.params.w.fill(k); await saveFile(opt, ${JSON.stringify(path)}); if (k === 1) console.log('saving'); }`;
  for (const wait of [1, 7, 13]) {
    const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    await loadFile(opt, path);
    assert.ok(
      opt.params.w.every((value) => value === opt.params.w[0]),
      'all values are of one save',
    );
  }
  await Promise.all([1, 2, 3, 4].map(() => saveFile(opt, path)));
  await loadFile(opt, path);
  await writeFile(path, (await readFile(path)).subarray(0, 1000));
  await assert.rejects(loadFile(opt, path), CheckpointError);
  await assert.rejects(saveFile(opt, join(folder, 'no', 'such', 'folder')), { code: 'ENOENT' });
  assert.ok((await readdir(folder)).length >= 1);
  await rm(folder, { recursive: true });
});
