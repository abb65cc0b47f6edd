/**
 * Takes over the runs that earlier versions kept as `trials.jsonl`, once: one JSON line each, and one for each list of files that they share. The file
 * stays as it is.
 */
import { basename, dirname, extname, join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { isFile } from '../registry.ts';
import type { Conditions } from '../run/conditions.ts';
import type { FileState } from '../run/files.ts';
import type { TrialRequest } from '../run/trial.ts';
import type { Trial } from '../schema.ts';
import { isObject } from '../shown.ts';
import { atOnce } from './database.ts';
import type { Store } from './store.ts';

interface OldRun {
  readonly trial: TrialRequest;
  readonly conditions: Readonly<Record<string, string>>;
  readonly inputs: string;
  readonly result: Trial;
}

/** What was found in an old file: how many runs it had, and how many lines that are none, such as one that a crash cut short. */
export interface TakenOver {
  readonly runs: number;
  readonly others: number;
}

/** Takes over the file that lies beside a store; undefined where there is none, or it has been taken over. */
export function takeOver(store: Store): TakenOver | undefined {
  const path = join(dirname(store.path), 'trials.jsonl');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const bytes = Buffer.byteLength(text);
  const known = store.database.prepare('SELECT bytes FROM taken WHERE path = ?').get('trials.jsonl')?.['bytes'];
  if (known === bytes) return undefined;
  const entries = text.split('\n').filter((line) => line !== '').map(parseLine); // prettier-ignore
  return atOnce(store.database, () => {
    const inputs = new Map<string, readonly FileState[]>();
    let runs = 0;
    let others = 0;
    for (const entry of entries) {
      if (isInputs(entry)) inputs.set(entry.inputs, entry.files);
      else if (isRun(entry) && inputs.has(entry.inputs)) {
        runs += 1;
        keep(store, entry, inputs.get(entry.inputs) ?? []);
      } else others += 1;
    }
    store.database.prepare('INSERT OR REPLACE INTO taken VALUES (?, ?)').run('trials.jsonl', bytes);
    return { runs, others };
  });
}

function keep(store: Store, { trial, conditions, result }: OldRun, files: readonly FileState[]): void {
  const named = (reference: string): string => (isFile(reference) ? basename(reference, extname(reference)) : reference);
  store.insert({
    request: trial,
    conditions: {
      problem: named(trial.problem),
      optimizer: named(trial.contestant),
      method: conditions['method'] ?? '',
      equations: null,
      judgement: conditions['metric or target'] ?? '',
      machine: conditions['machine, Node or number of workers'] ?? '',
      thalweg: null,
    } satisfies Record<keyof Conditions, string | null>,
    // Which of the files were modules was not kept.
    finished: { result, files: { modules: files, data: [] } },
    made: null,
  });
}

function isInputs(entry: unknown): entry is { readonly inputs: string; readonly files: readonly FileState[] } {
  return isObject(entry) && 'inputs' in entry && 'files' in entry && typeof entry.inputs === 'string' && Array.isArray(entry.files);
}

function isRun(entry: unknown): entry is OldRun {
  return (
    isObject(entry) &&
    'trial' in entry &&
    isObject(entry.trial) &&
    'conditions' in entry &&
    isObject(entry.conditions) &&
    'inputs' in entry &&
    'result' in entry &&
    isObject(entry.result) &&
    'validation' in entry.result &&
    'seconds' in entry.result
  );
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
