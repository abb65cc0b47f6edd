/**
 * The pool of helper threads, one for all optimizers of a process. The calling thread always takes part and never waits for a thread to wake: a thread that
 * wakes too late finds no work left. It waits only for segments that others have begun.
 */
import { WorkerError } from '../language/runtime-error.ts';
import type { Code } from '../targets/loops/executable.ts';
import { controlLength, mostThreads, post, share, type Message, type Run } from './control.ts';
import * as field from './field.ts';
import { betweenLooks, Silence } from './silence.ts';
import { spawner, type Spawn, type Thread } from './spawn.ts';

/**
 * How long nothing may move where threads have begun segments, in milliseconds in which the waiting thread ran. Segments take microseconds, but a
 * machine may be swapping or have a hundred other things to do, and a mistake here costs half-written arrays.
 */
const longest = 10_000;
/** How long to look before sleeping, in milliseconds: longer than a batch takes, since who sleeps may wake on the core of the thread it waits for. */
const patience = 0.3;

/** Threads and what they have been told. */
export class ThreadPool {
  /** Whether a thread failed in the middle of a job; nothing runs here any more. */
  broken = false;
  private readonly buffer = new SharedArrayBuffer(4 * controlLength);
  private readonly control = new Int32Array(this.buffer);
  private readonly known = new Map<number, Message>();
  private readonly threads: { readonly thread: Thread; readonly ready: Promise<void> }[] = [];
  private readonly spawn: Spawn;
  private readonly longest: number;
  private kernels = 0;

  /** `silence` is how long nothing may move before threads count as dead, in milliseconds. */
  constructor(spawn: Spawn, silence = longest) {
    this.spawn = spawn;
    this.longest = silence;
  }

  /** How many threads can share a job, the calling one included. */
  get size(): number {
    return this.broken ? 1 : 1 + this.threads.length;
  }

  /** Sees to it that so many threads can share a job, the calling one included, as far as they can be had. Resolves when they run, or after a second. */
  async grow(threads: number): Promise<void> {
    while (!this.broken && this.size < Math.min(threads, mostThreads)) if (!this.add()) break;
    let late: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<void>((resolve) => (late = setTimeout(resolve, 1000)));
    await Promise.race([Promise.all(this.threads.map(({ ready }) => ready)), tooLate]);
    clearTimeout(late);
  }

  /** Makes a kernel on a memory known to all threads; returns the number by which `run` knows it. */
  introduce(code: Code, memory: WebAssembly.Memory): number {
    const kernel = ++this.kernels;
    const message: Message = { kernel, code, memory };
    this.known.set(kernel, message);
    this.tell(message);
    return kernel;
  }

  /** Lets go of a kernel and its memory. */
  forget(kernel: number): void {
    if (this.known.delete(kernel)) this.tell({ forget: kernel });
  }

  /** Runs all `count` segments with up to `threads` threads. Throws a WorkerError where one of them fails or does not come back. */
  run(kernel: number, run: Run, at: number, count: number, threads: number): void {
    const { control } = this;
    post(control, kernel, at, count, threads);
    Atomics.store(control, field.failed, 0);
    Atomics.add(control, field.epoch, 1);
    Atomics.notify(control, field.epoch);
    try {
      share(control, 0, run);
    } finally {
      Atomics.add(control, field.epoch, 1);
      this.wait();
    }
    if (Atomics.load(control, field.failed) !== 0) this.fail('a thread failed');
  }

  /** Ends all threads. */
  close(): void {
    this.broken = true;
    for (const { thread } of this.threads.splice(0)) thread.terminate();
  }

  /** Waits until nobody works on the closed job. */
  private wait(): void {
    const { control } = this;
    const started = performance.now();
    let active = Atomics.load(control, field.active);
    while (active !== 0 && performance.now() - started < patience) active = Atomics.load(control, field.active);
    if (active === 0) return;
    let seen = this.progress();
    const silence = new Silence(this.longest, performance.now());
    for (; active !== 0; active = Atomics.load(control, field.active)) {
      // Only where sleeping is allowed; the main thread of a browser has to look until the time is over.
      if (maySleep()) Atomics.wait(control, field.active, active, betweenLooks);
      const progress = this.progress();
      const over = silence.tooLong(performance.now(), progress !== seen);
      if (over && Atomics.load(control, field.active) !== 0) this.fail('a thread stopped responding');
      seen = progress;
    }
  }

  /** A number that grows when a thread finishes what it took of the job, or leaves it. */
  private progress(): number {
    const { control } = this;
    let sum = -Atomics.load(control, field.active);
    for (let k = 0; k < control[field.threads]!; k++) sum += Atomics.load(control, field.next + k * field.line);
    return sum;
  }

  private fail(problem: string): never {
    this.close();
    throw new WorkerError(problem);
  }

  private tell(message: Message): void {
    for (const { thread } of this.threads) thread.post(message);
    Atomics.add(this.control, field.mail, 1);
    // Two more: closed as before, but another number, so that nobody falls asleep over the news.
    Atomics.add(this.control, field.epoch, 2);
    Atomics.notify(this.control, field.epoch);
  }

  /** Starts a thread. Returns false where none can be started, as in a page whose policy forbids workers. */
  private add(): boolean {
    let started = (): void => undefined;
    const ready = new Promise<void>((resolve) => (started = resolve));
    let thread: Thread;
    try {
      thread = this.spawn(started, () => {
        started();
        const place = this.threads.findIndex((one) => one.thread === thread);
        if (place >= 0) this.threads.splice(place, 1);
      });
    } catch {
      return false;
    }
    this.threads.push({ thread, ready });
    // What is known already comes by the same way as the mail to come, but is not counted in it.
    const read = Atomics.load(this.control, field.mail) - this.known.size;
    thread.post({ control: this.buffer, thread: this.threads.length, read });
    for (const message of this.known.values()) thread.post(message);
    return true;
  }
}

/** Whether this thread may block: all may but the main thread of a browser. */
function maySleep(): boolean {
  return typeof document === 'undefined';
}

let current: ThreadPool | undefined;

/** The pool of this process; undefined where there are no threads. */
export function currentPool(): ThreadPool | undefined {
  if (current !== undefined && !current.broken) return current;
  const spawn = spawner();
  return (current = spawn === undefined ? undefined : new ThreadPool(spawn));
}
