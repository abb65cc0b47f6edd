/** The threads' script as text, in the published build (scripts/build.ts) instead of `worker-script.ts`. */
import type { Worker as NodeWorker, WorkerOptions } from 'node:worker_threads';

/** What `worker.ts` bundles to; the build writes it here. */
declare const THALWEG_WORKER: string;

type MakeNodeWorker = new (script: string, options: WorkerOptions) => NodeWorker;

/** Starts the script as a worker of Node. */
export function nodeWorker(Worker: MakeNodeWorker, options: WorkerOptions): NodeWorker {
  return new Worker(THALWEG_WORKER, { ...options, eval: true });
}

/** Starts the script as a worker of a browser. Throws where the page's policy forbids workers made of text. */
export function browserWorker(name: string): Worker {
  const url = URL.createObjectURL(new Blob([THALWEG_WORKER], { type: 'text/javascript' }));
  const worker = new Worker(url, { name });
  // The script is fetched once the worker has said something, or never.
  const revoke = (): void => {
    URL.revokeObjectURL(url);
  };
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  return worker;
}
