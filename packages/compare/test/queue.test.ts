/**
 * Sweeps over many machines, with a real Redis: the runs and the report are those of `thalweg compare`; whoever is killed, each run is kept once; what is in
 * the queue is data, and what differs from machine to machine is refused by name.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import fc from 'fast-check';
import { compare } from '../src/compare.ts';
import { lost } from '../src/lost.ts';
import { ProblemError } from '../src/problem.ts';
import { presets, runsOf } from '../src/protocol.ts';
import { addressOf } from '../src/queue/address.ts';
import { answerOf, askedOf, filesOf, refusalOf, type Asked } from '../src/queue/message.ts';
import { prefix, runs } from '../src/queue/names.ts';
import { Origins } from '../src/queue/origins.ts';
import { loadPackages } from '../src/queue/packages.ts';
import { QueueRunner } from '../src/queue/runner.ts';
import { QueueWorker } from '../src/queue/worker.ts';
import { machineOf } from '../src/machine.ts';
import { findProblem } from '../src/registry.ts';
import { runsText } from '../src/report/text.ts';
import { Pool } from '../src/run/pool.ts';
import type { Runner } from '../src/run/ledger.ts';
import type { Comparison } from '../src/schema.ts';
import { withoutSecrets } from '../src/shown.ts';
import { Store } from '../src/store/store.ts';
import { Server, withoutRedis } from './support/redis.ts';

const root = join(import.meta.dirname, '../../..');
// Inside the repository, so that a problem there finds the packages as a user's would.
const folder = mkdtempSync(join(root, 'report-test-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

/** A problem that tells of each run that begins, and waits in its second step while there is a file `closed`. */
const bowl = (scale = 1): string => `
  import { appendFileSync, existsSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  const here = (name) => new URL(name, import.meta.url);
  export default { id: 'bowl', steps: 3, target: 0, load: () => ({
    start: (seed) => ({ w: Float64Array.of(1 + (seed % 7), 1) }),
    gradient: async ({ w }, { w: g }, seed, step) => {
      if (step === 2) { appendFileSync(here('begun'), '.'); while (existsSync(here('closed'))) await sleep(5); }
      w.forEach((x, i) => (g[i] = ${String(scale)} * x));
      return (w[0] ** 2 + w[1] ** 2) / 2;
    },
    evaluate: ({ w }) => w[0] ** 2 + w[1] ** 2,
  }) };`;

/** A folder with that problem. */
class Place {
  readonly home: string;
  readonly file: string;

  constructor(name: string, scale = 1) {
    this.home = join(folder, name);
    this.file = join(this.home, 'bowl.ts');
    mkdirSync(this.home, { recursive: true });
    writeFileSync(this.file, bowl(scale));
  }

  close(): void {
    writeFileSync(join(this.home, 'closed'), '');
  }

  open(): void {
    rmSync(join(this.home, 'closed'), { force: true });
  }

  /** Runs that have begun. */
  get begun(): number {
    const path = join(this.home, 'begun');
    return existsSync(path) ? readFileSync(path, 'utf8').length : 0;
  }
}

const protocol = { ...presets.quick, preset: 'custom' as const, gridPoints: 2, rates: 2, seeds: [101, 102], ratesPerSeed: 1 };
const contestants = ['sgd', 'adam'];
/** Runs that are kept. */
const all = contestants.length * runsOf(protocol);

async function compareIn(file: string, runner: Runner, store: Store): Promise<Comparison> {
  return compare(
    { entries: [await findProblem(file)], contestants, schedules: ['constant'], protocol, steps: 3, workers: 2 },
    runner,
    store,
    () => undefined,
  );
}

/** What a comparison found, without times, dates and how often it was begun. */
function lasting(comparison: Comparison): unknown {
  return JSON.parse(JSON.stringify(comparison), (key, value: unknown) =>
    ['seconds', 'secondsToTarget', 'createdAt', 'runs', 'workers'].includes(key) ? undefined : value,
  );
}

const stores: Store[] = [];
after(() => { for (const store of stores) store.close(); }); // prettier-ignore

function storeIn(home: string): Store {
  const store = new Store(join(home, 'kept.sqlite'));
  stores.push(store);
  return store;
}

/** How often each run was kept, by its request. */
function keptIn(path: string): number[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  try {
    return database.prepare('SELECT count(*) AS count FROM runs GROUP BY request').all().map(({ count }) => Number(count));
  } finally {
    database.close();
  }
} // prettier-ignore

const once = Array<number>(all).fill(1);

/** A command that was started. */
class Command {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], { cwd = root, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}) {
    const child = spawn(process.execPath, ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), ...args], { cwd, env: { ...process.env, COLUMNS: '400', ...env } });
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => child.once('close', resolve));
    after(() => { child.kill('SIGKILL'); });
  }

  async says(expected: RegExp): Promise<void> {
    await until(() => expected.test(this.stderr) || this.child.exitCode !== null);
    assert.match(this.stderr, expected);
  }
} // prettier-ignore

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

test('an address is read with its password, and shown without', () => {
  assert.deepEqual(addressOf('redis://localhost'), { options: { host: 'localhost', port: 6379, db: 0 }, shown: 'redis://localhost:6379' });
  assert.deepEqual(addressOf('rediss://me:p%40ss@[::1]:7000/3'), { options: { host: '::1', port: 7000, db: 3, username: 'me', password: 'p@ss', tls: {} }, shown: 'rediss://[::1]:7000/3' });
  for (const wrong of ['', 'hunter2', 'http://:hunter2@localhost', 'redis://', 'redis://:hunter2@localhost/x', 'redis://:hunter2@localhost?a=1', 'redis://:hunter2%@localhost', 'redis://:hunter2@localhost:99999'])
    assert.throws(() => addressOf(wrong), (error) => error instanceof ProblemError && !error.message.includes('hunter2'), wrong);
  fc.assert(
    fc.property(fc.webAuthority({ withUserInfo: true, withPort: true }), fc.string(), (authority, password) => {
      const url = `redis://me:${encodeURIComponent(`secret${password}`)}@${authority.replace(/^.*@/, '')}`;
      assert.doesNotMatch(withoutSecrets(`sweep --queue ${url} --quick`), /secret/);
      assert.doesNotMatch(addressOf(url).shown, /secret/);
    }),
  );
}); // prettier-ignore

describe('messages', () => {
  const sound: Asked = {
    request: { problem: 'valley', contestant: 'sgd', schedule: 'constant', lr: 0.1, seed: 1, steps: 3 },
    provenance: { thalweg: '0.1.0', node: 'v26', method: '0123456789abcdef', judgement: '0123456789abcdef', files: '0123456789abcdef' },
    timeout: null,
  };
  const answer = {
    worker: 'a:1',
    result: lost({ seed: 1, lr: 0.1 }),
    machine: { node: 'v26', thalweg: '0.1.0', os: 'linux', cpu: 'one', cores: 1, workers: 1 },
    more: { modules: [['a.ts', 'absent']], data: [] },
  };
  const checks = [askedOf, answerOf, filesOf, refusalOf];

  test('that are sound are taken as they are', () => {
    assert.equal(askedOf(sound), sound);
    assert.equal(answerOf(answer), answer);
    for (const more of [{ hyper: { beta1: 0.9 } }, { scan: true, rates: [0.1, 0.2] }]) assert.ok(!('wrong' in askedOf({ ...sound, request: { ...sound.request, ...more } })));
  });

  test('that are anything else are refused in words', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const check of checks) assert.match((check(value) as { wrong: string }).wrong, /./);
      }),
    );
    const of = (more: object): unknown => ({ ...sound, request: { ...sound.request, ...more } });
    for (const wrong of [
      of({ steps: 0 }), of({ steps: 1.5 }), of({ steps: 1e10 }), of({ steps: '3' }), of({ seed: 0.5 }), of({ lr: null }), of({ lr: '0.1' }), of({ schedule: 'none' }),
      of({ problem: '' }), of({ problem: 'x'.repeat(5000) }), of({ problem: { toString: 1 } }), of({ hyper: { 'a b': 1 } }), of({ hyper: { lr: 'x' } }), of(JSON.parse('{ "hyper": { "__proto__": 1 } }') as object),
      of({ rates: [] }), of({ rates: Array(1001).fill(1) }), of({ scan: false }), of({ code: 'process.exit()' }), { ...sound, run: '() => 1' }, { ...sound, timeout: -1 }, { ...sound, provenance: { ...sound.provenance, files: '../x' } },
    ]) assert.ok('wrong' in askedOf(wrong), JSON.stringify(wrong));
    for (const wrong of [
      { ...answer, result: { ...answer.result, testMetric: 'x' } }, { ...answer, result: { ...answer.result, code: 1 } }, { ...answer, machine: {} }, { ...answer, more: { modules: [['a', 'b']], data: [] } },
      { ...answer, together: [1] }, { worker: 'a:1' }, { worker: 'a:1', error: 1 }, { ...answer, error: 'both' },
    ]) assert.ok('wrong' in answerOf(wrong), JSON.stringify(wrong));
  });
}); // prettier-ignore

test('without the packages of queues it is said what to install', async () => {
  const away = join(folder, 'away.mjs');
  writeFileSync(away, `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) { if (name === 'bullmq') throw Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, context); } });`);
  for (const command of ['sweep', 'worker']) {
    const said = new Command([command, '--queue', 'redis://localhost'], { env: { NODE_OPTIONS: `--import=${away}` } });
    assert.equal(await said.ended, 2);
    assert.match(said.stderr, /^thalweg: --queue: a queue needs two packages that are not installed here: npm install bullmq ioredis\n$/);
  }
}); // prettier-ignore

describe('with a Redis', { skip: withoutRedis }, () => {
  let packages: Awaited<ReturnType<typeof loadPackages>>;
  let server: Server;
  /** What a pool of threads finds. */
  let local: unknown;
  before(async () => {
    packages = await loadPackages();
    const pool = new Pool(2);
    local = lasting(await compareIn(new Place('local').file, pool, storeIn(join(folder, 'local'))));
    await pool.close();
  });

  beforeEach(async () => {
    server = await (await Server.at()).start();
    said.length = 0;
  });

  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const work = async ({ url }: Server, problems: readonly string[], more: { readonly stalledAfter?: number; readonly say?: (line: string) => void } = {}): Promise<QueueWorker> => {
    const worker = await QueueWorker.start(packages, addressOf(url), { problems, optimizers: [], workers: 2, stalledAfter: 1, say, ...more });
    after(() => worker.stop());
    return worker;
  }; // prettier-ignore
  const sweep = async ({ url }: Server, place: Place, store = storeIn(place.home)): Promise<Comparison> => {
    const runner = new QueueRunner(packages, addressOf(url), { say });
    try {
      return await compareIn(place.file, runner, store);
    } finally {
      await runner.close();
    }
  };
  const isAsLocal = (found: Comparison, place: Place): void => {
    assert.deepEqual(lasting(found), local);
    assert.deepEqual(keptIn(join(place.home, 'kept.sqlite')), once);
  };
  /** Starts a worker in a process of its own. */
  const workerAt = ({ url }: Server, file: string, ...more: readonly string[]): Command => new Command(['worker', file, '--queue', url, '--workers', '2', ...more]);
  const queueAt = ({ port }: Server): Queue => {
    const queue = new packages.Queue(runs, { connection: { port, maxRetriesPerRequest: null }, prefix });
    after(() => queue.close());
    return queue;
  };

  test('a sweep finds what a comparison finds, each run is made once and kept as of its machine, and nothing is left in the queue', async () => {
    const place = new Place('whole');
    const worker = await work(server, [place.file]);
    isAsLocal(await sweep(server, place), place);
    // The first steps are made twice.
    assert.equal(worker.made, all + 2);
    await worker.stop();
    assert.equal(await queueAt(server).getJobCountByTypes('completed', 'waiting', 'active', 'delayed', 'failed'), 0);
  });

  test('runs of a worker with another number of runs at a time are kept as of that one, used from then on, and said to be made here', async () => {
    const place = new Place('beside');
    const worker = await QueueWorker.start(packages, addressOf(server.url), { problems: [place.file], optimizers: [], workers: 3, stalledAfter: 1, say });
    const store = storeIn(place.home);
    const { runs: first } = await sweep(server, place, store);
    assert.deepEqual(first, { made: all, kept: 0, remade: [], madeBeside: all });
    assert.match(runsText({ runs: first }), /made, \d+ of them by workers on this machine with a different number of parallel runs, so times in seconds are not comparable$/);
    assert.deepEqual((await sweep(server, place, store)).runs, { made: 0, kept: all, remade: [], beside: all });
    await worker.stop();
  });

  test('the runs of another machine are kept as of that one, used from then on, and said to be', async () => {
    const place = new Place('elsewhere');
    const pool = new Pool(2);
    const other = { ...machineOf(2), cpu: 'another' };
    const away: Runner = { run: async (request) => ({ ...(await pool.run(request)), machine: other }) };
    const store = storeIn(place.home);
    const { runs: first } = await compareIn(place.file, away, store);
    assert.deepEqual(first, { made: all, kept: 0, remade: [], madeElsewhere: all });
    assert.match(runsText({ runs: first }), /made, \d+ of them on other machines, so times in seconds are not comparable$/);
    assert.deepEqual((await compareIn(place.file, away, store)).runs, { made: 0, kept: all, remade: [], elsewhere: all });
    await pool.close();
  });

  test('a sweep says when nobody takes its runs, with the line that mends it, and when somebody does again', async () => {
    const place = new Place('nobody');
    const line = `thalweg worker ${place.file} --queue ${server.url}`;
    const args = ['sweep', place.file, '--quick', '--seeds', '3', '--steps', '3', '--optimizers', 'sgd', '--out', join(place.home, 'out')];
    const waiting = new Command([...args, '--queue', server.url]);
    await waiting.says(new RegExp(`\nNo worker is connected, so nothing is run; start one with: ${line}\n`));
    place.close();
    const leaving = workerAt(server, place.file, '--stalled-after', '1');
    await waiting.says(/\n1 worker connected\n/);
    await until(() => place.begun >= 2);
    leaving.child.kill('SIGKILL');
    await leaving.ended;
    await waiting.says(new RegExp(`\nThe last worker has left, so nothing is run; start one with: ${line}\n`));
    place.open();
    const worker = await work(server, [place.file]);
    assert.equal(await waiting.ended, 0, waiting.stderr);
    assert.equal(waiting.stderr.match(/start one with/g)?.length, 2, waiting.stderr);
    assert.doesNotMatch(waiting.stderr, /other machines/);
    await worker.stop();
  });

  test('a worker that is killed loses none', async () => {
    const place = new Place('worker-killed');
    place.close();
    const killed = workerAt(server, place.file, '--stalled-after', '1');
    const found = sweep(server, place);
    await until(() => place.begun >= 2);
    killed.child.kill('SIGKILL');
    await killed.ended;
    place.open();
    await work(server, [place.file]);
    isAsLocal(await found, place);
  });

  test('Ctrl-C hands runs back at once', async () => {
    const place = new Place('worker-stopped');
    place.close();
    const stopped = workerAt(server, place.file, '--stalled-after', '3000');
    const found = sweep(server, place);
    await until(() => place.begun >= 2);
    stopped.child.kill('SIGINT');
    assert.equal(await stopped.ended, 130);
    assert.match(stopped.stderr, /\nStopped\. 0 runs made, 2 returned to the queue\.\n$/);
    place.open();
    const worker = await work(server, [place.file], { stalledAfter: 3000 });
    isAsLocal(await found, place);
    await worker.stop();
  });

  test('a coordinator that is killed goes on: kept runs are not asked for again, and answers that wait are taken', async () => {
    const place = new Place('coordinator-killed');
    const out = join(place.home, 'out');
    const path = join(out, 'runs.sqlite');
    const args = ['sweep', place.file, '--quick', '--seeds', '6', '--steps', '3', '--optimizers', contestants.join(','), '--out', out, '--queue', server.url];
    const worker = await work(server, [place.file]);
    const killed = new Command(args);
    await until(() => existsSync(path) && existsSync(`${path}-wal`) && place.begun > 2 && keptOrNone(path) >= 9);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const queue = queueAt(server);
    await until(async () => (await queue.getJobCountByTypes('waiting', 'active', 'delayed')) === 0);
    const before = keptOrNone(path);
    const again = new Command(args);
    assert.equal(await again.ended, 0, again.stderr);
    assert.match(again.stderr, new RegExp(`${String(before)} finished runs found`));
    const each = runsOf({ ...presets.quick, preset: 'quick', seeds: Array<number>(6).fill(0) });
    assert.deepEqual(keptIn(path), Array(2 * each).fill(1));
    // All of them once, and the first steps twice by each of the two.
    assert.equal(worker.made, 2 * each + 4);
    await worker.stop();
  });

  for (const [how, options] of [
    ['keeps nothing', []],
    ['keeps all', ['--appendonly', 'yes', '--appendfsync', 'always']],
  ] as const)
    test(`a Redis that is killed and ${how} loses none`, async () => {
      const own = await (await Server.at(...options)).start();
      const place = new Place(`redis-${String(options.length)}`);
      place.close();
      await work(own, [place.file]);
      const found = sweep(own, place);
      await until(() => place.begun >= 2);
      await own.kill();
      place.open();
      await until(() => said.some((line) => /^(The connection to )?Redis at redis:\/\/127\.0\.0\.1:\d+ (is lost; trying again|cannot be reached \(\w+\); trying again until it can)$/.test(line)));
      await own.start();
      isAsLocal(await found, place);
      assert.ok(said.some((line) => line.endsWith(' can be reached')), said.join('\n'));
    });

  test('what is hostile is answered, and runs no code that was not given by path', async () => {
    const place = new Place('hostile');
    const evil = join(place.home, 'evil.ts');
    writeFileSync(evil, `import { writeFileSync } from 'node:fs'; writeFileSync(new URL('ran', import.meta.url), '');`);
    const lines: string[] = [];
    const worker = await work(server, [place.file], { say: (line) => lines.push(line) });
    const queue = queueAt(server);
    const events = new packages.QueueEvents(runs, { connection: { port: server.port, maxRetriesPerRequest: null }, prefix });
    after(() => events.close());
    await events.waitUntilReady();
    const origins = new Origins();
    const request = { problem: 'valley', contestant: 'sgd', schedule: 'constant', lr: 0.1, seed: 1, steps: 1 } as const;
    const { provenance } = await origins.of(request);
    const asked: Asked = { request, provenance, timeout: null };
    for (const data of [null, 7, 'process.exit()', [], {}, { ...asked, code: 'process.exit()' }, { ...asked, request: { ...request, steps: -1 } }]) {
      const job = await queue.add('eval', data, { attempts: 3 });
      const told = answerOf((await job.waitUntilFinished(events)) as unknown);
      assert.ok('error' in told && /^an entry of the queue is not a run \(.+\)$/.test(told.error), JSON.stringify(told));
    }
    // Answers are checked as well, and another's are not taken.
    for (const [value, expected] of [[{ nonsense: 1 }, /the answer for .* is not a record of a run/], [{ worker: 'x', result: lost({ seed: 2, lr: 0.1 }), machine: { node: 'a', thalweg: 'b', os: 'c', cpu: 'd', cores: 1, workers: 1 }, more: { modules: [], data: [] } }, /is the record of another run/]] as const) {
      const liar = new packages.Worker(runs, () => Promise.resolve(value), { connection: { port: server.port, maxRetriesPerRequest: null }, prefix, concurrency: 50 });
      await worker.stop();
      const runner = new QueueRunner(packages, addressOf(server.url), { say });
      await assert.rejects(runner.run(request), expected);
      await runner.close();
      await liar.close();
    }
    const next = await work(server, [place.file], { say: (line) => lines.push(line) });
    for (const [kind, more] of [['problem', { problem: origins.portable(evil) }], ['problem', { problem: '/etc/passwd.ts' }], ['optimizer', { contestant: origins.portable(evil) }]] as const) {
      const job = await queue.add('run', { ...asked, request: { ...request, ...more } });
      const name = Object.values(more)[0];
      await until(() => lines.some((line) => line.startsWith(`Refused: it was not given the ${kind} ${name}; start it in the same project with thalweg worker`)));
      await until(async () => (await queue.remove(job.id!)) === 1);
    }
    const unknown: unknown = await (await queue.add('run', { ...asked, request: { ...request, problem: 'nowhere' } })).waitUntilFinished(events);
    assert.match(JSON.stringify(unknown), /there is no such problem/);
    assert.ok(!existsSync(join(place.home, 'ran')));
    // It still works.
    isAsLocal(await sweep(server, place), place);
    await next.stop();
  });

  test('a worker without the problem, or with another version of it, says so by name here and there, and leaves the runs to others', async () => {
    // Two projects, as on two machines: paths are told within each.
    const [here, there] = [new Place('here'), new Place('there', 2)];
    for (const { home } of [here, there]) writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
    const out = join(here.home, 'out');
    const coordinator = new Command(['sweep', './bowl.ts', '--quick', '--steps', '3', '--optimizers', 'sgd', '--out', out, '--queue', server.url], { cwd: here.home });
    const without = new Command(['worker', '--queue', server.url, '--workers', '1'], { cwd: here.home });
    const missing = 'it was not given the problem bowl.ts; start it in the same project with thalweg worker bowl.ts';
    await without.says(new RegExp(`^Refused: ${missing}$`, 'm'));
    await coordinator.says(new RegExp(`^Worker \\S+:\\d+ refuses: ${missing}$`, 'm'));
    without.child.kill('SIGINT');
    assert.equal(await without.ended, 130);
    const other = new Command(['worker', './bowl.ts', '--queue', server.url, '--workers', '1'], { cwd: there.home });
    const differs = 'bowl.ts with sgd differs here from the sweep: bowl.ts';
    await other.says(new RegExp(`^Refused: ${differs}$`, 'm'));
    await coordinator.says(new RegExp(`^Worker \\S+:\\d+ refuses: ${differs}$`, 'm'));
    assert.equal(keptOrNone(join(out, 'runs.sqlite')), 0);
    const right = new Command(['worker', './bowl.ts', '--queue', server.url, '--workers', '1'], { cwd: here.home });
    assert.equal(await coordinator.ended, 0, coordinator.stderr);
    assert.match(coordinator.stdout, /\n22 runs made/);
    for (const { child, ended } of [right, other]) {
      child.kill('SIGINT');
      assert.equal(await ended, 130);
    }
  });

  test('no Redis is said once, and waited for; a wrong address is wrong usage; a password is nowhere', async () => {
    const place = new Place('addresses');
    const own = await Server.at('--requirepass', 's3cr%t');
    const url = own.url.replace('//', '//:s3cr%25t@');
    const worker = new Command(['worker', place.file, '--workers', '1'], { env: { THALWEG_QUEUE: url } });
    const out = join(place.home, 'out');
    const coordinator = new Command(['sweep', place.file, '--quick', '--steps', '3', '--optimizers', 'sgd', '--out', out, '--queue', url]);
    const unreachable = new RegExp(`^Redis at ${own.url} cannot be reached \\(ECONNREFUSED\\); trying again until it can$`, 'm');
    await worker.says(unreachable);
    await coordinator.says(unreachable);
    await own.start();
    assert.equal(await coordinator.ended, 0, coordinator.stderr);
    worker.child.kill('SIGINT');
    assert.equal(await worker.ended, 130);
    for (const { stdout, stderr } of [worker, coordinator]) {
      assert.equal(stderr.match(/cannot be reached/g)?.length, 1, stderr);
      assert.doesNotMatch(stdout + stderr, /s3cr/);
    }
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((one) => one.includes('.'))) assert.ok(!readFileSync(join(out, name)).includes('s3cr'), name);
    for (const [address, expected] of [
      [own.url.replace('//', '//:hunter2@'), /^thalweg: --queue: Redis at redis:\/\/127\.0\.0\.1:\d+ answers: WRONGPASS/m],
      [own.url, /^thalweg: --queue: Redis at redis:\/\/127\.0\.0\.1:\d+ answers: NOAUTH/m],
      ['localhost:6379', /^thalweg: --queue: it must be the address of a Redis, such as redis:\/\/localhost:6379/m],
    ] as const)
      for (const command of ['sweep', 'worker']) {
        const ended = new Command([command, place.file, '--queue', address, ...(command === 'sweep' ? ['--out', join(place.home, 'refused')] : [])]);
        assert.equal(await ended.ended, 2, ended.stderr);
        assert.match(ended.stderr, expected);
        assert.doesNotMatch(ended.stdout + ended.stderr, /hunter2/);
      }
  });

  test('a sweep that is stopped takes back what nobody has begun', async () => {
    const place = new Place('sweep-stopped');
    const coordinator = new Command(['sweep', place.file, '--quick', '--steps', '3', '--out', join(place.home, 'out'), '--queue', server.url]);
    const queue = queueAt(server);
    await until(async () => (await queue.getJobCountByTypes('waiting')) > 0);
    coordinator.child.kill('SIGINT');
    assert.equal(await coordinator.ended, 130);
    assert.match(coordinator.stderr, /\nStopped\. 0 finished runs are kept in /);
    assert.equal(await queue.getJobCountByTypes('waiting', 'active', 'delayed'), 0);
  });
}); // prettier-ignore

/** How many runs a file has, which may not be there yet. */
function keptOrNone(path: string): number {
  try {
    return keptIn(path).length;
  } catch (error) {
    if (error instanceof Error && /no such table|unable to open/.test(error.message)) return 0;
    throw error;
  }
}
