/** Kept runs in a folder that cannot be written to, such as an archive or a colleague's results: what only reads them works there, or says why not. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { exportCommand } from '../src/cli/export.ts';
import { contestants } from '../src/contestants.ts';
import { lost } from '../src/lost.ts';
import { findProblem } from '../src/registry.ts';
import { conditionsOf } from '../src/run/conditions.ts';
import type { TrialRequest } from '../src/run/trial.ts';
import { lock } from '../src/store/lock.ts';
import { merge } from '../src/store/merge.ts';
import { countRuns, keptRuns, readStore } from '../src/store/query.ts';
import { Store } from '../src/store/store.ts';

/** Permissions hold for everybody but root, who therefore works as nobody here; Windows has others. */
const setId = process.seteuid?.bind(process);
const nobody = 65534;
const isRoot = process.geteuid?.() === 0;
const skip = setId === undefined ? 'permissions of Windows are others' : false;

const folder = mkdtempSync(join(tmpdir(), 'thalweg-read-only-'));
chmodSync(folder, 0o755);
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

/** What `run` gives where the folder `of` and its files can be read and no more. */
async function reading<Value>(of: string, run: () => Value | Promise<Value>): Promise<Value> {
  for (const name of readdirSync(of)) chmodSync(join(of, name), 0o444);
  chmodSync(of, 0o555);
  if (isRoot) setId?.(nobody);
  try {
    return await run();
  } finally {
    if (isRoot) setId?.(0);
    chmodSync(of, 0o755);
  }
}

const { problem } = await findProblem('valley');
const request: TrialRequest = { problem: 'valley', contestant: 'sgd', schedule: 'constant', lr: 0.01, seed: 1, steps: 10 };
const machine = { node: 'v26', thalweg: '0.1.0', os: 'linux', cpu: 'one', cores: 1, workers: 1 };
const conditions = conditionsOf(problem, contestants.find(({ id }) => id === 'sgd') ?? assert.fail(), request, machine);

function add(store: Store, seed: number): void {
  store.add({ ...request, seed }, conditions, { result: lost({ seed, lr: 0.01 }), files: { modules: [], data: [] } });
}

/** A folder with two runs. */
function archive(name: string): string {
  const home = join(folder, name);
  const store = new Store(join(home, 'runs.sqlite'));
  for (const seed of [1, 2]) add(store, seed);
  store.close();
  return home;
}

const seeds = (store: Store): number[] => [...keptRuns(store.database)].map(({ seed }) => seed);

describe('of a folder that can only be read', { skip }, () => {
  test('runs are read, and nothing is left in it', async () => {
    const home = archive('with 100% of #1? it');
    await reading(home, () => {
      const store = readStore(home);
      assert.deepEqual(seeds(store), [1, 2]);
      store.close();
    });
    assert.deepEqual(readdirSync(home), ['runs.sqlite']);
  });

  test('runs are merged into another', async () => {
    const home = archive('source');
    const target = join(folder, 'target');
    mkdirSync(target);
    chmodSync(target, 0o777);
    await reading(home, () => {
      const store = new Store(join(target, 'runs.sqlite'));
      assert.deepEqual(merge(store, join(home, 'runs.sqlite')), { added: 2, known: 0, differing: 0, plans: [] });
      assert.deepEqual(seeds(store), [1, 2]);
      store.close();
    });
  });

  test('runs that are being written are read as far as they are', async () => {
    const home = join(folder, 'in use');
    const store = new Store(join(home, 'runs.sqlite'));
    add(store, 1);
    await reading(home, () => {
      const other = readStore(home);
      assert.equal(countRuns(other.database), 1);
      other.close();
    });
    store.close();
  });

  test('what a crash has left beside the file is not left out: it is asked for', async () => {
    const home = join(folder, 'crashed');
    mkdirSync(home);
    const store = new Store(join(folder, 'running.sqlite'));
    add(store, 1);
    for (const end of ['', '-wal']) copyFileSync(join(folder, `running.sqlite${end}`), join(home, `runs.sqlite${end}`));
    store.close();
    await reading(home, () => {
      assert.throws(() => readStore(home), {
        name: 'ThalwegError',
        message: /runs\.sqlite: its newest runs are still in runs\.sqlite-wal, which is read only where the folder can be written to; copy both files to such a folder$/,
      });
    });
    const again = readStore(home);
    assert.deepEqual(seeds(again), [1]);
    again.close();
  }); // prettier-ignore

  test('what earlier versions kept is read', async () => {
    const home = join(folder, 'old');
    mkdirSync(home);
    const inputs = { inputs: 'abc', files: [] };
    const run = { trial: request, conditions: {}, inputs: 'abc', result: lost({ seed: 1, lr: 0.01 }) };
    writeFileSync(join(home, 'trials.jsonl'), `${JSON.stringify(inputs)}\n${JSON.stringify(run)}\n`);
    await reading(home, () => {
      const store = readStore(home);
      assert.deepEqual(seeds(store), [1]);
      store.close();
    });
    assert.deepEqual(readdirSync(home), ['trials.jsonl']);
  });

  test('what would write there says so, and what to do instead', async () => {
    const home = archive('closed');
    await reading(home, async () => {
      assert.throws(
        () => new Store(join(home, 'runs.sqlite')),
        /runs\.sqlite: it cannot be opened .*; its folder must be one that can be written to, so take another with --out$/,
      );
      assert.throws(
        () => new Store(join(home, 'more', 'runs.sqlite')),
        /more: it cannot be a folder for the results .*; take another with --out$/,
      );
      await assert.rejects(
        exportCommand().parseAsync([home], { from: 'user' }),
        /runs\.csv: it cannot be written \(.*\); --to <path> writes elsewhere$/,
      );
    });
    assert.ok(!existsSync(join(home, 'runs.csv')));
  });

  test('a file that can only be read, in a folder that takes others, is refused in words by what would write to it', async () => {
    const home = archive('half');
    await reading(home, () => {
      if (isRoot) setId?.(0);
      chmodSync(home, 0o777);
      if (isRoot) setId?.(nobody);
      const store = new Store(join(home, 'runs.sqlite'));
      assert.throws(() => lock(store, 'compare'), { name: 'ThalwegError', message: /runs\.sqlite: it cannot be written \(/ });
      store.close();
    });
  });
});

test('a file that has no tables yet is told as that, one of something else as that; a reader changes neither', () => {
  const home = join(folder, 'begun');
  mkdirSync(home);
  writeFileSync(join(home, 'runs.sqlite'), '');
  assert.throws(() => readStore(home), /runs\.sqlite: there are no kept runs in it yet$/);
  assert.equal(statSync(join(home, 'runs.sqlite')).size, 0);
  const other = new DatabaseSync(join(home, 'other.sqlite'));
  other.exec('CREATE TABLE mine (x)');
  other.close();
  assert.throws(() => Store.toRead(join(home, 'other.sqlite')), /other\.sqlite: it is a database of another program$/);
});
