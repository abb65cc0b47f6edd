/**
 * Kept runs: none is lost and none is there twice, whatever ends the command; nothing that is kept is forgotten by another command; two commands do not
 * work in one folder; what earlier versions kept is taken over.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashOf } from '../src/run/files.ts';
import { conditionsOf, judgementId, type Conditions } from '../src/run/conditions.ts';
import type { Finished } from '../src/run/serve.ts';
import type { TrialRequest } from '../src/run/trial.ts';
import { contestants } from '../src/contestants.ts';
import { lost } from '../src/lost.ts';
import { findProblem } from '../src/registry.ts';
import { lock } from '../src/store/lock.ts';
import { openStore } from '../src/store/open.ts';
import { projectOf } from '../src/store/project.ts';
import { Store } from '../src/store/store.ts';
import { writeWhole } from '../src/store/whole.ts';
import type { Comparison, Machine } from '../src/schema.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'thalweg-store-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

const children = new Set<ChildProcess>();
after(() => { for (const child of children) child.kill('SIGKILL'); }); // prettier-ignore

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  return child;
} // prettier-ignore

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly stderr: string }> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}

interface Row {
  readonly number: number;
  readonly request: string;
  readonly made: string;
  readonly result: string;
}

function rowsOf(out: string): Row[] {
  const database = new DatabaseSync(join(out, 'runs.sqlite'), { readOnly: true, timeout: 10_000 });
  try {
    return database.prepare('SELECT number, request, made, result FROM runs ORDER BY number').all() as unknown as Row[];
  } finally {
    database.close();
  }
}

/** What a comparison found, without times, dates and how often it was begun. */
function lasting(out: string): unknown {
  return JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'), (key, value: unknown) =>
    ['seconds', 'secondsToTarget', 'createdAt', 'runs'].includes(key) ? undefined : value,
  );
}

test('killed at any moment: no run is lost, none is made or kept twice, and the results are those of a command that nobody killed', async () => {
  // The documentation tells of a hundred.
  const kills = Number(process.env['THALWEG_KILLS'] ?? 15);
  const args = (out: string): string[] => ['compare', 'rosenbrock', '--quick', '--steps', '5000', '--optimizers', 'sgd,adam,lion,polyak', '--seeds', String(Math.max(5, Math.ceil(kills / 3))), '--workers', '2', '--out', out];
  const [killed, whole] = [join(folder, 'killed'), join(folder, 'whole')];
  let before: Row[] = [];
  let count = 0;
  for (; count < kills; count++) {
    const child = start(args(killed));
    const end = ended(child);
    const life = { isOver: false };
    void end.then(() => (life.isOver = true));
    const next = before.length + (count % 7);
    while (!life.isOver && !(existsSync(join(killed, 'runs.sqlite')) && hasTables(killed) && rowsOf(killed).length >= next)) await sleep(2);
    child.kill('SIGKILL');
    await end;
    const now = rowsOf(killed);
    assert.deepEqual(now.slice(0, before.length), before, 'what was kept stays as it is');
    before = now;
  }
  assert.equal((await ended(start(args(killed)))).code, 0);
  assert.equal((await ended(start(args(whole)))).code, 0);
  const rows = rowsOf(killed);
  assert.deepEqual(rows.slice(0, before.length), before);
  assert.equal(rows.length, new Set(rows.map(({ request }) => request)).size, 'none twice');
  assert.deepEqual(rows.map(({ request }) => request).toSorted(), rowsOf(whole).map(({ request }) => request).toSorted());
  assert.deepEqual(lasting(killed), lasting(whole));
  const { runs } = JSON.parse(readFileSync(join(killed, 'results.json'), 'utf8')) as Comparison;
  assert.deepEqual([runs?.kept, runs?.remade], [before.length, []]);
  assert.ok(before.length > 2 * kills, `${String(kills)} kills between ${String(before.length)} runs`);
}); // prettier-ignore

/** Whether the tables are there: the file is made a moment before them. */
function hasTables(out: string): boolean {
  const database = new DatabaseSync(join(out, 'runs.sqlite'), { readOnly: true, timeout: 10_000 });
  try {
    return database.prepare('PRAGMA user_version').get()?.['user_version'] === 1;
  } finally {
    database.close();
  }
}

const machine: Machine = { node: 'v26', thalweg: '0.1.0', os: 'linux', cpu: 'one', cores: 1, workers: 1 };
const request: TrialRequest = { problem: 'valley', contestant: 'sgd', schedule: 'constant', lr: 0.01, seed: 1, steps: 10 };
const finished = (seed = 1, more: Partial<Finished> = {}): Finished => ({
  result: { ...lost({ seed, lr: 0.01 }), diverged: false, testMetric: 0.1 + seed, validationMetric: 1 / 3 },
  files: { modules: [], data: [] },
  ...more,
});
const { problem } = await findProblem('valley');
const conditions = (of: Partial<Machine> = {}): Conditions =>
  conditionsOf(problem, contestants.find(({ id }) => id === 'sgd') ?? assert.fail(), request, { ...machine, ...of });

/** A store of a test, closed at its end. */
function storeIn(name: string, project = projectOf(root)): Store {
  const store = new Store(join(folder, name), project);
  after(() => { store.close(); }); // prettier-ignore
  return store;
}

describe('what is kept', () => {
  test('comes back as it was, once however often it is added', () => {
    const store = storeIn('once.sqlite');
    const made = finished();
    for (let i = 0; i < 3; i++) store.add(request, conditions(), made);
    assert.equal(store.size, 1);
    assert.deepEqual(storeIn('once.sqlite').lookup()(request, conditions()), { result: made.result });
    assert.deepEqual(store.lookup()({ ...request, seed: 2 }, conditions()), undefined);
    assert.deepEqual(store.lookup()(request, conditions({ cpu: 'two' })), { reason: 'another machine, Node or number of workers' });
  });

  test('is forgotten by nothing: --fresh makes runs again beside it, and the newest are used', () => {
    const store = storeIn('fresh.sqlite');
    store.add(request, conditions(), finished());
    store.add({ ...request, seed: 2 }, conditions(), finished(2));
    store.startAfresh();
    assert.equal(store.lookup()(request, conditions()), undefined);
    const again = finished(1, { result: { ...finished().result, seconds: { gradient: 3, optimizer: 4 } } });
    for (let i = 0; i < 2; i++) store.add(request, conditions(), again);
    assert.equal(store.size, 3);
    const later = storeIn('fresh.sqlite');
    assert.deepEqual(later.lookup()(request, conditions()), { result: again.result });
    assert.deepEqual(later.lookup()({ ...request, seed: 2 }, conditions()), { result: finished(2).result });
  });

  test('a run that took too long is made again where it may take longer, and only there', () => {
    const store = storeIn('limit.sqlite');
    store.add(request, conditions(), finished(1, { timeLimit: 3 }));
    assert.deepEqual(store.lookup(60)(request, conditions()), { reason: 'more time for a run' });
    assert.deepEqual(store.lookup()(request, conditions()), { reason: 'more time for a run' });
    assert.ok('result' in (store.lookup(2)(request, conditions()) ?? {}));
    store.add(request, conditions(), finished(5));
    assert.deepEqual(store.lookup(60)(request, conditions()), { result: finished(5).result });
  });

  test('a project that is moved, or a command in another of its folders, finds its runs', () => {
    const make = (home: string): Finished => {
      mkdirSync(join(home, 'sub'), { recursive: true });
      writeFileSync(join(home, 'package.json'), '{}');
      writeFileSync(join(home, 'problem.ts'), 'export default 1;');
      return finished(1, { files: { modules: [[join(home, 'problem.ts'), hashOf(join(home, 'problem.ts'))]], data: [] } });
    };
    const [here, there] = [join(folder, 'here'), join(folder, 'there')];
    const made = make(here);
    make(there);
    const own = (home: string): TrialRequest => ({ ...request, problem: join(home, 'problem.ts') });
    storeIn('moved.sqlite', projectOf(here)).add(own(here), conditions(), made);
    assert.deepEqual(storeIn('moved.sqlite', projectOf(join(here, 'sub'))).lookup()(own(here), conditions()), { result: made.result });
    assert.deepEqual(storeIn('moved.sqlite', projectOf(there)).lookup()(own(there), conditions()), { result: made.result });
    writeFileSync(join(there, 'problem.ts'), 'export default 2;');
    assert.match(JSON.stringify(storeIn('moved.sqlite', projectOf(there)).lookup()(own(there), conditions())), /problem\.ts changed/);
  });

  test('a file of another version, or of something else, is refused and left as it is', () => {
    const path = join(folder, 'other.sqlite');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE mine (x)');
    assert.throws(() => new Store(path), /other\.sqlite: it is a database of another program$/);
    other.exec('PRAGMA user_version = 7');
    assert.throws(
      () => new Store(path),
      /their tables are version 7, and this one reads 1\); use that version, or another folder with --out$/,
    );
    other.close();
    writeFileSync(join(folder, 'text.sqlite'), 'not a database, but a text that somebody wrote');
    assert.throws(
      () => new Store(join(folder, 'text.sqlite')),
      /text\.sqlite: it cannot be opened as a file of kept runs \(file is not a database\)$/,
    );
    assert.equal(readFileSync(join(folder, 'text.sqlite'), 'utf8'), 'not a database, but a text that somebody wrote');
  });
});

describe('what earlier versions kept', () => {
  const home = join(folder, 'old');
  const file = join(root, 'packages/compare/src/run/trial.ts');
  const old = (seed: number): string =>
    `${JSON.stringify({ trial: { ...request, seed }, conditions: { method: conditions().method, 'metric or target': 'm', 'machine, Node or number of workers': 'v26, one, linux, 1' }, inputs: 'abc', result: finished(seed).result })}\n`; // prettier-ignore
  const written: string[] = [];
  const open = (): Store => openStore(home, { write: (text: string) => written.push(text) });

  test('is taken over once, but for lines that are none, and the old file stays', () => {
    mkdirSync(home);
    const text = `{"key":"of the first version","trial":1}\n${JSON.stringify({ inputs: 'abc', files: [[file, hashOf(file)]] })}\n${old(1)}${old(2)}{"trial":{"problem":"va`;
    writeFileSync(join(home, 'trials.jsonl'), text);
    const store = open();
    assert.equal(store.size, 2);
    assert.deepEqual(written, [
      '2 runs of trials.jsonl taken over into runs.sqlite; 2 lines of it are none. The old file is no longer read.\n',
    ]);
    const [row] = store.database
      .prepare('SELECT problem, optimizer, seed, test_metric, files.list FROM runs JOIN files ON modules = files.id')
      .all();
    assert.deepEqual({ ...row, list: undefined }, { problem: 'valley', optimizer: 'sgd', seed: 1, test_metric: 1.1, list: undefined });
    assert.deepEqual(JSON.parse(String(row?.['list'])), [['packages/compare/src/run/trial.ts', hashOf(file)]]);
    store.close();
    assert.equal(readFileSync(join(home, 'trials.jsonl'), 'utf8'), text);
    open().close();
    assert.equal(written.length, 1);
  });

  test('and what an earlier version adds to it later, too', () => {
    appendFileSync(join(home, 'trials.jsonl'), `\n${old(3)}`);
    const store = open();
    assert.equal(store.size, 3);
    store.close();
  });

  test('a run of then is used where it is what would be run', () => {
    const store = storeIn('old/runs.sqlite');
    const { target, tuningMetric, testMetric } = problem;
    store.database.prepare('UPDATE runs SET judgement = ?').run(judgementId({ target, tuningMetric, testMetric }));
    assert.deepEqual(store.lookup()({ ...request, seed: 2 }, conditions()), { result: finished(2).result });
  });
});

describe('the lock', () => {
  const home = join(folder, 'locked');
  const path = join(home, 'runs.sqlite');
  const held = (): unknown => new Store(path).database.prepare('SELECT count(*) AS count FROM lock').get()?.['count'];

  test('says who is running, and goes with its command', async () => {
    const first = start(['compare', 'rosenbrock', '--steps', '1000000', '--workers', '1', '--out', home]);
    const end = ended(first);
    while (!existsSync(path) || !hasTables(home) || held() === 0) await sleep(5);
    const second = await ended(start(['compare', 'valley', '--quick', '--steps', '10', '--out', home]));
    assert.equal(second.code, 2);
    assert.match(
      second.stderr,
      new RegExp(
        `process ${String(first.pid)} on ${hostname()} has been running thalweg compare rosenbrock --steps 1000000 [^\n]* there since 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d \\(UTC\\); wait until it has ended, or use another folder with --out\n$`,
      ),
    );
    first.kill('SIGKILL');
    await end;
    assert.equal(held(), 1);
    assert.equal((await ended(start(['compare', 'valley', '--quick', '--steps', '10', '--optimizers', 'sgd', '--out', home]))).code, 0);
    assert.equal(held(), 0);
  });

  test('of a process that is gone, or was last heard of long ago on another machine, is taken over', () => {
    const store = storeIn('locked/runs.sqlite');
    const hold = (pid: number, host: string, secondsAgo: number) =>
      store.database
        .prepare("INSERT OR REPLACE INTO lock VALUES (1, 'token', ?, ?, '2026-11-30T01:02:03.000Z', ?, 'compare')")
        .run(pid, host, Date.now() - 1000 * secondsAgo);
    hold(process.pid, hostname(), 10);
    assert.throws(() => lock(store, 'compare'), /has been running thalweg compare there since 2026-11-30 01:02:03 \(UTC\)/);
    hold(1, 'elsewhere', 10);
    assert.throws(() => lock(store, 'compare'), /process 1 on elsewhere/);
    for (const [pid, host, seconds] of [
      [2 ** 22 + 1, hostname(), 10],
      [1, 'elsewhere', 200],
      [process.pid, hostname(), 200],
    ] as const) {
      hold(pid, host, seconds);
      lock(store, 'compare')();
      assert.equal(held(), 0);
    }
  });
});

test('each comparison has a folder of its own, and the newest is at the top as well', async () => {
  const out = join(folder, 'several');
  const run = async (...args: string[]): Promise<void> =>
    assert.equal((await ended(start(['compare', 'valley', '--quick', '--steps', '10', '--out', out, ...args]))).code, 0);
  const idsIn = (of: string): string[] =>
    (JSON.parse(readFileSync(join(of, 'results.json'), 'utf8')) as Comparison).problems[0]!.optimizers.map(({ id }) => id).toSorted();
  await run('--optimizers', 'sgd');
  await run('--optimizers', 'sgd,adam');
  await run('--optimizers', 'sgd', '--fresh');
  await run('--optimizers', 'sgd,adam');
  assert.deepEqual(['comparisons/1', 'comparisons/2', 'comparisons/3', 'comparisons/4', '.'].map((name) => idsIn(join(out, name))), [['sgd'], ['adam', 'sgd'], ['sgd'], ['adam', 'sgd'], ['adam', 'sgd']]);
  // The same comparison of the same runs is the same one.
  await run('--optimizers', 'sgd,adam');
  assert.ok(!existsSync(join(out, 'comparisons/5')));
  assert.ok(existsSync(join(out, 'comparisons/4/index.html')));
}); // prettier-ignore

describe('where another process writes for longer than one waits', () => {
  const path = join(folder, 'busy.sqlite');

  test('the lock leaves a word out, and goes on', () => {
    mock.timers.enable({ apis: ['setInterval'] });
    const store = storeIn('busy.sqlite');
    store.database.exec('PRAGMA busy_timeout = 1');
    const seen = (): unknown => store.database.prepare('SELECT seen FROM lock').get()?.['seen'];
    const unlock = lock(store, 'compare');
    store.database.exec('UPDATE lock SET seen = 1');
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    mock.timers.tick(20_000);
    assert.equal(seen(), 1);
    other.exec('ROLLBACK');
    mock.timers.tick(20_000);
    assert.notEqual(seen(), 1);
    other.exec('BEGIN IMMEDIATE');
    unlock();
    other.close();
    mock.timers.reset();
  });

  test('a run that cannot be kept says so in words, and the store can be used afterwards', () => {
    const store = storeIn('busy.sqlite');
    store.database.exec('PRAGMA busy_timeout = 1');
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const keep = (): void => { store.add(request, conditions(), finished()); }; // prettier-ignore
    assert.throws(keep, /busy\.sqlite: another program has been writing to it for 10 s, or keeps it locked; end it, and the same command continues/);
    other.close();
    keep();
    assert.equal(store.size, 1);
  }); // prettier-ignore
});

describe('where nothing more can be written', () => {
  /** As on a full disk: SQLite may take no page more than it has. */
  const fill = (store: Store): void => {
    const pages = Number(store.database.prepare('PRAGMA page_count').get()?.['page_count']);
    store.database.exec(`PRAGMA max_page_count = ${String(pages)}`);
  };

  test('it is said in words, what was kept is there, and the store goes on once there is room', () => {
    const store = storeIn('full.sqlite');
    let kept = 0;
    fill(store);
    const keep = (): void => { store.add({ ...request, seed: kept + 1 }, conditions(), finished()); }; // prettier-ignore
    assert.throws(
      () => { for (; kept < 1000; kept++) keep(); },
      { name: 'ThalwegError', message: /full\.sqlite: it cannot be written \(database or disk is full\); what was kept before stays, and the same command continues from there$/ },
    ); // prettier-ignore
    assert.equal(store.size, kept);
    store.database.exec('PRAGMA max_page_count = 100000');
    keep();
    assert.equal(store.size, kept + 1);
  });

  test('the lock leaves a word out, and goes with its command', () => {
    const store = storeIn('full-lock.sqlite');
    const unlock = lock(store, 'compare');
    store.database.exec('PRAGMA query_only = 1');
    unlock();
    store.database.exec('PRAGMA query_only = 0');
    assert.equal(store.database.prepare('SELECT count(*) AS count FROM lock').get()?.['count'], 1);
  });

  test('a folder that takes no other is refused, and not tried for ever; a file in the place of one is, too', () => {
    writeFileSync(join(folder, 'file'), '');
    const places = [join(folder, 'file/out'), ...(existsSync('/proc/version') ? ['/proc/thalweg/out'] : [])];
    for (const place of places) {
      assert.throws(() => new Store(join(place, 'runs.sqlite')), /: it cannot be a folder for the results \(/);
      assert.throws(() => { writeWhole(join(place, 'results.json'), '{}'); }, /results\.json: it cannot be written \(/); // prettier-ignore
    }
    writeWhole(join(folder, 'a/b/c/results.json'), '{}');
    assert.equal(readFileSync(join(folder, 'a/b/c/results.json'), 'utf8'), '{}');
  });
});
