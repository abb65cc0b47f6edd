/** The comparisons of a folder: each has a number, and a folder of its own, so that no later one overwrites it. Knows no report. */
import { dirname, join } from 'node:path';
import { hashOfValue } from '../run/conditions.ts';
import { atOnce } from './database.ts';
import type { Store } from './store.ts';

/**
 * Keeps that a comparison was made of the runs that the store has found or added, and returns its number: that of before where the same one was made of
 * the same runs before.
 */
export function keepComparison(store: Store, plan: unknown): number {
  const { database } = store;
  const runs = [...store.used].toSorted((a, b) => a - b);
  const id = hashOfValue([plan, runs]);
  return atOnce(database, () => {
    const now = new Date().toISOString();
    const numberOf = database.prepare('SELECT number FROM comparisons WHERE id = ?');
    const known = numberOf.get(id)?.['number'];
    if (known !== undefined) {
      database.prepare('UPDATE comparisons SET made = ? WHERE id = ?').run(now, id);
      return Number(known);
    }
    database.prepare('INSERT INTO comparisons (id, made, plan) VALUES (?, ?, ?)').run(id, now, JSON.stringify(plan));
    const number = Number(numberOf.get(id)?.['number']);
    const insert = database.prepare('INSERT INTO compared VALUES (?, ?)');
    for (const run of runs) insert.run(number, run);
    return number;
  });
}

/** The folder of a comparison. */
export function folderOf(store: Store, comparison: number): string {
  return join(dirname(store.path), 'comparisons', String(comparison));
}
