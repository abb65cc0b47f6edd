/** Has the gradient of a user's problem held against its loss, on a thread of its own, while runs are made. Knows no protocol. */
import { Worker } from 'node:worker_threads';
import type { Mismatch } from '../schema.ts';

/** What a thread is to check: the problem, by name or file, and the seed of the first weights. */
export interface GradientRequest {
  readonly problem: string;
  readonly seed: number;
}

/** A check that has begun. */
export interface GradientCheck {
  /** What was found; nothing where it was given up or failed: what keeps a problem from being trained is said by its runs. */
  readonly found: Promise<Mismatch | undefined>;
  /** Waits so many milliseconds for it, and then gives it up. */
  end(patience: number): Promise<Mismatch | undefined>;
}

/** Begins a check. */
export function checkGradient(request: GradientRequest): GradientCheck {
  const file = new URL(import.meta.url.endsWith('.ts') ? './gradient-thread.ts' : './gradient-thread.js', import.meta.url);
  // What a problem prints it prints in its runs, too.
  const worker = new Worker(file, { workerData: request, stdout: true, stderr: true });
  worker.unref();
  const found = new Promise<Mismatch | undefined>((resolve) => {
    worker.once('message', (mismatch: Mismatch | undefined) => { resolve(mismatch); });
    worker.once('error', () => { resolve(undefined); });
    worker.once('exit', () => { resolve(undefined); });
  });
  return {
    found,
    async end(patience) {
      const timer = setTimeout(() => void worker.terminate(), patience);
      const mismatch = await found;
      clearTimeout(timer);
      await worker.terminate();
      return mismatch;
    },
  };
} // prettier-ignore
