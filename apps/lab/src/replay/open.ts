/** Opens a file that `thalweg compare` wrote: its size is looked at first, then a worker reads it, within a time. Knows no page. */
import { longest, type Comparison } from '@thalweg/compare/replay';

/** What the worker answers. */
export type Answer = { readonly comparison: Comparison } | { readonly refused: string };

/** A file that was not opened; the message says why. */
export class OpenError extends Error {}

const patience = 20_000;

/** Reads a file. Throws an OpenError; aborted, it throws the signal's reason. */
export async function openFile(file: Blob, signal: AbortSignal): Promise<Comparison> {
  if (file.size > longest) throw new OpenError(`The file has ${megabytes(file.size)}; ${megabytes(longest)} can be opened.`);
  const worker = new Worker(new URL('./read.worker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const late = setTimeout(() => reject(new OpenError(`The file was not read within ${String(patience / 1000)} seconds.`)), patience);
      worker.onmessage = (event: MessageEvent<Answer>) => {
        clearTimeout(late);
        resolve(event.data);
      };
      worker.onerror = (event) => reject(new OpenError(`The file could not be read: ${event.message}`));
      signal.addEventListener('abort', () => reject(new OpenError('Another file was opened.')));
      worker.postMessage(file);
    });
    if ('refused' in answer) throw new OpenError(answer.refused);
    return answer.comparison;
  } finally {
    worker.terminate();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
