/** How a run ended, in words: a run that came where the function has no value did not diverge. Knows traces; knows no page. */
import type { Trace } from '@thalweg/guide';

/** How a run ended. */
export type End = 'finished' | 'diverged' | 'no value';

/** How a run ended: it diverged where its loss or its point grew without bound, and has no value where the function has none at its point. */
export function endOf({ diverged, w, loss, rows }: Pick<Trace, 'diverged' | 'w' | 'loss' | 'rows'>): End {
  if (!diverged) return 'finished';
  const last = loss[rows - 1]!;
  const there = Number.isFinite(w[2 * rows - 2]!) && Number.isFinite(w[2 * rows - 1]!);
  return there && (Number.isNaN(last) || (rows === 1 && !Number.isFinite(last))) ? 'no value' : 'diverged';
}

/** What is said of a run that did not finish; undefined of one that did. */
export function lostWords(trace: Pick<Trace, 'diverged' | 'w' | 'loss' | 'rows'>): string | undefined {
  const end = endOf(trace);
  if (end === 'finished') return undefined;
  if (end === 'diverged') return `diverged at step ${String(trace.rows - 1)}`;
  return trace.rows === 1 ? 'no value at the start' : `no value at step ${String(trace.rows - 1)}`;
}
