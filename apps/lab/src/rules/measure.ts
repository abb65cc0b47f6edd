/** Has a worker run a rule gone wrong beside the right one, so that the page stays free. Knows the worker; knows no page. */
import type { Settings, SideBySide, WrongRule } from '@thalweg/guide';

/** What the worker is asked. */
export interface Question {
  readonly number: number;
  readonly id: string;
  readonly settings: Settings;
}

/** What it answers. */
export type Answer = { readonly number: number } & ({ readonly found: SideBySide } | { readonly failed: string });

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, { readonly resolve: (found: SideBySide) => void; readonly reject: (error: Error) => void }>();

function started(): Worker {
  const made = new Worker(new URL('./measure.worker.ts', import.meta.url), { type: 'module' });
  made.onmessage = ({ data }: MessageEvent<Answer>) => {
    const one = waiting.get(data.number);
    waiting.delete(data.number);
    if ('failed' in data) one?.reject(new Error(data.failed));
    else one?.resolve(data.found);
  };
  made.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || 'the worker that measures could not be started'));
    waiting.clear();
    worker = undefined;
  };
  return made;
}

/** What running both rules at these settings shows. */
export function measured({ id }: WrongRule, settings: Settings): Promise<SideBySide> {
  const number = ++asked;
  worker ??= started();
  const answer = new Promise<SideBySide>((resolve, reject) => waiting.set(number, { resolve, reject }));
  worker.postMessage({ number, id, settings } satisfies Question);
  return answer;
}
