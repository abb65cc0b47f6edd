/**
 * Has a worker compile what a reader typed, or a link says, before the page itself does: what takes longer than the deadline is refused, and the
 * worker ended, so that no text can freeze the page. Knows the worker; knows no page.
 */
import type { Said } from './check.worker.ts';
import type { CompileJob, Compiled } from './compile.ts';

/** Milliseconds that compiling may take. */
const deadline = 1000;
/** Milliseconds that an answer may lie waiting while the page is busy. */
const grace = 100;

/** Said of what takes longer. */
export const tooLong = 'This takes longer than a second to compile, so it is not used.';

let worker: Worker | undefined;
let queue: Promise<unknown> = Promise.resolve();
const passed = new Map<string, Compiled>();

/** What comes of compiling; what passed once is known. One job after another. */
export function check(job: CompileJob): Promise<Compiled> {
  const key = JSON.stringify(job);
  const known = passed.get(key);
  if (known !== undefined) return Promise.resolve(known);
  const next = queue.then(() => ask(job));
  queue = next.catch(() => undefined);
  return next.then((compiled) => {
    if (!('problem' in compiled)) passed.set(key, compiled);
    return compiled;
  });
}

function ask(job: CompileJob): Promise<Compiled> {
  const asked = (worker ??= new Worker(new URL('./check.worker.ts', import.meta.url), { type: 'module' }));
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const done = (): void => clearTimeout(timer);
    const end = (): void => {
      done();
      asked.terminate();
      worker = undefined;
    };
    asked.onmessage = ({ data }: MessageEvent<Said>) => {
      if ('began' in data) {
        const expire = (): void => {
          end();
          resolve({ problem: tooLong });
        };
        timer = setTimeout(() => (timer = setTimeout(expire, grace)), deadline);
        return;
      }
      done();
      if ('failed' in data) reject(new Error(data.failed));
      else resolve(data.compiled);
    };
    asked.onerror = (event) => {
      end();
      reject(new Error(event.message || 'the worker that compiles could not be started'));
    };
    asked.postMessage(job);
  });
}
