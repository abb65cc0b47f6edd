/** One machine at work: no thread waits for the end of a problem, a run takes one thread, and a pipe hears of it every minute. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, describe, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { compareCommand } from '../src/cli/compare.ts';
import { progressView } from '../src/cli/progress.ts';
import { compare } from '../src/compare.ts';
import { control } from '../src/control.ts';
import { lost } from '../src/lost.ts';
import { presets } from '../src/protocol.ts';
import { findProblem } from '../src/registry.ts';
import type { Runner } from '../src/run/ledger.ts';
import { Pool } from '../src/run/pool.ts';
import type { TrialRequest } from '../src/run/trial.ts';
import { Store } from '../src/store/store.ts';

const folder = mkdtempSync(join(import.meta.dirname, '../../../report-test-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

const protocol = { ...presets.quick, preset: 'custom' as const, gridPoints: 2, rates: 3, seeds: [101, 102], ratesPerSeed: 1 };

describe('the next problem begins while the last optimizer of this one extends its grid', () => {
  for (const [name, compareAll] of [
    ['of a comparison', (plan, pool, store) => compare(plan, pool, store, () => undefined)],
    ['of a control', (plan, pool, store) => control(plan, [10_001, 10_002], pool, store, () => undefined)],
  ] as readonly (readonly [string, (plan: Parameters<typeof compare>[0], pool: Runner, store: Store) => Promise<unknown>])[])
    test(name, async () => {
      const asked = new Map<string, TrialRequest[]>([['valley', []], ['rosenbrock', []]]); // prettier-ignore
      let release = (): void => undefined;
      const held = new Promise<void>((done) => (release = done));
      const pool: Runner = {
        async run(request) {
          const own = asked.get(request.problem) ?? assert.fail();
          const scanned = own.filter(({ seed, steps }) => seed === protocol.scanSeed && steps === 20).length;
          own.push(request);
          // The first problem's third rate.
          if (request.problem === 'valley' && request.seed === protocol.scanSeed && scanned >= protocol.gridPoints) await held;
          return { result: lost(request), files: { modules: [], data: [] } };
        },
      };
      const entries = [await findProblem('valley'), await findProblem('rosenbrock')];
      const plan = { entries, contestants: ['sgd'], schedules: ['constant'], protocol, steps: 20, workers: 1 } as const;
      const done = compareAll(plan, pool, new Store(join(folder, `${name}.sqlite`)));
      const of = (problem: string): number[] => (asked.get(problem) ?? []).flatMap(({ steps, seed }) => (steps === 20 ? [seed] : []));
      for (let i = 0; i < 200 && of('rosenbrock').length < 5; i++) await turn();
      assert.deepEqual(of('valley'), [1, 1, 1], 'valley waits for its third rate');
      assert.ok(of('rosenbrock').length >= 5, 'and all of rosenbrock is made meanwhile');
      release();
      await done;
    });

  test('and what a problem asks for later still goes before the next one', async () => {
    const pool = new Pool(1);
    after(() => pool.close());
    const order: string[] = [];
    const run = async (problem: string): Promise<void> => {
      await pool.run({ problem, contestant: 'sgd', schedule: 'constant', lr: 0.01, seed: 1, steps: 2 });
      order.push(problem);
    };
    const first = run('valley');
    const others = [run('rosenbrock'), run('rosenbrock'), run('beale')];
    await Promise.all([first.then(() => run('valley')), run('valley'), ...others]);
    assert.deepEqual(order, ['valley', 'valley', 'valley', 'rosenbrock', 'rosenbrock', 'beale']);
  });
});

test('all cores are used unless one says otherwise', () => {
  const workers = compareCommand().options.find(({ long }) => long === '--workers');
  assert.equal(workers?.defaultValue, availableParallelism());
});

test('a run takes one thread, however large the model', async () => {
  const file = join(folder, 'large.ts');
  // The gradient is asked where the library would have taken threads of its own: each of them is a worker of the thread that runs.
  writeFileSync(file, `
    import worker from 'node:worker_threads';
    let begun = 0;
    const { Worker } = worker;
    worker.Worker = class extends Worker { constructor(...given) { super(...given); begun++; } };
    (await import('node:module')).syncBuiltinESMExports();
    export default { id: 'large', steps: 3, target: 0, load: () => ({
      start: () => ({ w: new Float32Array(2 ** 20) }),
      gradient: (_, { w: g }) => { g.fill(0.5); return begun; },
      evaluate: () => begun,
    }) };`);
  const pool = new Pool(1);
  after(() => pool.close());
  const { result } = await pool.run({ problem: file, contestant: 'adam', schedule: 'constant', lr: 0.01, seed: 1, steps: 3 });
  assert.deepEqual([result.failure, result.testMetric], [undefined, 0]);
}); // prettier-ignore

test('a pipe hears every minute how far each problem is, until all are finished', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let text = '';
  const view = progressView({ isTTY: false, write: (line: string) => (text += line) } as unknown as NodeJS.WriteStream);
  const said = (): string => {
    text = '';
    mock.timers.tick(60_000);
    return text;
  };
  view.update({ kind: 'problem', problem: 'valley', trials: 2 });
  view.update({ kind: 'problem', problem: 'beale', trials: 30 });
  const run = (problem: string, kept = false): void => { view.update({ kind: 'trial', problem, contestant: 'sgd', lr: 1, kept }); }; // prettier-ignore
  run('valley');
  assert.equal(said(), 'valley: 1 of 2 runs; beale: 0 of 30 runs\n');
  run('valley');
  for (let i = 0; i < 10; i++) run('beale', i < 3);
  assert.match(said(), /^beale: 10 of 30 runs, about \d+:\d\d left\n$/);
  for (let i = 10; i < 30; i++) run('beale');
  assert.equal(said(), '');
  view.stop();
  run('beale');
  assert.equal(said(), '');
  mock.timers.reset();
});
