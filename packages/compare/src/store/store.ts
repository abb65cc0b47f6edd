/**
 * Stores finished trials in an SQLite file, each as soon as it is done, so that a stopped comparison can continue. A trial is identified by what it
 * computes: the run, its conditions, and the contents of the files involved, modules and data. If conditions or files have changed, it is not used, and the
 * store says why. Nothing stored is ever changed or removed.
 */
import { relative } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { hashOfValue, isBeside, judgementId, type Conditions } from '../run/conditions.ts';
import { hashes, type FileState } from '../run/files.ts';
import type { Finished } from '../run/serve.ts';
import { isFile } from '../registry.ts';
import type { Trial } from '../schema.ts';
import type { TrialRequest } from '../run/trial.ts';
import { atOnce, openDatabase, openToRead, rows } from './database.ts';
import { projectOf, type Project } from './project.ts';

/** A kept trial that can be used, and whether another machine made it, or this one beside others; or why those that there are cannot; neither where there is none. */
export type Found = { readonly result: Trial; readonly made?: 'elsewhere' | 'beside' } | { readonly reason: string } | undefined;

/** What decides whether a kept trial can be used. */
interface Candidate {
  readonly number: number;
  readonly method: string;
  readonly judgement: string;
  readonly machine: string;
  readonly modules: string;
  readonly data: string;
  readonly time_limit: number | null;
}

/** What a row of `runs` has besides what the database says by itself. */
export interface Kept {
  readonly request: TrialRequest;
  readonly conditions: Pick<Conditions, 'problem' | 'optimizer' | 'method' | 'machine'> & { readonly equations: string | null; readonly judgement: string; readonly thalweg: string | null };
  readonly finished: Finished;
  readonly made: string | null;
} // prettier-ignore

/** The trials of one folder of results. */
export class Store {
  /** Where they are. */
  readonly path: string;
  /** For what else is kept in the same file. */
  readonly database: DatabaseSync;
  private readonly project: Project;
  private readonly numbers = new Set<number>();
  /** Lists of files as they are kept. */
  private readonly lists = new WeakMap<readonly FileState[], { readonly id: string; readonly text: string }>();
  /** Runs up to this one are not used: --fresh makes them again. */
  private earlier = 0;
  private closing = (): void => undefined;

  /** @throws ProblemError where the file cannot be made, or is none of this version's */
  constructor(path: string, project = projectOf(), database = openDatabase(path)) {
    this.path = path;
    this.project = project;
    this.database = database;
  }

  /** A store that is only read, which may lie where nothing can be written. */
  static toRead(path: string): Store {
    return new Store(path, projectOf(), openToRead(path));
  }

  /** How many trials are kept. */
  get size(): number {
    return rows<{ count: number }>(this.database, 'SELECT count(*) AS count FROM runs')[0]?.count ?? 0;
  }

  /** The numbers of the trials that were found or added. */
  get used(): ReadonlySet<number> {
    return this.numbers;
  }

  /** From here on, what is kept already is not used; it stays. */
  startAfresh(): void {
    this.earlier = rows<{ last: number | null }>(this.database, 'SELECT max(number) AS last FROM runs')[0]?.last ?? 0;
  }

  /** From here on the runs of this machine are used as if they were of the one that asks. */
  useRunsOf(machine: string): void {
    atOnce(this.database, () => this.database.prepare('INSERT INTO machines VALUES (?) ON CONFLICT DO NOTHING').run(machine));
  }

  /** Looks up trials as things are now: a file is read once by what this returns. `limit`: the seconds that a run may take. */
  lookup(limit = Infinity): (request: TrialRequest, conditions: Conditions) => Found {
    const candidates = this.database.prepare(
      'SELECT number, method, judgement, machine, modules, data, time_limit FROM runs WHERE request = ? AND number > ? ORDER BY number DESC',
    );
    const resultOf = this.database.prepare('SELECT result FROM runs WHERE number = ?');
    const merged = new Set(rows<{ machine: string }>(this.database, 'SELECT machine FROM machines').map(({ machine }) => machine));
    const changed = this.changes();
    return (request, conditions) => {
      let fewest: readonly string[] | undefined;
      const judgement = judgementId(conditions.judgement);
      // The newest first; what is said is what the most similar one differs in.
      for (const kept of candidates.all(this.keyOf(request), this.earlier) as unknown as Candidate[]) {
        const differences = [
          ...(kept.method === conditions.method ? [] : ['another method']),
          ...(kept.judgement === judgement ? [] : ['another metric or target']),
          ...(kept.machine === conditions.machine || merged.has(kept.machine) ? [] : ['another machine, Node or number of workers']),
          ...(kept.time_limit === null || kept.time_limit >= limit ? [] : ['more time for a run']),
          ...changed(kept.modules),
          ...changed(kept.data),
        ];
        if (differences.length === 0) {
          this.numbers.add(kept.number);
          const result = JSON.parse(String(resultOf.get(kept.number)?.['result'])) as Trial;
          if (kept.machine === conditions.machine) return { result };
          return { result, made: isBeside(kept.machine, conditions.machine) ? 'beside' : 'elsewhere' };
        }
        if (fewest === undefined || differences.length < fewest.length) fewest = differences;
      }
      if (fewest === undefined) return undefined;
      const [first = '', ...more] = fewest;
      return { reason: more.length === 0 ? first : `${first}, and ${String(more.length)} more` };
    };
  }

  /** Keeps a trial at once. */
  add(request: TrialRequest, conditions: Conditions, finished: Finished): void {
    const { judgement } = conditions;
    const id = judgementId(judgement);
    atOnce(this.database, () => {
      this.database
        .prepare('INSERT INTO judgements VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
        .run(id, judgement.target, JSON.stringify(judgement.tuningMetric), JSON.stringify(judgement.testMetric));
      this.insert({ request, conditions: { ...conditions, judgement: id }, finished, made: new Date().toISOString() });
    });
  }

  /** Keeps a trial, once however often it comes. Within a transaction. */
  insert({ request, conditions, finished, made }: Kept): void {
    const { result, files, timeLimit = null } = finished;
    const { problem, optimizer, method, equations, judgement, machine, thalweg } = conditions;
    const key = this.keyOf(request);
    const [modules, data] = [this.keepFiles(files.modules), this.keepFiles(files.data)];
    const id = hashOfValue([key, method, judgement, modules, data, timeLimit]);
    // What --fresh makes again is a run of its own.
    const again = this.database.prepare('SELECT count(*) AS count FROM runs WHERE id = ? AND machine = ? AND number <= ?').get(id, machine, this.earlier)?.['count'] ?? 0;
    const row = {
      id, again, request: key, problem, optimizer, schedule: request.schedule, lr: request.lr, seed: request.seed, steps: request.steps,
      method, equations, judgement, modules, data, machine, thalweg, time_limit: timeLimit, made,
      diverged: result.diverged ? 1 : 0, failure: result.failure ?? null,
      validation_metric: result.validationMetric, validation_loss: result.validationLoss, test_metric: result.testMetric, test_loss: result.testLoss,
      seconds: result.seconds.gradient + result.seconds.optimizer, result: JSON.stringify(result),
    };
    const names = Object.keys(row);
    this.database
      .prepare(`INSERT INTO runs (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`)
      .run(...Object.values(row));
    const number = this.database.prepare('SELECT number FROM runs WHERE id = ? AND machine = ? AND again = ?').get(id, machine, again)?.['number'];
    this.numbers.add(Number(number));
  } // prettier-ignore

  /** What is to be done before the file is closed. */
  onClose(action: () => void): void {
    this.closing = action;
  }

  /** Closes the file; nothing can be asked of the store afterwards. */
  close(): void {
    if (!this.database.isOpen) return;
    this.closing();
    this.database.close();
  }

  /** Tells runs apart: all of a request, with the files that it names as paths within the project. */
  private keyOf(request: TrialRequest): string {
    const portable = (name: string): string => (isFile(name) ? this.project.kept(name) : name);
    const all = { ...request, problem: portable(request.problem), contestant: portable(request.contestant) };
    return JSON.stringify(sorted(all));
  }

  private keepFiles(files: readonly FileState[]): string {
    const { id, text } = this.lists.get(files) ?? this.listOf(files);
    this.database.prepare('INSERT INTO files VALUES (?, ?) ON CONFLICT DO NOTHING').run(id, text);
    return id;
  }

  private listOf(files: readonly FileState[]): { readonly id: string; readonly text: string } {
    const list = files.map(([path, hash]) => [this.project.kept(path), hash]);
    const made = { id: hashOfValue(list), text: JSON.stringify(list) };
    this.lists.set(files, made);
    return made;
  }

  /** Which files of a list are not as they were, in words. */
  private changes(): (list: string) => readonly string[] {
    const hash = hashes();
    const known = new Map<string, readonly string[]>();
    return (list) => {
      const before = known.get(list);
      if (before !== undefined) return before;
      const text = this.database.prepare('SELECT list FROM files WHERE id = ?').get(list)?.['list'];
      const files = (JSON.parse(String(text)) as FileState[]).map(([path, state]) => [this.project.here(path), state] as const);
      const changed = files.filter(([path, state]) => hash(path) !== state).map(([path]) => `${relative('.', path)} changed`);
      known.set(list, changed);
      return changed;
    };
  }
}

/** A value whose objects have their members in the order of their names, so that equal ones are the same text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}
