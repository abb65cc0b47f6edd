/** What the runs of a comparison were made by. Knows the tables. */
import type { DatabaseSync } from 'node:sqlite';
import type { Provenance } from '../diff.ts';
import type { FileState } from '../run/files.ts';
import { rows } from './database.ts';

/** Of an optimizer on a problem; undefined where the comparison has no runs of it. */
export function provenanceOf(database: DatabaseSync, comparison: number, problem: string, optimizer: string): Provenance | undefined {
  // An optimizer under a schedule is named with it.
  const from = `FROM compared JOIN runs ON run = runs.number
    WHERE comparison = ? AND problem = ? AND CASE schedule WHEN 'constant' THEN optimizer ELSE optimizer || '+' || schedule END = ?`;
  const all = (column: 'equations' | 'machine'): string[] =>
    rows<{ value: string | null }>(database, `SELECT DISTINCT ${column} AS value ${from} ORDER BY value`, comparison, problem, optimizer).flatMap(
      ({ value }) => (value === null || value === '' ? [] : [value]),
    );
  const files = (column: 'modules' | 'data'): Map<string, string> => {
    const lists = rows<{ list: string }>(database, `SELECT list FROM files WHERE id IN (SELECT DISTINCT ${column} ${from})`, comparison, problem, optimizer);
    return new Map(lists.flatMap(({ list }) => JSON.parse(list) as FileState[]));
  };
  const machines = all('machine');
  if (machines.length === 0) return undefined;
  return { equations: all('equations'), modules: files('modules'), data: files('data'), machines };
} // prettier-ignore
