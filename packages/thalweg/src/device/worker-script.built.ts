/** The threads' script as text, in the published build (scripts/build.ts) instead of `worker-script.ts`. */

/** What `worker.ts` bundles to; the build writes it here. */
declare const THALWEG_WORKER: string;

/** Starts the script as a worker of Node. */
export function nodeWorker<Thread, Options extends object>(
  NodeWorker: new (script: string, options: Options & { readonly eval: true }) => Thread,
  options: Options,
): Thread {
  return new NodeWorker(THALWEG_WORKER, { ...options, eval: true });
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
