/**
 * `npm run bench:queue`: the overhead of a run through the queue, with 1, 2 and 4 workers on this machine, and the run time below which the queue would slow down
 * 100 machines. Each run is one step on a function of two variables, so nearly all of its time is overhead. It starts its own Redis.
 * `--write` writes queue.md and the sentence of docs/compare.md.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg, platform, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asked, smoke, write } from '../scripts/asked.ts';
import { contestants } from '../packages/compare/src/contestants.ts';
import { machineOf } from '../packages/compare/src/machine.ts';
import { addressOf } from '../packages/compare/src/queue/address.ts';
import * as names from '../packages/compare/src/queue/names.ts';
import { loadPackages } from '../packages/compare/src/queue/packages.ts';
import { QueueRunner } from '../packages/compare/src/queue/runner.ts';
import { findProblem } from '../packages/compare/src/registry.ts';
import { Ledger, type Runner } from '../packages/compare/src/run/ledger.ts';
import { Pool } from '../packages/compare/src/run/pool.ts';
import { Store } from '../packages/compare/src/store/store.ts';
import { writeBetween } from '../scripts/write-between.ts';

const options = asked('npm run bench:queue', 'the overhead of a run through the queue, with 1, 2 and 4 workers on this machine', {
  ...write('bench/queue.md'),
  ...smoke,
});
const [runs, warm, crews] = options.smoke ? [20, 5, [1]] : [10_000, 200, [1, 2, 4]];

const [load = 0] = loadavg();
const home = mkdtempSync(join(tmpdir(), 'thalweg-bench-queue-'));
const children = new Set<ChildProcess>();
const { problem } = await findProblem('valley');
const sgd = contestants.find(({ id }) => id === 'sgd');
if (sgd === undefined) throw new RangeError('sgd is no contestant');

/** Makes so many runs, each another one, and keeps them, as a sweep does. */
async function make(runner: Runner, ledger: string, count: number, from: number): Promise<void> {
  const store = new Store(join(home, `${ledger}.sqlite`));
  const kept = new Ledger(runner, store, machineOf(1));
  const request = { problem: 'valley', contestant: 'sgd', schedule: 'constant', lr: 0.01, steps: 1 } as const;
  await Promise.all(Array.from({ length: count }, (_, i) => kept.run(problem, sgd!, { ...request, seed: from + i })));
  store.close();
}

/** Seconds that passed, that this process computed, and that Redis did, for each of so many runs. */
interface Cost {
  readonly passed: number;
  readonly here: number;
  readonly redis: number;
}

async function measure(runner: Runner, name: string, redisSeconds: () => Promise<number>): Promise<Cost> {
  await make(runner, `${name}-warm`, warm, 1);
  const [cpu, redis, started] = [process.cpuUsage(), await redisSeconds(), performance.now()];
  await make(runner, name, runs, 1_000_000);
  const passed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { passed: passed / runs, here: (user + system) / 1e6 / runs, redis: ((await redisSeconds()) - redis) / runs };
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0); }); // prettier-ignore
    });
  });
}

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore' });
  children.add(child);
  return child;
}

const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(2);
const lines: string[] = [];
let hub = 0;
let busiest = '';
try {
  const pool = new Pool(1);
  const local = await measure(pool, 'local', () => Promise.resolve(0));
  await pool.close();
  lines.push(`| none: a thread of this process | ${milliseconds(local.passed)} | – | – | – |`);
  const packages = await loadPackages();
  for (const count of crews) {
    const port = await freePort();
    const server = start('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--save', '']);
    const redis = new packages.Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    redis.on('error', () => undefined); // Until it is there.
    const seconds = async (): Promise<number> => {
      const info = await redis.info('cpu');
      return [...info.matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)].reduce((sum, [, one]) => sum + Number(one), 0);
    };
    const url = `redis://127.0.0.1:${String(port)}`;
    const thalweg = [
      '--conditions=source',
      join(import.meta.dirname, '../packages/compare/bin/thalweg.ts'),
      'worker',
      '--queue',
      url,
      '--workers',
      '1',
    ];
    const workers = Array.from({ length: count }, () => start(process.execPath, thalweg));
    const runner = new QueueRunner(packages, addressOf(url), { say: (line) => { console.error(line); } }); // prettier-ignore
    // So that none of them is still starting while it is measured.
    await redis.ping();
    const queue = new packages.Queue(names.runs, { connection: redis, prefix: names.prefix });
    while ((await queue.getWorkersCount()) < count) await sleep(100);
    const cost = await measure(runner, `queue-${String(count)}`, seconds);
    await runner.close();
    redis.disconnect();
    for (const child of [...workers, server]) child.kill('SIGKILL');
    const [here, there] = [cost.here, cost.redis];
    lines.push(`| ${[String(count), ...[cost.passed, here, there, here + there].map(milliseconds)].join(' | ')} |`);
    // The last has the most workers.
    [hub, busiest] = cost.here > cost.redis ? [cost.here, 'the sweep process'] : [cost.redis, 'Redis'];
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
}

const rate = Math.round(1 / hub);
const shortest = (threads: number): string => (100 * threads * hub).toFixed(1);
const sentence =
  `A run through the queue takes ${milliseconds(hub)} ms of CPU time in ${busiest}, which is the bottleneck: it serves ${String(rate)} runs a second. So 100 machines with 8 threads ` +
  `each are slowed down if a run takes less than ${shortest(8)} s, and 100 with one thread if it takes less than ${shortest(1)} s ([measurements](../bench/queue.md)).`;
const table = [
  '# Runs through a queue',
  '',
  '| workers | time per run, ms | CPU time of the sweep, ms | CPU time of Redis, ms | both, ms |',
  '| --- | --: | --: | --: | --: |',
  ...lines,
  '',
  `- ${String(runs)} runs of one step on \`valley\`, each stored; lower is better. The time per run is the total time divided by the number of runs. A worker is a process with one thread. All workers, the sweep and Redis share this machine, so its ${String(cpus().length)} cores limit the gain from more workers, as does other load (${load.toFixed(1)} at the start).`,
  `- The cost of the queue is the CPU time of the sweep and of Redis, since there is one of each for any number of workers (columns on the right). ${sentence.replace(' ([measurements](../bench/queue.md))', '')}`,
  `- ${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:queue -- --write\`.`,
  '',
].join('\n');
console.log(table);
if (options.write) {
  writeFileSync(join(import.meta.dirname, 'queue.md'), table);
  await writeBetween('docs/compare.md', 'queue', sentence);
}
