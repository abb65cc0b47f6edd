/** Starts a worker from a file of the tests, as a thread of a pool. */
import { Worker } from 'node:worker_threads';
import type { Spawn } from '../../src/device/spawn.ts';

/** How to start threads from this file. */
export function startWorker(file: string): Spawn {
  return (ready, gone) => {
    const worker = new Worker(file, { execArgv: [] });
    worker.once('message', ready);
    worker.once('exit', gone);
    worker.unref();
    return {
      post: (message) => { worker.postMessage(message); },
      terminate: () => void worker.terminate(),
    }; // prettier-ignore
  };
}
