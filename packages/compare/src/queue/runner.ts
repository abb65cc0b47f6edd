/**
 * Has runs made by any workers that take them from a queue. A run is identified by its name in the queue, which follows from what it computes: requesting
 * it again, after a restart of this process or of Redis, requests the same run, and an answer already waiting is used. Events only speed this up; every few
 * seconds all outstanding runs are looked up, and missing ones are requested again. So nothing is lost, whichever process is killed. Knows no protocol and
 * no report.
 */
import { randomUUID } from 'node:crypto';
import type { Queue, QueueEvents } from 'bullmq';
import { ThalwegError } from 'thalweg';
import { ProblemError } from '../problem.ts';
import { hashOfValue } from '../run/conditions.ts';
import { hashes, type FileState } from '../run/files.ts';
import type { Runner } from '../run/ledger.ts';
import type { Finished } from '../run/serve.ts';
import type { TrialRequest } from '../run/trial.ts';
import { counted } from '../shown.ts';
import type { Address } from './address.ts';
import { connect, otherErrors, type Link } from './connection.ts';
import { answerOf, refusalOf, type Answer, type Asked } from './message.ts';
import { keptFor, listName, lists, prefix, runs } from './names.ts';
import { Origins, type OwnFiles } from './origins.ts';
import type { Packages } from './packages.ts';

/** A run that was asked for and has not been answered. */
interface Outstanding {
  readonly asked: Asked;
  readonly files: OwnFiles;
  readonly done: (finished: Finished) => void;
  readonly failed: (error: Error) => void;
}

/** Milliseconds between two looks at all that is outstanding, and how many are looked up at a time. */
const [look, atATime] = [3000, 500];

/** What BullMQ has of the queue. */
interface Queues {
  readonly queue: Queue;
  readonly files: Queue;
  readonly events: QueueEvents;
}

/** How a sweep has its runs made. */
export interface RunnerOptions {
  /** The seconds that a run may take once its data are loaded. */
  readonly timeout?: number | undefined;
  /** No answer of before is taken. */
  readonly fresh?: boolean;
  readonly say: (line: string) => void;
  /** The line that starts a worker. */
  readonly workerLine?: string;
}

/** A runner that is to be closed at the end. */
export class QueueRunner implements Runner {
  readonly timeout: number;
  private readonly packages: Packages;
  private readonly link: Link;
  /** There once there is a connection. */
  private readonly queues: Promise<Queues>;
  private readonly say: (line: string) => void;
  private readonly origins = new Origins();
  private readonly hash = hashes();
  private readonly outstanding = new Map<string, Outstanding>();
  private readonly told = new Set<string>();
  private readonly announced = new Set<string>();
  private readonly removals = new Set<Promise<unknown>>();
  /** Distinguishes runs that are to be made again from those of before. */
  private readonly again: string | undefined;
  private readonly workerLine: string;
  /** Looks at which no worker was connected, one after another; none are told of until there are two, since one may just be starting again. */
  private without = 0;
  private saidNone = false;
  private hadWorkers = false;
  private timer: NodeJS.Timeout | undefined;
  private closed: Error | undefined;

  constructor(packages: Packages, address: Address, { timeout = Infinity, fresh = false, say, workerLine }: RunnerOptions) {
    [this.packages, this.timeout, this.say] = [packages, timeout, say];
    this.again = fresh ? randomUUID() : undefined;
    this.workerLine = workerLine ?? `thalweg worker --queue ${address.shown}`;
    const listener = { say, refused: (error: ProblemError) => { this.stop(error); } };
    this.link = connect(packages, address, listener);
    this.queues = this.link.ready.then(() => this.open(otherErrors(say)));
    // Whoever asks for a run hears of it.
    this.queues.catch(() => undefined);
  } // prettier-ignore

  private open(others: (error: Error) => void): Queues {
    const options = { connection: this.link.redis, prefix };
    const queue = new this.packages.Queue(runs, { ...options, streams: { events: { maxLen: 1000 } } });
    const files = new this.packages.Queue(lists, options);
    const events = new this.packages.QueueEvents(runs, options);
    queue.on('error', others);
    files.on('error', others);
    events.on('error', others);
    events.on('completed', ({ jobId, returnvalue }) => { this.take(jobId, returnvalue); });
    events.on('failed', ({ jobId, failedReason }) => { this.giveUp(jobId, failedReason); });
    events.on('progress', ({ data }) => { this.hear(data); });
    this.link.redis.on('ready', () => {
      this.announced.clear();
      this.lookSoon(100);
    });
    this.lookSoon(100);
    return { queue, files, events };
  } // prettier-ignore

  /** The result of one run. */
  async run(request: TrialRequest): Promise<Finished> {
    const { provenance, files } = await this.origins.of(request, this.timeout);
    await this.queues;
    if (this.closed !== undefined) throw this.closed;
    const { problem, contestant } = request;
    const named = { ...request, problem: this.origins.portable(problem), contestant: this.origins.portable(contestant) };
    const asked: Asked = { request: named, provenance, timeout: this.timeout === Infinity ? null : this.timeout };
    // The same run may be wanted twice at a time, to see whether it is the same.
    const name = (copy: number): string => `r${hashOfValue([asked, this.again, copy])}`;
    let copy = 0;
    while (this.outstanding.has(name(copy))) copy++;
    return await new Promise((done, failed) => {
      this.outstanding.set(name(copy), { asked, files, done, failed });
      void this.ask(name(copy));
    });
  }

  /** Takes back what nobody has begun; runs that have not finished are rejected. */
  async close(reason: Error = new ThalwegError('closed', 'the sweep was stopped')): Promise<void> {
    const open = [...this.outstanding.keys()];
    this.stop(reason);
    clearTimeout(this.timer);
    // The last answers have been taken and are about to go.
    await new Promise(setImmediate);
    // One that is under way goes on, and its answer waits. Where Redis cannot be reached, they all do.
    if (this.link.redis.status === 'ready') await Promise.race([this.leave(open), after(2000)]);
    this.link.end();
  }

  private async leave(open: readonly string[]): Promise<void> {
    const { queue, files, events } = await this.queues;
    void this.remove(open);
    this.removals.add(Promise.all([...this.announced].map((hash) => files.remove(listName(hash)))));
    await Promise.allSettled(this.removals);
    await Promise.all([events.close(), queue.close(), files.close()]);
  }

  /** Puts a run into the queue; where it is there already, nothing happens. */
  private async ask(name: string): Promise<void> {
    const one = this.outstanding.get(name);
    if (one === undefined) return;
    const { asked, files } = one;
    const kept = { removeOnComplete: { age: keptFor }, removeOnFail: { age: keptFor } };
    this.lookSoon(look);
    try {
      const { queue } = await this.queues;
      await Promise.all([this.announce(files), queue.add('run', asked, { jobId: name, ...kept })]);
    } catch (error) {
      one.failed(new ThalwegError('trial', `the queue did not take a run: ${messageOf(error)}`));
    }
  }

  /** Lets workers look up which of their files differs. */
  private async announce({ hash, portable }: OwnFiles): Promise<void> {
    if (this.announced.has(hash)) return;
    this.announced.add(hash);
    await (await this.queues).files.add('files', portable, { jobId: listName(hash) });
  }

  private lookSoon(milliseconds: number): void {
    if (this.timer !== undefined && milliseconds >= look) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const from = performance.now();
      void this.lookAtAll()
        .catch((error: unknown) => { this.say(`The queue says: ${messageOf(error)}`); })
        .finally(() => {
          this.timer = undefined;
          // Looking takes a twentieth of the time at most.
          if (this.closed === undefined && this.outstanding.size > 0) this.lookSoon(Math.max(look, 20 * (performance.now() - from)));
        });
    }, milliseconds);
  } // prettier-ignore

  private async lookAtAll(): Promise<void> {
    const { queue } = await this.queues;
    if (this.outstanding.size > 0) await this.countWorkers(queue);
    const names = [...this.outstanding.keys()];
    for (let from = 0; from < names.length; from += atATime)
      await Promise.all(
        names.slice(from, from + atATime).map(async (name) => {
          const job = await this.packages.Job.fromId(queue, name);
          if (job === undefined) await this.ask(name);
          else if (typeof job.failedReason === 'string' && job.finishedOn !== undefined) this.giveUp(name, job.failedReason);
          else if (job.finishedOn !== undefined) this.take(name, job.returnvalue);
        }),
      );
  }

  /** Says when runs wait because nobody takes them, and when somebody does again. */
  private async countWorkers(queue: Queue): Promise<void> {
    // Some servers do not let clients be listed: then nothing is known, and nothing said.
    const workers = await queue.getWorkersCount().catch(() => undefined);
    if (workers === undefined) return;
    this.without = workers > 0 ? 0 : this.without + 1;
    if (this.without === 0 && this.saidNone) this.say(`${counted(workers, 'worker')} connected`);
    if (this.without === 2)
      this.say(
        `${this.hadWorkers ? 'The last worker has left' : 'No worker is connected'}, so nothing is run; start one with: ${this.workerLine}`,
      );
    this.hadWorkers ||= workers > 0;
    this.saidNone = this.without >= 2;
  }

  /** Takes an answer. It goes from the queue once it has been kept, which is before the event loop turns. */
  private take(name: string, value: unknown): void {
    const one = this.outstanding.get(name);
    if (one === undefined) return;
    this.outstanding.delete(name);
    try {
      one.done(this.finishedOf(one, value));
    } catch (error) {
      one.failed(error instanceof Error ? error : new Error(String(error)));
    }
    setImmediate(() => {
      void this.remove([name]);
    });
  } // prettier-ignore

  private finishedOf({ asked, files }: Outstanding, value: unknown): Finished {
    const answer = answerOf(value);
    const of = `${asked.request.problem} with ${asked.request.contestant}, seed ${String(asked.request.seed)}`;
    if ('wrong' in answer) throw new ThalwegError('trial', `the answer for ${of} is not a record of a run (${answer.wrong})`);
    if ('problem' in answer) throw new ProblemError(answer.file, answer.problem);
    if ('error' in answer) throw new ThalwegError('trial', `worker ${answer.worker}: ${answer.error}`);
    const { more, worker: by, ...finished } = answer;
    this.check(asked, answer, of);
    const here = ([path, hash]: FileState): FileState => [this.origins.project.here(path), hash];
    const other = [...more.modules, ...more.data].map(here).find(([path, hash]) => this.hash(path) !== hash);
    if (other !== undefined)
      throw new ThalwegError('trial', `worker ${by} made ${of} with another ${this.origins.project.kept(other[0])} than the one here; give it the same files`);
    if (more.modules.length + more.data.length === 0) return { ...finished, files: files.here };
    const { modules, data } = files.here;
    return { ...finished, files: { modules: [...modules, ...more.modules.map(here)], data: [...data, ...more.data.map(here)] } };
  } // prettier-ignore

  /** An answer must be of the run that was asked for. */
  private check({ request, timeout }: Asked, { result, together, timeLimit }: Extract<Answer, { readonly result: unknown }>, of: string): void {
    const rates = request.rates ?? [request.lr];
    const trials = together ?? [result];
    const isSame =
      result.seed === request.seed &&
      (together === undefined ? rates.includes(result.lr) : together.length === rates.length && trials.every(({ lr, seed }, i) => lr === rates[i] && seed === request.seed)) &&
      (timeLimit === undefined || timeLimit === timeout);
    if (!isSame) throw new ThalwegError('trial', `the answer for ${of} is the record of another run`);
  } // prettier-ignore

  private giveUp(name: string, reason: string): void {
    const one = this.outstanding.get(name);
    if (one === undefined) return;
    this.outstanding.delete(name);
    const { problem, contestant, seed } = one.asked.request;
    one.failed(new ThalwegError('trial', `${problem} with ${contestant}, seed ${String(seed)}: ${reason}`));
    void this.remove([name]);
  }

  /** Takes runs from the queue, unless they are under way. */
  private async remove(names: readonly string[]): Promise<void> {
    const { queue } = await this.queues;
    const removal = Promise.all(names.map((name) => queue.remove(name)));
    this.removals.add(removal);
    try {
      await removal;
    } catch (error) {
      this.say(`The queue says: ${messageOf(error)}`);
    }
    this.removals.delete(removal);
  }

  /** Says why a worker does not take runs, once. */
  private hear(data: unknown): void {
    const refusal = refusalOf(data);
    if ('wrong' in refusal || this.told.has(refusal.refused)) return;
    this.told.add(refusal.refused);
    this.say(`Worker ${refusal.worker} refuses: ${refusal.refused}`);
  }

  private stop(reason: Error): void {
    this.closed ??= reason;
    for (const { failed } of this.outstanding.values()) failed(this.closed);
    this.outstanding.clear();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds).unref(); });
} // prettier-ignore
