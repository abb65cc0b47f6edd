/**
 * The SQLite file that runs are kept in: opens it, by Node's own `node:sqlite`, and makes its tables. A run is a row, with what its result depends on
 * as columns; lists of files, which many runs share, and what a problem is judged by are rows of their own. Knows SQL; knows no trial.
 */
import { statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ProblemError } from '../problem.ts';
import { makeFolder } from './folder.ts';

/** Seconds for which another process may be writing, which takes as long as a run, or those of a whole merge, take to be written. */
const patience = 10;

/** Of the tables; a file of another one is refused. */
const version = 1;

const tables = `
CREATE TABLE files (
  id TEXT PRIMARY KEY, -- the hash of the list
  list TEXT NOT NULL -- JSON: [[path, hash], …], paths relative to the project
) STRICT;
CREATE TABLE judgements (
  id TEXT PRIMARY KEY,
  target REAL NOT NULL,
  tuning_metric TEXT NOT NULL, -- JSON: { name, lowerIsBetter, unit }
  test_metric TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
  number INTEGER PRIMARY KEY, -- in the order in which they were kept
  id TEXT NOT NULL, -- the hash of what it computes: the request, method, judgement, modules and data
  again INTEGER NOT NULL, -- 0; 1 where --fresh had it made again, and so on
  request TEXT NOT NULL, -- JSON: problem, contestant, schedule, lr, seed, steps
  problem TEXT NOT NULL,
  optimizer TEXT NOT NULL,
  schedule TEXT NOT NULL,
  lr REAL NOT NULL,
  seed INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  method TEXT NOT NULL, -- the hash of the equations with all that they depend on
  equations TEXT, -- to be read; NULL where they were not kept
  judgement TEXT NOT NULL, -- of judgements, which lacks those of files of before
  modules TEXT NOT NULL REFERENCES files,
  data TEXT NOT NULL REFERENCES files,
  machine TEXT NOT NULL, -- Node, processor, system and number of workers
  thalweg TEXT,
  time_limit REAL, -- seconds; where the run failed by it
  made TEXT, -- ISO 8601, UTC
  diverged INTEGER NOT NULL,
  failure TEXT,
  validation_metric REAL,
  validation_loss REAL,
  test_metric REAL,
  test_loss REAL,
  seconds REAL NOT NULL,
  result TEXT NOT NULL, -- JSON: everything, with the curves
  UNIQUE (id, machine, again)
) STRICT;
CREATE INDEX runs_by_request ON runs (request);
CREATE TABLE machines (machine TEXT PRIMARY KEY) STRICT; -- whose runs are used here besides this machine's, since they were merged
CREATE TABLE comparisons (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE, -- the hash of the plan and the runs
  made TEXT NOT NULL, -- when it was last written
  plan TEXT NOT NULL -- JSON
) STRICT;
CREATE TABLE compared (comparison INTEGER NOT NULL REFERENCES comparisons, run INTEGER NOT NULL REFERENCES runs, PRIMARY KEY (comparison, run)) STRICT;
CREATE TABLE taken (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT; -- files of before whose runs are here
CREATE TABLE lock (one INTEGER PRIMARY KEY CHECK (one = 1), token TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL, since TEXT NOT NULL, seen INTEGER NOT NULL, command TEXT NOT NULL) STRICT;
CREATE TABLE shards (plan TEXT NOT NULL, share INTEGER NOT NULL, shares INTEGER NOT NULL, finished INTEGER NOT NULL, PRIMARY KEY (plan, share, shares)) STRICT;
`;

/**
 * Opens a file, which it makes where there is none.
 *
 * @throws ProblemError where it cannot be, or is no file of this version's
 */
export function openDatabase(path: string): DatabaseSync {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw new ProblemError(dirname(path), `it cannot be a folder for the results (${messageOf(error)}); take another with --out`);
  }
  const { DatabaseSync: Database } = sqlite(path);
  try {
    const database = new Database(path, { timeout: 1000 * patience });
    // Where the file system cannot, as over a network, SQLite keeps its older way, which loses nothing either.
    if (database.prepare('PRAGMA journal_mode').get()?.['journal_mode'] !== 'wal') database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    prepare(database, path);
    return database;
  } catch (error) {
    const more = cannotWriteBeside(error) ? '; its folder must be one that can be written to, so take another with --out' : '';
    throw notOpened(path, error, more);
  }
}

/**
 * Opens a file that is there, of which nothing is to be changed: it may lie where nothing can be written.
 *
 * @throws ProblemError where it cannot be, or is no file of this version's
 */
export function openToRead(path: string): DatabaseSync {
  const { DatabaseSync: Database } = sqlite(path);
  const address = addressToRead(path);
  try {
    const database = new Database(address, { timeout: 1000 * patience });
    check(database, path);
    return database;
  } catch (error) {
    throw notOpened(path, error);
  }
}

/**
 * By which name SQLite opens a file that is to be read. It writes another one beside it even then; where that cannot be, the file is called one that
 * nobody changes.
 *
 * @throws ProblemError where runs are in that other file alone, so that they would be left out
 */
export function addressToRead(path: string): string {
  const { DatabaseSync: Database } = sqlite(path);
  try {
    const database = new Database(path, { timeout: 1000 * patience });
    versionOf(database);
    database.close();
    return path;
  } catch (error) {
    if (!cannotWriteBeside(error)) throw notOpened(path, error);
  }
  const beside = `${path}-wal`;
  if ((statSync(beside, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw new ProblemError(path, `its newest runs are still in ${basename(beside)}, which is read only where the folder can be written to; copy both files to such a folder`);
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url.href;
} // prettier-ignore

/** What is said where SQLite refuses a file. */
function notOpened(path: string, error: unknown, more = ''): ProblemError {
  if (error instanceof ProblemError) return error;
  return new ProblemError(path, `it cannot be opened as a file of kept runs (${messageOf(error)})${more}`);
}

/** Of SQLite's. */
const codes = { busy: 5, readOnly: 8, io: 10, full: 13, cantOpen: 14 } as const;

/** The code of an error of SQLite, of which the higher bits say more; undefined for any other error. */
function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether an error says that SQLite cannot write the files that it needs beside one. */
function cannotWriteBeside(error: unknown): boolean {
  return ([codes.readOnly, codes.cantOpen] as readonly (number | undefined)[]).includes(codeOf(error));
}

/** Whether an error says that another process has kept the file to itself for longer than one waits. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === codes.busy;
}

/** Whether an error says that the file cannot be written: the disk is full, say, or was taken away. */
export function isUnwritable(error: unknown): boolean {
  return ([codes.readOnly, codes.io, codes.full] as readonly (number | undefined)[]).includes(codeOf(error));
}

/**
 * All or nothing: what `change` does is kept where it returns, and undone where it throws or the process ends.
 *
 * @throws ProblemError where another process has kept the file to itself for ten seconds, or the file cannot be written
 */
export function atOnce<Value>(database: DatabaseSync, change: () => Value): Value {
  try {
    database.exec('BEGIN IMMEDIATE');
    const value = change();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    // Where the disk is full SQLite has undone it by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    const path = database.location() ?? 'the file of kept runs';
    if (isBusy(error))
      throw new ProblemError(
        path,
        `another program has been writing to it for ${String(patience)} s, or keeps it locked; end it, and the same command continues from what is kept`,
      );
    if (!isUnwritable(error)) throw error;
    throw new ProblemError(
      path,
      `it cannot be written (${messageOf(error)}); what was kept before stays, and the same command continues from there`,
    );
  }
}

/** Rows of a query whose columns are named by `Row`. */
export function rows<Row>(database: DatabaseSync, sql: string, ...values: readonly (string | number | null)[]): Row[] {
  return database.prepare(sql).all(...values) as Row[];
}

function prepare(database: DatabaseSync, path: string): void {
  if (versionOf(database) === 0)
    atOnce(database, () => {
      // Another process may have made them meanwhile.
      if (versionOf(database) === 0 && isEmpty(database)) database.exec(`${tables}PRAGMA user_version = ${String(version)};`);
    });
  check(database, path);
}

function versionOf(database: DatabaseSync): number {
  return rows<{ user_version: number }>(database, 'PRAGMA user_version')[0]?.user_version ?? 0;
}

function isEmpty(database: DatabaseSync): boolean {
  return rows(database, 'SELECT 1 FROM sqlite_schema').length === 0;
}

/** @throws ProblemError where the tables are not of this version */
function check(database: DatabaseSync, path: string): void {
  const found = versionOf(database);
  if (found === 0)
    throw new ProblemError(path, isEmpty(database) ? 'there are no kept runs in it yet' : 'it is a database of another program');
  if (found !== version)
    throw new ProblemError(
      path,
      `its runs were kept by another version of Thalweg (their tables are version ${String(found)}, and this one reads ${String(version)}); ` +
        'use that version, or another folder with --out',
    );
}

function sqlite(path: string): typeof import('node:sqlite') {
  if (!isBuiltin('node:sqlite'))
    throw new ProblemError(path, `runs are kept by node:sqlite, which needs Node 24 or later; this is Node ${process.version}`);
  const emitWarning = process.emitWarning.bind(process);
  // Node 24 says on standard error that it is experimental.
  process.emitWarning = () => undefined;
  try {
    return createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
} // prettier-ignore
