/**
 * The benchmark is honest: every contender that this machine can run ends at the parameters that ours ends at. Its figures are for the
 * benchmark to tell, never for a test to judge.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { measure } from './catalogue.ts';
import { Child, ContenderError } from './child.ts';
import { field, thalweg, type Contender } from './contenders.ts';
import { compiled } from './matmul.ts';
import { race, Stable, type Case } from './race.ts';

const { contenders, absent } = field(undefined);
const stable = new Stable();
after(() => stable.close());
const seconds = 60;

/** Parameters after some steps of every kind of gradient. */
async function trained({ command }: Contender, tensors: number, each: number): Promise<number[]> {
  const child = new Child(command);
  try {
    await child.make(tensors, each, seconds);
    await child.gradients('normal', 0, seconds);
    await child.run(20, seconds);
    for (const block of [3, 4]) {
      await child.gradients('sparse', block, seconds);
      await child.run(5, seconds);
    }
    await child.gradients('zero', 0, seconds);
    await child.run(10, seconds);
    return await child.read(seconds);
  } finally {
    child.close();
  }
}

const oracle = thalweg('oracle', { backend: 'reference' });
const shapes = [[1, 1], [3, 101], [1, 40_000]] as const; // prettier-ignore
const expected = new Map(await Promise.all(shapes.map(async ([tensors, each]) => [each, await trained(oracle, tensors, each)] as const)));

for (const one of absent) test(`left out: ${one}`, (t) => t.diagnostic(`left out: ${one}`));

for (const contender of contenders) {
  test(`${contender.name} computes what ours computes`, async (t) => {
    for (const [tensors, each] of shapes) {
      let parameters: number[];
      try {
        parameters = await trained(contender, tensors, each);
      } catch (error) {
        // Ours must run, and so must what has no excuse; a peer that fails has a row that says so.
        if (!(error instanceof ContenderError) || ['thalweg', 'plain', 'c'].includes(contender.family)) throw error;
        t.diagnostic(`${contender.name}: ${error.message}`);
        return;
      }
      const right = expected.get(each) ?? [];
      assert.equal(parameters.length, tensors * each);
      // 40 steps of about 1e-3 in float32 on weights of 1 to 2; TF.js forms its bias corrections in float32, which costs 1e-6 a step.
      const limit = contender.family === 'tfjs' ? 4e-5 : 4e-6;
      parameters.forEach((w, i) =>
        assert.ok(Math.abs(w - right[i]!) < limit, `element ${String(i)}: ${String(w)}, not ${String(right[i])}`),
      );
      assert.ok(
        parameters.some((w, i) => Math.abs(w - (1 + 0.25 * (((i % each) * 7) % 5))) > 1e-3),
        'it has trained',
      );
    }
  });
}

test('a contender that fails has a row that says so, and the race goes on', async () => {
  const which: Case = { tensors: 1, each: 100, condition: 'sparse', warmup: 4, lead: 1, steps: 3, cold: true };
  const broken: Contender[] = [
    { name: 'ends', family: 'c', command: [process.execPath, '-e', 'throw new TypeError("Error: broken on purpose")'] },
    { name: 'is not there', family: 'c', command: ['/nowhere/to/be/found'] },
    { name: 'says nothing', family: 'c', command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] },
    { name: 'refuses', family: 'thalweg', command: thalweg('', { backend: 'abacus' }).command },
  ];
  const ours = contenders.find(({ name }) => name === 'Thalweg fround')!;
  let sweeps = 0;
  const sweep = (): Promise<void> => {
    sweeps += 1;
    return Promise.resolve();
  };
  const rows = await race(which, [...broken, ours], { rounds: 4, budget: 5, warmup: 3, patience: 3 }, stable, sweep);
  const failed = rows.filter(({ cache }) => cache === 'warm').map((row) => row.failed);
  assert.match(failed[0] ?? '', /broken on purpose/);
  assert.match(failed[1] ?? '', /ENOENT/);
  assert.match(failed[2] ?? '', /no answer to "make 1 100" within 3 s/);
  assert.match(failed[3] ?? '', /abacus/);
  assert.equal(failed[4], undefined);
  const own = rows.filter((row) => row.contender === ours.name);
  assert.deepEqual(own.map((row) => [row.cache, row.times.length]), [['warm', 4], ['evicted', 4]]); // prettier-ignore
  assert.equal(sweeps, 4);
  for (const { times } of own) assert.ok(times.every((time) => Number.isFinite(time) && time > 0));
});

test(
  'an optimizer is measured against the bytes that its passes move',
  { skip: absent.some((one) => one.includes('gcc')) && 'there is no gcc' },
  async () => {
    const [adamw] = await measure('adamw', [1000], 1);
    assert.equal(adamw?.failed, undefined);
    // w, g, m and v are read, w, m and v written; arrays are padded to whole blocks.
    const { bytes = 0, times, limits } = adamw!;
    assert.ok(bytes >= 28 && bytes < 29, `28 bytes a parameter, not ${String(bytes)}`);
    assert.ok(times.length > 0 && times.length === limits.length);
  },
);

const gemm = compiled();
test("OpenBLAS's products are ours", { skip: gemm === undefined && 'there is no gcc or no libopenblas' }, async () => {
  const [rows, columns] = [12, 20];
  const [blas, ours] = [new Child([gemm ?? '', '1']), new Child(thalweg('', {}, { equations: 'w ← g @ gᵀ @ g', rows }).command)];
  await blas.make(rows, columns, seconds);
  await ours.make(1, rows * columns, seconds);
  await ours.gradients('normal', 0, seconds);
  for (const child of [blas, ours]) await child.run(1, seconds);
  const [theirs, own] = [await blas.read(seconds), await ours.read(seconds)];
  assert.equal(own.length, rows * columns);
  own.forEach((w, i) => assert.ok(Math.abs(w - theirs[i]!) < 1e-4));
  for (const child of [blas, ours]) child.close();
});

test('the command explains itself and refuses what it does not know', () => {
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'run.ts'), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }); // prettier-ignore
  assert.match(run('--help'), /--huge/);
  assert.throws(() => run('--only', 'races'), /There is no part races; there are race, bandwidth/);
});

test('a smoke run of the formats of states gives each a row for each optimizer', () => {
  const output = execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'state.ts'), '--smoke'], {
    encoding: 'utf8',
  });
  assert.equal(output.trim().split('\n').length, 8);
});
