/** Threads: the same bits whatever their number, a process that ends by itself, idle threads that sleep, and threads that die or hang. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import {
  adamw, chain, clipByGlobalNorm, groups, lamb, OptionError, optimizer, otherwise, prodigy, sgd, tensor, WorkerError, type Method,
} from 'thalweg'; // prettier-ignore
import { WorkerError as SourceError } from '../src/language/runtime-error.ts';
import * as field from '../src/device/field.ts';
import { currentPool, ThreadPool } from '../src/device/thread-pool.ts';
import { startWorker } from './support/start-worker.ts';
import { randomEquations } from './support/random-program.ts';

/** Some tests look into the pool that the library uses, which is the source's own only where the library is the source. */
const looking = {
  skip: import.meta.resolve('thalweg').endsWith('.ts') ? false : 'looks into the source; the built library has a pool of its own',
};

/** Tensors long enough to be shared, with ends that are no multiple of a block or a chunk. */
const shapes = { long: [3 * 16384 + 5], matrix: [333, 101], short: [7], one: [1], none: [0] };

async function train(method: Method, threads: number, steps = 3, dtype: 'float32' | 'float64' = 'float32'): Promise<Buffer> {
  const opt = await method.init(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tensor(shape, { dtype })])), {
    threads,
    nonFinite: 'propagate',
  });
  assert.equal(opt.threads, threads);
  for (const w of Object.values(opt.params)) w.forEach((_, i) => (w[i] = Math.sin(i + 1)));
  for (let t = 1; t <= steps; t++) {
    for (const g of Object.values(opt.grads)) g.forEach((_, i) => (g[i] = Math.cos(i * t) * 10 ** ((i % 9) - 4)));
    opt.step();
  }
  // All NaNs count as equal: which bits one has depends on how far V8 has optimized.
  const arrays = [opt.params, ...Object.values(opt.state)]
    .flatMap((views) => Object.values(views))
    .map((array) => array.map((x) => (Number.isNaN(x) ? NaN : x)));
  const all = Buffer.concat(
    arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(new Uint8Array(buffer, byteOffset, byteLength))),
  );
  opt.dispose();
  return all;
}

const split = groups([
  { match: { rank: 2 }, use: lamb({ weightDecay: 0.1 }) },
  { match: otherwise, use: adamw() },
]);
for (const method of [
  adamw(),
  lamb({ weightDecay: 0.1 }),
  chain(clipByGlobalNorm(0.5), adamw()),
  prodigy(),
  chain(clipByGlobalNorm(1), split),
]) {
  for (const dtype of ['float32', 'float64'] as const) {
    test(`${method.name} computes the same bits on one, two and five threads (${dtype})`, async () => {
      const expected = await train(method, 1, 3, dtype);
      for (const threads of [2, 5]) assert.ok(expected.equals(await train(method, threads, 3, dtype)), `${String(threads)} threads`);
    });
  }
}

test('random programs compute the same bits on one thread and on three', async () => {
  await fc.assert(
    fc.asyncProperty(randomEquations, async (equations) => {
      const method = optimizer({ name: 'random', hyper: { lr: ['η', 0.01], beta: ['β', 0.9] }, init: { c: '2·w − η' }, equations })();
      assert.ok((await train(method, 1, 2)).equals(await train(method, 3, 2)));
    }),
    { numRuns: Number(process.env['THALWEG_FUZZ'] ?? 25) },
  );
});

test('the number of threads is chosen by the size of the model, and checked', async () => {
  assert.equal((await sgd().init({ w: tensor([1000]) })).threads, 1);
  const large = await sgd().init({ w: tensor([500_000]) });
  assert.equal(large.threads, Math.min(8, navigator.hardwareConcurrency));
  assert.ok(large.threads === 1 || large.params.w.buffer instanceof SharedArrayBuffer);
  for (const threads of [0, 1.5, 65, NaN]) await assert.rejects(sgd().init({ w: tensor([1]) }, { threads }), OptionError);
  await assert.rejects(sgd().init({ w: tensor([1]) }, { threads: 2, backend: 'fround' }), /threads must be 1 on the backend fround/);
});

test('threads do take part, and sleep when there is nothing to do', async () => {
  const opt = await sgd({ lr: 0.1 }).init({ w: tensor([8_000_000]) }, { threads: 2 });
  const before = process.cpuUsage();
  const alone = process.threadCpuUsage();
  for (let t = 0; t < 60; t++) opt.step();
  const all = process.cpuUsage(before);
  const own = process.threadCpuUsage(alone);
  assert.ok(all.user - own.user > 0.2 * own.user, `${String(all.user)} µs in all, ${String(own.user)} on the calling thread`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const idle = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.ok(process.cpuUsage(idle).user < 100_000, 'a sleeping pool takes no time');
});

test('a process with a pool ends by itself', async () => {
  const script = `
    import { sgd, tensor } from 'thalweg';
    const opt = await sgd().init({ w: tensor([200_000]) }, { threads: 3 });
    for (let t = 0; t < 10; t++) opt.step();
    console.log('done', opt.threads);`;
  const child = spawn(
    process.execPath,
    [...process.execArgv.filter((one) => one.startsWith('--conditions')), '--input-type=module', '-e', script],
    {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 30_000,
    },
  );
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => child.once('exit', (...how) => resolve(how))); // prettier-ignore
  assert.deepEqual([printed.trim(), code, signal], ['done 3', 0, null]);
});

test('a thread that hangs in the middle of a step is an error; then only load() helps', looking, async () => {
  const opt = await adamw().init({ w: tensor([100_000]) }, { threads: 2 });
  opt.grads.w.fill(1);
  opt.step();
  const saved = await opt.save();
  opt.step();
  const expected = opt.params.w.slice();
  await opt.load(saved);
  // As a thread that took a segment and never came back; half a second of silence is enough for a test.
  const pool = currentPool() ?? assert.fail();
  Object.assign(pool, { longest: 500 });
  Atomics.add(controlOf(pool), field.active, 1);
  assert.throws(
    () => opt.step(),
    (error) =>
      error instanceof WorkerError &&
      error.message.includes('adamw: a thread stopped responding in the middle of step 2, so its arrays are half-written; load'),
  );
  assert.throws(() => opt.step(), WorkerError);
  assert.throws(() => opt.evaluate(), WorkerError);
  await assert.rejects(opt.save(), WorkerError);
  assert.equal(opt.t, 1);
  await opt.load(saved);
  opt.step();
  opt.step();
  await opt.load(saved);
  opt.step();
  assert.deepEqual(opt.params.w, expected);
});

for (const [what, problem] of [
  ['throws', /a thread failed/],
  ['exits', /a thread stopped responding/],
] as const) {
  test(`a real thread that ${what} in the middle of a job is an error`, async () => {
    const pool = new ThreadPool(startWorker(join(import.meta.dirname, 'support', `worker-that-${what}.ts`)), 500);
    after(() => {
      pool.close();
    });
    await pool.grow(2);
    const control = controlOf(pool);
    // The calling thread is at its own part until the other one has joined, so that that one surely takes its part.
    const slow = (): void => {
      const joined = (): boolean => Atomics.load(control, what === 'throws' ? field.failed : field.active) > 0;
      while (!joined());
    };
    assert.throws(() => { pool.run(1, slow, 0, 2, 2); }, (error) => error instanceof SourceError && problem.test(error.message)); // prettier-ignore
    assert.ok(pool.broken);
  });
}

test('a thread that ends between steps is not missed', looking, async () => {
  const opt = await adamw().init({ w: tensor([100_000]) }, { threads: 2 });
  const pool = currentPool() ?? assert.fail();
  opt.step();
  (pool as unknown as { threads: { thread: { terminate(): void } }[] }).threads.forEach(({ thread }) => { thread.terminate(); }); // prettier-ignore
  for (let t = 0; t < 20; t++) {
    opt.step();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.equal(opt.t, 21);
});

function controlOf(pool: ThreadPool): Int32Array {
  return (pool as unknown as { control: Int32Array }).control;
}
