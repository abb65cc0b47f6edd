/**
 * Tells who else uses a folder of results: which process on which machine, since when, with which command. The lock of a killed process is taken over once
 * that process is gone or has given no sign of life for two minutes. Results do not depend on it, since each run is stored once; it only keeps two commands
 * from doing the same work.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, relative } from 'node:path';
import { ProblemError } from '../problem.ts';
import { atOnce, isBusy, isUnwritable, rows } from './database.ts';
import type { Store } from './store.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Milliseconds since 1970. */
  readonly seen: number;
  readonly command: string;
}

/** How often a holder says that it is there, and after how long without a word it counts as gone, in milliseconds. */
const [beat, silence] = [20_000, 120_000];

/**
 * Takes the lock of a store, and returns what gives it back.
 *
 * @throws ProblemError that says who has it
 */
export function lock(store: Store, command: string): () => void {
  const token = randomUUID();
  const { database } = store;
  atOnce(database, () => {
    const [holder] = rows<Holder>(database, 'SELECT pid, host, since, seen, command FROM lock');
    if (holder !== undefined && isThere(holder)) {
      const { pid, host, since } = holder;
      throw new ProblemError(
        relative('.', dirname(store.path)) || '.',
        `process ${String(pid)} on ${host} has been running thalweg ${holder.command} there since ${since.slice(0, 19).replace('T', ' ')} (UTC); ` +
          'wait until it has ended, or use another folder with --out',
      );
    }
    const now = new Date();
    database.prepare('INSERT OR REPLACE INTO lock VALUES (1, ?, ?, ?, ?, ?, ?)').run(token, process.pid, hostname(), now.toISOString(), now.getTime(), command);
  });
  const timer = setInterval(() => { ifPossible(() => database.prepare('UPDATE lock SET seen = ? WHERE token = ?').run(Date.now(), token)); }, beat).unref();
  return () => {
    clearInterval(timer);
    if (database.isOpen) ifPossible(() => database.prepare('DELETE FROM lock WHERE token = ?').run(token));
  };
} // prettier-ignore

/** Where another process is writing for long, or the disk is full, a word left out does no harm: the next one comes, and a lock that stays behind is taken over. */
function ifPossible(say: () => unknown): void {
  try {
    say();
  } catch (error) {
    if (!isBusy(error) && !isUnwritable(error)) throw error;
  }
}

function isThere({ pid, host, seen }: Holder): boolean {
  if (Date.now() - seen > silence) return false;
  if (host !== hostname()) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
