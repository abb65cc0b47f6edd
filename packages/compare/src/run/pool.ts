/** A pool of worker threads that run trials side by side. The results do not depend on how many there are. */
import { ThalwegError } from 'thalweg';
import { Worker } from 'node:worker_threads';
import { ProblemError } from '../problem.ts';
import type { Finished, WorkerAnswer } from './serve.ts';
import type { TrialRequest } from './trial.ts';

interface Job {
  readonly request: TrialRequest;
  readonly done: (finished: Finished) => void;
  readonly failed: (error: Error) => void;
}

/** Runs trials on `size` threads. Call `close` at the end. */
export class Pool {
  private readonly idle: Worker[] = [];
  private readonly workers: Worker[];
  private readonly waiting: Job[] = [];
  private readonly busy = new Map<Worker, Job>();
  private closed: Error | undefined;

  constructor(size: number) {
    this.workers = Array.from({ length: size }, () => this.start());
    this.idle.push(...this.workers);
  }

  /** The result of one trial, and what took part in it; trials start in the order in which they are asked for. */
  run(request: TrialRequest): Promise<Finished> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    return new Promise((done, failed) => {
      this.waiting.push({ request, done, failed });
      this.next();
    });
  }

  /** Ends the threads; trials that have not finished are rejected with `reason`. */
  async close(reason = new ThalwegError('closed', 'the comparison was stopped')): Promise<void> {
    this.closed = reason;
    for (const job of [...this.busy.values(), ...this.waiting.splice(0)]) job.failed(reason);
    this.busy.clear();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private start(): Worker {
    const worker = new Worker(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url));
    worker.on('message', (answer: WorkerAnswer) => {
      const job = this.busy.get(worker);
      this.busy.delete(worker);
      this.idle.push(worker);
      if ('problem' in answer) job?.failed(new ProblemError(answer.file, answer.problem));
      else if ('error' in answer) job?.failed(new ThalwegError('trial', `${describe(job.request)} failed: ${answer.error}`));
      else job?.done(answer);
      this.next();
    });
    worker.on('error', (error) => {
      const job = this.busy.get(worker);
      this.busy.delete(worker);
      job?.failed(
        new ThalwegError('trial', `${describe(job.request)} ended its worker: ${error instanceof Error ? error.message : String(error)}`),
      );
    });
    return worker;
  }

  private next(): void {
    while (this.idle.length > 0 && this.waiting.length > 0) {
      const worker = this.idle.pop();
      const job = this.waiting.shift();
      if (worker === undefined || job === undefined) return;
      this.busy.set(worker, job);
      worker.postMessage(job.request);
    }
  }
}

function describe({ problem, contestant, lr, seed }: TrialRequest): string {
  return `${problem} with ${contestant}, lr ${String(lr)}, seed ${String(seed)}`;
}
