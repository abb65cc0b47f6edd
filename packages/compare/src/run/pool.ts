/**
 * A pool of worker threads that run trials in parallel. The results do not depend on their number. A run that ends its worker, runs out of memory or
 * exceeds its time limit is a failed run; another worker replaces the lost one, and the others continue.
 */
import { resolve } from 'node:path';
import { ThalwegError } from 'thalweg';
import { Worker } from 'node:worker_threads';
import { ProblemError } from '../problem.ts';
import { isFile } from '../registry.ts';
import { hashes, type InputFiles } from './files.ts';
import type { Finished, Underway, WorkerAnswer } from './serve.ts';
import { shown } from '../shown.ts';
import { lost } from '../lost.ts';
import { type TrialRequest } from './trial.ts';

interface Job {
  readonly request: TrialRequest;
  /** The seconds that it may take. */
  readonly timeout: number;
  readonly done: (finished: Finished) => void;
  readonly failed: (error: Error) => void;
  timer?: NodeJS.Timeout;
  /** How far it is known to have come. */
  underway?: Underway;
}

/** Runs trials on `size` threads. Call `close` at the end. */
export class Pool {
  private readonly idle: Worker[] = [];
  private readonly workers = new Set<Worker>();
  /** By problem, in the order in which problems were first asked for. */
  private readonly waiting = new Map<string, Job[]>();
  private readonly busy = new Map<Worker, Job>();
  private readonly last = new WeakMap<Worker, TrialRequest>();
  /** The seconds that a run may take, unless it is said with the run. */
  readonly timeout: number;
  private closed: Error | undefined;

  /** @param timeout - the seconds that a run may take once its data are loaded, and that a file's problem may take to load them */
  constructor(size: number, timeout = Infinity) {
    this.timeout = timeout;
    for (let i = 0; i < size; i++) this.idle.push(this.start());
  }

  /** The result of one trial, and what took part in it; trials start problem by problem, those of one in the order in which they are asked for. */
  run(request: TrialRequest, timeout = this.timeout): Promise<Finished> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    return new Promise((done, failed) => {
      const { problem } = request;
      const queue = this.waiting.get(problem) ?? [];
      this.waiting.set(problem, queue);
      queue.push({ request, timeout, done, failed });
      this.next();
    });
  }

  /** Ends the threads; trials that have not finished are rejected with `reason`. */
  async close(reason = new ThalwegError('closed', 'the comparison was stopped')): Promise<void> {
    this.closed = reason;
    for (const job of [...this.busy.values(), ...[...this.waiting.values()].flat()]) {
      clearTimeout(job.timer);
      job.failed(reason);
    }
    this.busy.clear();
    this.waiting.clear();
    await Promise.all([...this.workers].map((worker) => worker.terminate()));
  }

  private start(): Worker {
    const worker = new Worker(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url), { stdout: true });
    // What a problem prints must not come between results that are piped.
    worker.stdout.pipe(process.stderr, { end: false });
    this.workers.add(worker);
    worker.on('message', (answer: WorkerAnswer) => {
      if ('begun' in answer) {
        const job = this.busy.get(worker);
        if (job === undefined) return;
        job.underway = answer;
        if (answer.begun !== 'steps') this.limit(worker, job);
        return;
      }
      const job = this.take(worker);
      this.idle.push(worker);
      if ('problem' in answer) job?.failed(new ProblemError(answer.file, answer.problem));
      else if ('error' in answer) job?.failed(new ThalwegError('trial', `${describe(job.request)} failed: ${answer.error}`));
      else job?.done(answer);
      this.next();
    });
    worker.on('error', (error: unknown) => {
      const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.lose(
        worker,
        isMemory ? 'it ran out of memory' : `it ended its thread: ${error instanceof Error ? error.message : shown(error)}`,
      );
    });
    worker.on('exit', (code) => { this.lose(worker, `it ended its thread with exit code ${String(code)}`); }); // prettier-ignore
    return worker;
  }

  /** A worker that is gone, with the run that it had, which fails by that unless something else becomes of it. */
  private lose(worker: Worker, why: string, settle = (job: Job): void => { fail(job, why); }): void {
    if (!this.workers.delete(worker) || this.closed !== undefined) return;
    const job = this.take(worker);
    // One that ends while it has nothing to do would end again and again.
    if (job === undefined) {
      const last = this.last.get(worker);
      const what =
        last === undefined ? 'a thread for runs ended' : `${describe(last)} left a promise or a timer behind, which failed after the run`;
      void this.close(new ThalwegError('trial', `${what}: ${why}`));
      return;
    }
    this.idle.push(this.start());
    settle(job);
    this.next();
  } // prettier-ignore

  private take(worker: Worker): Job | undefined {
    const job = this.busy.get(worker);
    this.busy.delete(worker);
    clearTimeout(job?.timer);
    return job;
  }

  private next(): void {
    while (this.idle.length > 0) {
      const job = [...this.waiting.values()].find(({ length }) => length > 0)?.shift();
      const worker = job === undefined ? undefined : this.idle.pop();
      if (worker === undefined || job === undefined) return;
      this.busy.set(worker, job);
      this.last.set(worker, job.request);
      worker.postMessage(job.request);
    }
  }

  /** Gives what has begun its time: the problem's data, if it is a file's, or the run. */
  private limit(worker: Worker, job: Job): void {
    const { timeout, request, underway } = job;
    const { problem, seed, rates } = request;
    clearTimeout(job.timer);
    if (timeout === Infinity || (underway?.begun === 'load' && !isFile(problem))) return;
    const runs = underway?.begun === 'load' ? 1 : (rates?.length ?? 1);
    job.timer = setTimeout(() => {
      const long = `took longer than ${String(timeout)} s`;
      this.lose(worker, long, () => {
        if (job.underway?.begun === 'load') job.failed(new ProblemError(problem, `load() ${long}, which --run-timeout gives it as it gives them to a run`));
        else fail(job, `${job.underway?.begun === 'start' ? `start(${String(seed)})` : 'it'} ${long}`, { timeLimit: timeout });
      });
      void worker.terminate();
    }, 1000 * timeout * runs);
  } // prettier-ignore
}

/** A run that has failed: it counts as diverged, and the others go on. */
function fail({ request, underway, done }: Job, why: string, by: Pick<Finished, 'timeLimit'> = {}): void {
  done({ result: lost(request, why), files: underway?.files ?? ownFiles(request), ...by });
}

/** The files that a request names: all that is known of a run that ended before it had loaded them. */
function ownFiles({ problem, contestant }: TrialRequest): InputFiles {
  const hash = hashes();
  const files = [problem, contestant].filter(isFile).map((file) => resolve(file));
  return { modules: files.map((file) => [file, hash(file)]), data: [] };
}

function describe({ problem, contestant, lr, hyper = {}, seed }: TrialRequest): string {
  const values = Object.entries({ lr, ...hyper }).map(([name, value]) => `${name} ${String(value)}`);
  return `${problem} with ${contestant}, ${values.join(', ')}, seed ${String(seed)}`;
}
