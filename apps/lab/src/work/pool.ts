/** Runs pieces of work in workers, with progress, and stops at once when told to. Knows jobs; knows no page. */
import type { Answer, Job, Result } from './jobs.ts';

/** Runs the jobs side by side; `onResult` hears of each as it is done. Rejects with the first failure, or when the signal is aborted. */
export function runJobs<J extends Job>(
  jobs: readonly J[],
  signal: AbortSignal,
  onResult: (index: number, result: Result<J>) => void,
): Promise<void> {
  if (jobs.length === 0) return Promise.resolve();
  const size = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1, jobs.length));
  const workers = Array.from({ length: size }, () => new Worker(new URL('./compute.worker.ts', import.meta.url), { type: 'module' }));
  return new Promise<void>((resolve, reject) => {
    let [next, done] = [0, 0];
    const end = (): void => {
      for (const worker of workers) worker.terminate();
      signal.removeEventListener('abort', aborted);
    };
    const stop = (error: Error): void => {
      end();
      reject(error);
    };
    const aborted = (): void => stop(new DOMException('stopped', 'AbortError'));
    signal.addEventListener('abort', aborted);
    if (signal.aborted) {
      aborted();
      return;
    }
    for (const worker of workers) {
      let at = -1;
      const give = (): void => {
        if (next >= jobs.length) return;
        at = next++;
        worker.postMessage(jobs[at]);
      };
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ('error' in data) {
          stop(new Error(data.error));
          return;
        }
        // The worker answers a job of a kind with that kind's result.
        onResult(at, data.result as Result<J>);
        done += 1;
        if (done < jobs.length) {
          give();
        } else {
          end();
          resolve();
        }
      };
      worker.onerror = (event) => stop(new Error(event.message || 'a worker could not be started'));
      give();
    }
  });
}

/** Runs one piece of work. */
export async function runJob<J extends Job>(job: J, signal: AbortSignal): Promise<Result<J>> {
  const results: Result<J>[] = [];
  await runJobs([job], signal, (_, result) => results.push(result));
  return results[0]!;
}
