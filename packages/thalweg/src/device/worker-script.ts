/**
 * Loads the script of the threads. In the source it is the file `worker.ts`; the published build replaces this module by `worker-script.built.ts`, which
 * contains the script as text, so that no bundler and no origin has to find a file.
 */

/** Starts the script as a worker of Node, whose class is handed in: no module of Node's is imported, and no bundler takes this for a browser's worker. */
export function nodeWorker<Thread, Options>(NodeWorker: new (script: URL, options: Options) => Thread, options: Options): Thread {
  const script = './worker.ts';
  return new NodeWorker(new URL(script, import.meta.url), options);
}

/** Starts the script as a worker of a browser. */
export function browserWorker(name: string): Worker {
  // Bundlers look for exactly these words to find the file.
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
}
