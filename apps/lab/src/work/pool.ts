/** Runs rows of work in workers, with progress, and stops at once when told to. Knows jobs; knows no page. */
import type { Answer, Job } from './jobs.ts';

/** Runs the jobs side by side; `onRow` hears of each as it is done. Rejects with the first failure, or when the signal is aborted. */
export function runJobs(
  jobs: readonly Job[],
  signal: AbortSignal,
  onRow: (index: number, values: readonly number[]) => void,
): Promise<void> {
  const size = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1, jobs.length));
  const workers = Array.from({ length: size }, () => new Worker(new URL('./compute.worker.ts', import.meta.url), { type: 'module' }));
  const end = (): void => workers.forEach((worker) => worker.terminate());
  return new Promise<void>((resolve, reject) => {
    let [next, done] = [0, 0];
    const stop = (error: Error): void => {
      end();
      reject(error);
    };
    signal.addEventListener('abort', () => stop(new DOMException('stopped', 'AbortError')), { once: true });
    if (jobs.length === 0) resolve();
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
        onRow(at, data.values);
        done += 1;
        if (done === jobs.length) {
          end();
          resolve();
        } else give();
      };
      worker.onerror = (event) => stop(new Error(event.message || 'a worker could not be started'));
      give();
    }
  });
}
