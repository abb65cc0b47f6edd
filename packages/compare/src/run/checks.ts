/**
 * Checks of a user's problem on a thread of their own: whether its gradient is that of its loss, while runs are made; and, before, whether the optimizers
 * can train its sparse parameters. Knows no protocol.
 */
import { Worker } from 'node:worker_threads';
import { ProblemError } from '../problem.ts';
import type { Mismatch } from '../schema.ts';
import type { TablesRequest } from './refused.ts';

/** What a thread is to check: the problem, by name or file, and the seed of the first weights, or the optimizers. */
export type CheckRequest =
  { readonly kind: 'gradient'; readonly problem: string; readonly seed: number } | (TablesRequest & { readonly kind: 'tables' });

/** A check that has begun. */
export interface Check<Found> {
  /** What was found; nothing where it was given up or failed: what keeps a problem from being trained is said by its runs. */
  readonly found: Promise<Found | undefined>;
  /** Waits so many milliseconds for it, and then gives it up. */
  end(patience: number): Promise<Found | undefined>;
}

/** Begins to hold the gradient against the loss. */
export function checkGradient(request: { readonly problem: string; readonly seed: number }): Check<Mismatch> {
  return begin({ kind: 'gradient', ...request });
}

/** Milliseconds for looking at optimizers before they are taken as they are; their runs say what is wrong then. */
const patience = 60_000;

/**
 * Those of these optimizers that cannot train the problem's tables, and why, as errors to be thrown.
 *
 * @param timeout - the seconds that the problem may take to be loaded; where it takes longer, its runs say so
 */
export async function refusedBy(request: TablesRequest, timeout = Infinity): Promise<ProblemError[]> {
  const check = begin<{ readonly file: string; readonly problem: string }[]>({ kind: 'tables', ...request });
  const refused = await check.end(1000 * timeout + patience);
  return (refused ?? []).map(({ file, problem }) => new ProblemError(file, problem));
}

function begin<Found>(request: CheckRequest): Check<Found> {
  const file = new URL(import.meta.url.endsWith('.ts') ? './check-thread.ts' : './check-thread.js', import.meta.url);
  // What a problem prints it prints in its runs, too.
  const worker = new Worker(file, { workerData: request, stdout: true, stderr: true });
  worker.unref();
  const found = new Promise<Found | undefined>((resolve) => {
    worker.once('message', (answer: Found | undefined) => { resolve(answer); });
    worker.once('error', () => { resolve(undefined); });
    worker.once('exit', () => { resolve(undefined); });
  });
  return {
    found,
    async end(patience) {
      worker.ref();
      const timer = patience === Infinity ? undefined : setTimeout(() => void worker.terminate(), patience);
      const answer = await found;
      clearTimeout(timer);
      await worker.terminate();
      return answer;
    },
  };
} // prettier-ignore
