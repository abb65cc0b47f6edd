/**
 * Takes runs from a queue, makes those whose provenance here equals the requested one, and returns the results. A run that cannot be made here is put back
 * for others, with the reason. The queue contains data: it names problems and optimizers, of which only built-in ones and those given by path when the
 * worker was started are known. Knows no store and no protocol.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import { ThalwegError } from 'thalweg';
import { machineOf } from '../machine.ts';
import { ProblemError } from '../problem.ts';
import { findContestants, findProblem, findProblems, isFile } from '../registry.ts';
import { Pool } from '../run/pool.ts';
import type { TrialRequest } from '../run/trial.ts';
import type { Address } from './address.ts';
import { connect, otherErrors, type Link } from './connection.ts';
import { askedOf, filesOf, type Answer, type Asked, type Refusal } from './message.ts';
import { listName, lists, prefix, runs, self } from './names.ts';
import { beyond, differencesOf, filesThatDiffer, Origins } from './origins.ts';
import type { Packages } from './packages.ts';

/** How a worker works. */
export interface WorkerOptions {
  /** Files that it may run, besides what is built in. */
  readonly problems: readonly string[];
  readonly optimizers: readonly string[];
  /** Runs at a time. */
  readonly workers: number;
  /** Seconds without a word from a worker after which its runs go to others. */
  readonly stalledAfter: number;
  readonly say: (line: string) => void;
}

/** A run that this worker does not make. */
class Refused extends Error {}

/** Milliseconds: after how long a run that was put back is there for others again; and for how long a thread that has put one back takes none. */
const [back, rest] = [1000, 5000];

/** How often the worker that makes a run may be killed under it before the run counts as what kills it. */
const mostStalls = 10;

/** Milliseconds for handing runs back at the end. */
const patience = 5000;

/** A worker that has been started. */
export class QueueWorker {
  /** Runs that were made. */
  made = 0;
  private readonly packages: Packages;
  private readonly options: WorkerOptions;
  private readonly pool: Pool;
  private readonly worker: Worker;
  private readonly lists: InstanceType<Packages['Queue']>;
  private readonly link: Link;
  private readonly origins = new Origins();
  private readonly machine;
  /** Which file is meant by a name in a message. */
  private readonly files: ReadonlyMap<string, string>;
  private readonly stopped = new AbortController();
  private readonly told = new Set<string>();
  /** By its name, what stops waiting for a run. */
  private readonly underway = new Map<string, () => void>();

  private stopping: Promise<number> | undefined;

  private constructor(packages: Packages, link: Link, options: WorkerOptions) {
    [this.packages, this.link, this.options] = [packages, link, options];
    this.machine = machineOf(options.workers);
    this.files = new Map([...options.problems, ...options.optimizers].filter(isFile).map((file) => [this.origins.portable(file), file]));
    this.pool = new Pool(options.workers);
    setMaxListeners(0, this.stopped.signal);
    const { say } = options;
    const connection = { connection: link.redis, prefix };
    const stalled = 1000 * options.stalledAfter;
    this.lists = new packages.Queue(lists, connection);
    this.worker = new packages.Worker(runs, (job, token) => this.process(job, token), {
      ...connection, concurrency: options.workers, lockDuration: stalled, stalledInterval: stalled, maxStalledCount: mostStalls, runRetryDelay: 1000,
    });
    const others = otherErrors(say);
    this.worker.on('error', others);
    this.lists.on('error', others);
    this.worker.on('stalled', () => { say('A run of a worker that no longer responds goes to another'); });
  }

  /**
   * Starts a worker, once there is a connection.
   *
   * @throws ProblemError where one of its files cannot be loaded, or Redis refuses the address
   */
  static async start(packages: Packages, address: Address, options: WorkerOptions): Promise<QueueWorker> {
    await findProblems(options.problems);
    await findContestants(await findProblem('valley'), [...new Set(options.optimizers)]);
    const { say } = options;
    let started = false;
    const refused = (error: ProblemError): void => {
      // Before that, whoever starts it hears of it.
      if (started) say(error.message);
    };
    const link = connect(packages, address, { say, refused });
    await link.ready;
    started = true;
    return new QueueWorker(packages, link, options);
  }

  /** Runs that are being made. */
  get busy(): number {
    return this.underway.size;
  }

  /** Takes no more runs and hands back those that are under way; returns how many. */
  stop(): Promise<number> {
    this.stopping ??= this.handBack();
    return this.stopping;
  }

  private async handBack(): Promise<number> {
    const open = this.underway.size;
    const closed = this.worker.close();
    this.stopped.abort();
    for (const stop of this.underway.values()) stop();
    const reached = await Promise.race([closed.then(() => true), sleep(patience, false)]);
    if (!reached && open > 0) this.options.say(`Redis cannot be reached to return runs; they go to others ${String(this.options.stalledAfter)} s after it can be`);
    await this.pool.close();
    await Promise.race([this.lists.close(), sleep(100)]);
    this.link.end();
    return reached ? open : 0;
  }

  private async process(job: Job, token: string | undefined): Promise<Answer> {
    const name = job.id ?? '';
    try {
      const answer = await new Promise<Answer | undefined>((resolve, reject) => {
        this.underway.set(name, () => { resolve(undefined); });
        this.answer(job.data).then(resolve, reject);
      });
      if (answer === undefined) {
        await job.moveToWait(token);
        throw new this.packages.WaitingError();
      }
      this.made += 1;
      return answer;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.tell(error.message);
      await job.updateProgress({ worker: self(), refused: error.message } satisfies Refusal);
      await job.moveToDelayed(Date.now() + back, token);
      // It would be the first to take it again.
      this.underway.delete(name);
      await this.pause(rest);
      throw new this.packages.DelayedError();
    } finally {
      this.underway.delete(name);
    }
  }

  /** Waits, but not beyond the end. */
  private async pause(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: this.stopped.signal });
    } catch (error) {
      if (!this.stopped.signal.aborted) throw error;
    }
  }

  private async answer(data: unknown): Promise<Answer> {
    const worker = self();
    const asked = askedOf(data);
    if ('wrong' in asked) {
      this.tell(`an entry of the queue is not a run (${asked.wrong})`);
      return { worker, error: `an entry of the queue is not a run (${asked.wrong})` };
    }
    try {
      return await this.make(asked, worker);
    } catch (error) {
      if (error instanceof ProblemError) return { worker, file: error.file, problem: error.problem };
      if (error instanceof ThalwegError) return { worker, error: error.message };
      throw error;
    }
  }

  private async make(asked: Asked, worker: string): Promise<Answer> {
    const request = this.here(asked.request);
    const timeout = asked.timeout ?? Infinity;
    const origin = await this.origins.of(request, timeout);
    await this.checkOrigin(asked, origin);
    const { files, ...finished } = await this.pool.run(request, timeout);
    const { more, changed } = beyond(this.origins.portableFiles(files), origin.files.portable);
    if (changed.length > 0) throw new Refused(`${changed[0] ?? ''} has changed since it was started; start it again`);
    return { worker, ...finished, machine: this.machine, more };
  }

  /** The run with the names that its problem and optimizer have here. */
  private here(request: TrialRequest): TrialRequest {
    const name = (kind: string, of: string): string => {
      if (!isFile(of)) return of;
      const file = this.files.get(of);
      if (file !== undefined) return file;
      const how = kind === 'problem' ? `thalweg worker ${of}` : `thalweg worker --optimizers ${of}`;
      throw new Refused(`it was not given the ${kind} ${of}; start it in the same project with ${how}`);
    };
    return { ...request, problem: name('problem', request.problem), contestant: name('optimizer', request.contestant) };
  }

  /** Whether a run would be the same here; otherwise says what differs. */
  private async checkOrigin({ request, provenance }: Asked, { provenance: own, files }: Awaited<ReturnType<Origins['of']>>): Promise<void> {
    const differences = differencesOf(own, provenance);
    if (own.files !== provenance.files) {
      const job = await this.packages.Job.fromId(this.lists, listName(provenance.files));
      const theirs = filesOf(job?.data);
      const names = 'wrong' in theirs ? ['files'] : filesThatDiffer(files.portable, theirs);
      differences.push(names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${String(names.length - 3)} more files` : names.join(', '));
    }
    if (differences.length === 0) return;
    throw new Refused(`${request.problem} with ${request.contestant} differs here from the sweep: ${differences.join('; ')}`);
  }

  private tell(reason: string): void {
    if (this.told.has(reason)) return;
    this.told.add(reason);
    this.options.say(`Refused: ${reason}`);
  }
} // prettier-ignore
