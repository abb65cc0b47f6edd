/**
 * Loads the threads' script. From the source it is the file `worker.ts`; the published build puts `worker-script.built.ts` in the place of this module,
 * which carries the script as text, so that no bundler and no origin has to find a file.
 */
import type { Worker as NodeWorker, WorkerOptions } from 'node:worker_threads';

type MakeNodeWorker = new (script: string | URL, options: WorkerOptions) => NodeWorker;

/** Starts the script as a worker of Node. */
export function nodeWorker(Worker: MakeNodeWorker, options: WorkerOptions): NodeWorker {
  return new Worker(new URL('./worker.ts', import.meta.url), options);
}

/** Starts the script as a worker of a browser. */
export function browserWorker(name: string): Worker {
  // Bundlers look for exactly these words to find the file.
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
}
