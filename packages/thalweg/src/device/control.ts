/**
 * What the threads of a pool share besides memories: one block of integers, and the protocol by which they take segments of a job. Both sides import it; it
 * imports nothing but the offsets of the integers, and types.
 *
 * The epoch counts when jobs open and close: a job is open while it is odd. A thread that wants to help adds itself to `active`, and only then checks that
 * the job it saw is still open; the thread that opened the job closes it and waits until nobody is active. So nobody reads a job that is being written, and
 * a thread that wakes too late has missed nothing.
 */
import type { Code } from '../targets/loops/executable.ts';
import * as field from './field.ts';

/** The most threads that can share a job, the calling one included. */
export const mostThreads = 64;

/** How many integers there are. */
export const controlLength = field.next + mostThreads * field.line;

/** The function of a kernel, as `targets/loops/convention.ts` says. */
export type Run = (at: number, from: number, to: number) => void;

/** What the calling thread sends to the others: a kernel with the memory it runs on, or that one is no longer needed. */
export type Message = { readonly kernel: number; readonly code: Code; readonly memory: WebAssembly.Memory } | { readonly forget: number };

/** What a thread is told when it starts. */
export interface InitMessage {
  readonly control: SharedArrayBuffer;
  /** Its number; the calling thread is 0. */
  readonly thread: number;
  /** How much of the mail it need not wait for. */
  readonly read: number;
}

/** Writes a job. Each thread is to begin in a part of its own, which keeps what it reads in its own caches from step to step. */
export function post(control: Int32Array, kernel: number, at: number, count: number, threads: number): void {
  control[field.kernel] = kernel;
  control[field.at] = at;
  control[field.count] = count;
  control[field.threads] = threads;
  control[field.batch] = Math.max(1, Math.floor(count / (threads * 64)));
  for (let k = 0; k < threads; k++) Atomics.store(control, field.next + k * field.line, Math.floor((count * k) / threads));
}

/** Runs segments of the open job until all are taken: first those of the thread's own part, then what is left of the others'. */
export function share(control: Int32Array, thread: number, run: Run): void {
  const { at, count, threads, batch } = {
    at: control[field.at]!,
    count: control[field.count]!,
    threads: control[field.threads]!,
    batch: control[field.batch]!,
  };
  for (let k = 0; k < threads; k++) {
    const owner = (thread + k) % threads;
    const end = Math.floor((count * (owner + 1)) / threads);
    for (;;) {
      const from = Atomics.add(control, field.next + owner * field.line, batch);
      if (from >= end) break;
      run(at, from, Math.min(from + batch, end));
    }
  }
}
