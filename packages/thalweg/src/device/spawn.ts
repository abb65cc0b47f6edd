/** Starts a thread: a worker in Node, or in a browser whose page may share memory. Knows neither pools nor kernels. */
import type { Message, InitMessage } from './control.ts';
import { browserWorker, nodeWorker } from './worker-script.ts';

/** A thread that runs `worker.ts`. */
export interface Thread {
  /** Sends something; it is read when the thread returns to its event loop. */
  post(message: InitMessage | Message): void;
  /** Ends it, whatever it is doing. */
  terminate(): void;
}

/** Starts a thread. `ready` is called once it runs, `gone` if it ends or fails. Throws where none can be started at all. */
export type Spawn = (ready: () => void, gone: () => void) => Thread;

/** How many threads the machine runs at once, as far as the engine says. */
export function cores(): number {
  return typeof navigator === 'undefined' ? 1 : navigator.hardwareConcurrency;
}

/** How to start a thread here; undefined where there are no threads or no shared memory. */
export function spawner(): Spawn | undefined {
  if (typeof SharedArrayBuffer === 'undefined') return undefined;
  const node = nodeThreads();
  if (node !== undefined) return (ready, gone) => inNode(node, ready, gone);
  return typeof Worker === 'function' && globalThis.crossOriginIsolated ? inBrowser : undefined;
}

/** Node's own threads, found without an import that browsers would have to resolve. */
function nodeThreads() {
  return typeof process === 'undefined' ? undefined : (process as Partial<NodeJS.Process>).getBuiltinModule?.('node:worker_threads');
}

function inNode(node: NonNullable<ReturnType<typeof nodeThreads>>, ready: () => void, gone: () => void): Thread {
  // That `node:ffi` is experimental is said once, by the thread that asked for it; releases that have it turned off turn it on for all.
  // Others that have Node's workers know no such flag, and start none with it.
  const { allowedNodeEnvironmentFlags: known, execArgv } = process as Partial<NodeJS.Process>;
  const quiet = known?.has('--disable-warning') === true ? ['--disable-warning=ExperimentalWarning'] : [];
  const flags = execArgv?.filter((flag) => flag === '--experimental-ffi') ?? [];
  const worker = nodeWorker(node.Worker, { name: 'thalweg', execArgv: [...quiet, ...flags] });
  worker.once('message', ready);
  worker.once('error', gone);
  worker.once('exit', gone);
  // The process may end while threads wait for work.
  worker.unref();
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    terminate: () => void worker.terminate(),
  };
}

function inBrowser(ready: () => void, gone: () => void): Thread {
  const worker = browserWorker('thalweg');
  worker.addEventListener('message', ready, { once: true });
  worker.addEventListener('error', gone, { once: true });
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    terminate: () => {
      worker.terminate();
    },
  };
}
