/**
 * Kept runs are used only where they are what would be run: whatever takes part in a run is changed once, and what depends on it, and
 * nothing else, is run again, with the reason said.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { sgd } from 'thalweg';
import type { Crew } from '../src/cli/work.ts';
import { compare } from '../src/compare.ts';
import type { Contestant } from '../src/contestants.ts';
import { presets, runsOf } from '../src/protocol.ts';
import { findProblem } from '../src/registry.ts';
import { renderHtml } from '../src/report/html.ts';
import { renderTable } from '../src/report/terminal.ts';
import { conditionsOf, type Conditions } from '../src/run/conditions.ts';
import type { FileState } from '../src/run/files.ts';
import { Pool } from '../src/run/pool.ts';
import type { Finished } from '../src/run/serve.ts';
import { Store } from '../src/store/store.ts';
import type { Comparison, Machine, Runs } from '../src/schema.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(root, 'report-test-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

const protocol = { ...presets.quick, preset: 'custom' as const, gridPoints: 2, rates: 2, seeds: [101], ratesPerSeed: 1 };

async function runIn(home: string, contestants: readonly string[], workers = 1, pool: Crew = new Pool(workers)): Promise<Comparison> {
  try {
    const entries = [await findProblem(join(home, 'problem.ts'))];
    return await compare(
      { entries, contestants, schedules: ['constant'], protocol, steps: 5, workers },
      pool,
      new Store(join(home, 'kept.sqlite')),
      () => undefined,
    );
  } finally {
    await pool.close();
  }
}

const texts: Readonly<Record<string, string>> = {
  'problem.ts': `
    import { readFileSync, promises } from 'node:fs';
    import { readFile } from 'node:fs/promises';
    import { createRequire } from 'node:module';
    import { height } from './helper.ts';
    import settings from './settings.json' with { type: 'json' };
    const here = (name) => new URL(name, import.meta.url);
    export default {
      id: 'bowl', steps: 5, target: 0, data: ['declared.bin', 'folder'],
      load: async () => {
        const { offset } = await import('./late.ts');
        const scale = Number(readFileSync(here('sync.csv'), 'utf8')) + Number(await readFile(here('async.csv'), 'utf8'));
        const more = Number(await promises.readFile(here('promises.csv').pathname, 'utf8')) + createRequire(import.meta.url)('./common.cjs');
        return {
          start: () => ({ w: Float64Array.of(1, 2) }),
          gradient: ({ w }, { w: g }, seed, step) => {
            if (step === 3) readFileSync(here('lazy.csv'));
            w.forEach((x, i) => (g[i] = 2 * x * scale));
            return height(w) * more * settings.one + offset;
          },
          evaluate: ({ w }) => height(w),
        };
      },
    };`,
  'helper.ts': "import { square } from './deeper.ts'; export const height = (w) => square(w[0]) + square(w[1]);",
  'deeper.ts': 'export const square = (x) => x * x;',
  'settings.json': '{ "one": 1 }',
  'late.ts': 'export const offset = 0;',
  'common.cjs': 'module.exports = 1;',
  'sync.csv': '0.5',
  'async.csv': '0.5',
  'promises.csv': '1',
  'lazy.csv': 'read in the third step',
  'declared.bin': 'read by nobody',
  'folder/inner.bin': 'nor is this',
  'cub.ts': "import { optimizer } from 'thalweg'; import { equations } from './cub-text.ts'; export default optimizer({ name: 'cub', hyper: { lr: ['η', 0.01] }, equations });",
  'cub-text.ts': "export const equations = 'w ← w − η·sign(g)';",
  'aside.ts': 'export const nobody = 1;',
}; // prettier-ignore

describe('what changes is run again', () => {
  const home = join(folder, 'own');
  mkdirSync(join(home, 'folder'), { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(home, name), text);
  const contestants = ['sgd', join(home, 'cub.ts')];
  const each = runsOf(protocol);
  const runs = async (workers?: number): Promise<Runs> => (await runIn(home, contestants, workers)).runs ?? assert.fail();

  test('nothing, where nothing did', async () => {
    assert.deepEqual(await runs(), { made: 2 * each, kept: 0, remade: [] });
    assert.deepEqual(await runs(), { made: 0, kept: 2 * each, remade: [] });
    writeFileSync(join(home, 'aside.ts'), 'export const nobody = 2;');
    assert.deepEqual(await runs(), { made: 0, kept: 2 * each, remade: [] });
  });
  for (const name of Object.keys(texts)) {
    if (name === 'aside.ts') continue;
    const isContestants = name.startsWith('cub');
    test(`${isContestants ? 'the runs of its optimizer' : 'all'} with ${name}`, async () => {
      const space = name.endsWith('.bin') || name.endsWith('csv') ? '0' : '\n';
      writeFileSync(join(home, name), texts[name]! + space);
      const made = isContestants ? each : 2 * each;
      const { remade, ...counts } = await runs();
      assert.deepEqual(counts, { made, kept: 2 * each - made });
      assert.equal(remade.length, 1);
      assert.equal(remade[0]!.count, made);
      assert.match(remade[0]!.reason, new RegExp(`${basename(name).replace('.', '\\.')} changed$`));
      writeFileSync(join(home, name), texts[name]!);
    });
  }
  test('nothing, where all is as it was at first, whatever was run between', async () => {
    assert.deepEqual(await runs(), { made: 0, kept: 2 * each, remade: [] });
  });
  test('then nobody is asked for a run, not even to see that it follows from its seed', async () => {
    const nobody: Crew = { run: () => Promise.reject(new Error('asked')), close: () => Promise.resolve() };
    assert.deepEqual((await runIn(home, contestants, 1, nobody)).runs, { made: 0, kept: 2 * each, remade: [] });
    await assert.rejects(runIn(home, [...contestants, 'adam'], 1, nobody), /^Error: asked$/);
  });
  test('all, with a file that goes away, and with another number of workers', async () => {
    rmSync(join(home, 'folder/inner.bin'));
    assert.match((await runs()).remade[0]!.reason, /folder changed, and 1 more$/);
    assert.deepEqual((await runs(2)).remade, [{ reason: 'another machine, Node or number of workers', count: 2 * each }]);
  });
  test('a declared file that is missing is refused', async () => {
    rmSync(join(home, 'declared.bin'));
    const other = join(folder, 'own-too');
    mkdirSync(other);
    for (const name of ['problem.ts', 'helper.ts', 'deeper.ts', 'settings.json']) writeFileSync(join(other, name), texts[name]!);
    await assert.rejects(runIn(other, ['sgd']), /problem\.ts: its data declared\.bin is not a file beside it$/);
  });
});

test('the code and the data of a built-in problem take part, the library, what it is built on, and threads', async () => {
  const pool = new Pool(1);
  after(() => pool.close());
  const listOf = ({ files }: Finished): FileState[] => [...files.modules, ...files.data];
  const first = await pool.run({ problem: 'digits', contestant: 'adam', schedule: 'constant', lr: 0.01, seed: 1, steps: 1 });
  const others = listOf(await pool.run({ problem: 'valley', contestant: 'adam', schedule: 'constant', lr: 0.01, seed: 1, steps: 1 }));
  const files = listOf(first);
  const has = (name: string, list = files): boolean => list.some(([path]) => path.endsWith(name));
  for (const name of ['compare/src/models/digits.ts', 'compare/src/models/network.ts', 'compare/src/data/random.ts', 'compare/data/digits.bin.br',
    'compare/src/run/trial.ts', 'compare/src/contestants.ts', 'thalweg/src/optimizers/sgd.ts', 'thalweg/src/optimizers/adam.ts',
    'thalweg/src/targets/loops/js/blocks.ts', 'thalweg/src/device/worker.ts', 'thalweg/package.json', '@jax-js/jax/package.json']) assert.ok(has(name), name);
  assert.ok(files.every(([, hash]) => /^[0-9a-f]{24}$/.test(hash) || hash === 'absent'));
  assert.ok(!has('digits.bin.br', others), 'the data of another problem does not');
  const isData = (name: string): boolean => first.files.data.some(([path]) => path.endsWith(name)) && !first.files.modules.some(([path]) => path.endsWith(name));
  assert.deepEqual(['compare/data/digits.bin.br', 'compare/src/models/digits.ts', 'thalweg/src/optimizers/adam.ts'].map(isData), [true, false, false]);
  assert.ok(!files.some(([path]) => path.includes('/report/html')));
}); // prettier-ignore

test('conditions tell methods, metrics and machines apart', async () => {
  const { problem } = await findProblem('valley');
  const machine: Machine = { node: 'v26', thalweg: '0', os: 'linux', cpu: 'one', cores: 1, workers: 1 };
  const by = (create: Contestant['create']): Contestant => ({ id: 'x', label: 'x', code: 'x', hyperparameters: {}, centre: 1, create });
  const plain = by((lr) => sgd({ lr }));
  const first = conditionsOf(problem, plain, { lr: 0.1, steps: 5 }, machine);
  assert.deepEqual(conditionsOf(problem, by((lr) => sgd({ lr })), { lr: 0.1, steps: 5 }, machine), first);
  const turned = by((lr) => sgd({ lr }).rewrite((text) => text.replace('w ← w −', 'w ← w +')));
  assert.equal(first.equations, 'w ← w − η·g');
  for (const [other, name] of [
    [conditionsOf(problem, turned, { lr: 0.1, steps: 5 }, machine), 'method'],
    [conditionsOf(problem, plain, { lr: 0.2, steps: 5 }, machine), 'method'],
    [conditionsOf(problem, by((lr) => sgd({ lr, momentum: 0.9 })), { lr: 0.1, steps: 5 }, machine), 'method'],
    [conditionsOf(problem, by((lr) => sgd({ lr: (t) => lr / t })), { lr: 0.1, steps: 5 }, machine), 'method'],
    [conditionsOf({ ...problem, target: 3 }, plain, { lr: 0.1, steps: 5 }, machine), 'judgement'],
    [conditionsOf(problem, plain, { lr: 0.1, steps: 5 }, { ...machine, cpu: 'two' }), 'machine'],
  ] as const) {
    const differing = (Object.keys(first) as (keyof Conditions)[]).filter((key) => key !== 'equations' && !isDeepStrictEqual(first[key], other[key]));
    assert.deepEqual(differing, [name]);
  }
}); // prettier-ignore

test('reports say how many runs were kept, and why others were not', async () => {
  const home = join(folder, 'said');
  mkdirSync(home);
  writeFileSync(join(home, 'problem.ts'), "import { size } from './size.ts'; export default { id: 'bowl', steps: 5, target: 0, load: () => ({ start: () => ({ w: Float64Array.of(size) }), gradient: ({ w }, { w: g }) => { g[0] = w[0]; return w[0] ** 2 / 2; }, evaluate: ({ w }) => w[0] ** 2 }) };"); // prettier-ignore
  writeFileSync(join(home, 'size.ts'), 'export const size = 1;');
  const first = await runIn(home, ['sgd']);
  assert.match(renderTable(first, 200, false), /\n3 runs made\.$/);
  writeFileSync(join(home, 'size.ts'), 'export const size = 2;');
  const second = await runIn(home, ['sgd', 'adam']);
  const said = /6 runs made; 3 stored runs were repeated: [^\n]*size\.ts changed\./;
  assert.match(renderTable(second, 200, false), said);
  assert.match(renderHtml(second), said);
  assert.notEqual(first.problems[0]?.optimizers[0]?.trials[0]?.testMetric, second.problems[0]?.optimizers.find(({ id }) => id === 'sgd')?.trials[0]?.testMetric); // prettier-ignore
  assert.match(renderTable(await runIn(home, ['sgd', 'adam']), 200, false), /\n0 runs made, 6 reused from earlier commands with the same code, data and machine\.$/); // prettier-ignore
});

test('a run that ended its thread is made again once what it imports has changed', async () => {
  const home = join(folder, 'ends');
  mkdirSync(home);
  writeFileSync(join(home, 'problem.ts'), "import { go } from './go.ts'; export default { id: 'bowl', steps: 5, target: 0, load: () => ({ start: () => ({ w: Float64Array.of(1) }), gradient: ({ w }, { w: g }, seed) => { go(seed); g[0] = w[0]; return w[0] ** 2 / 2; }, evaluate: ({ w }) => w[0] ** 2 }) };"); // prettier-ignore
  writeFileSync(join(home, 'go.ts'), 'export const go = (seed) => { if (seed === 101) process.exit(3); };');
  const trials = ({ problems }: Comparison): (string | undefined)[] => problems[0]!.optimizers[0]!.trials.map(({ failure }) => failure);
  const first = await runIn(home, ['sgd']);
  assert.deepEqual(trials(first), ['it ended its thread with exit code 3']);
  assert.deepEqual((await runIn(home, ['sgd'])).runs?.made, 0);
  writeFileSync(join(home, 'go.ts'), 'export const go = () => undefined;');
  const second = await runIn(home, ['sgd']);
  assert.deepEqual([trials(second), second.runs?.made], [[undefined], 3]);
});
