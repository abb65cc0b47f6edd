/** Reads kept runs and comparisons, as plain values, of which those wanted. Changes nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ProblemError } from '../problem.ts';
import type { Metric, Trial } from '../schema.ts';
import { openDatabase, rows } from './database.ts';
import { fileName } from './open.ts';
import { projectOf } from './project.ts';
import { Store } from './store.ts';
import { takeOver } from './take-over.ts';

/** A kept run, all but its curves. */
export interface KeptRun {
  readonly number: number;
  /** Of what it computes: equal where request, method, judgement, modules and data are. */
  readonly id: string;
  readonly problem: string;
  readonly optimizer: string;
  readonly schedule: string;
  readonly lr: number;
  readonly seed: number;
  readonly steps: number;
  /** The hyperparameters that a search chose besides the learning rate. */
  readonly settings: Readonly<Record<string, number>>;
  /** What chose and what was reported; null where that is not known, as of files of before. */
  readonly metrics: { readonly tuning: Metric; readonly test: Metric } | null;
  readonly state: State;
  readonly failure: string | null;
  readonly validationMetric: number | null;
  readonly validationLoss: number | null;
  readonly testMetric: number | null;
  readonly testLoss: number | null;
  readonly seconds: number;
  /** ISO 8601, UTC; null for runs taken over from a file of before. */
  readonly made: string | null;
  readonly equations: string | null;
  /** Names for the modules and the data files that it was made by, with what was in them. */
  readonly modules: string;
  readonly data: string;
  readonly machine: string;
  readonly thalweg: string | null;
}

/** How a run ended. */
export const states = ['finished', 'diverged', 'failed'] as const;
/** How a run ended. */
export type State = (typeof states)[number];

/** Which runs are wanted: all that these say. */
export interface Wanted {
  readonly problem?: string | undefined;
  readonly optimizer?: string | undefined;
  readonly schedule?: string | undefined;
  readonly seed?: number | undefined;
  readonly state?: State | undefined;
  /** Those of this comparison. */
  readonly comparison?: number | undefined;
}

/** A comparison that was made. */
export interface KeptComparison {
  readonly number: number;
  /** When it was last written. */
  readonly made: string;
  readonly problems: readonly string[];
  readonly optimizers: readonly string[];
  readonly runs: number;
}

/**
 * The store of a folder in which a comparison was made, to be read. What earlier versions kept there is taken into memory alone.
 *
 * @throws ProblemError where there is none
 */
export function readStore(folder: string): Store {
  const path = join(folder, fileName);
  if (existsSync(path)) return Store.toRead(path);
  if (!existsSync(join(folder, 'trials.jsonl'))) throw new ProblemError(folder, 'there are no kept runs; thalweg compare keeps them there');
  const store = new Store(path, projectOf(), openDatabase(':memory:'));
  takeOver(store);
  return store;
}

const columns = `number, runs.id, problem, optimizer, schedule, lr, seed, steps, request, tuning_metric AS tuning, judgements.test_metric AS tested,
  CASE WHEN failure IS NOT NULL THEN 'failed' WHEN diverged THEN 'diverged' ELSE 'finished' END AS state, failure,
  validation_metric AS validationMetric, validation_loss AS validationLoss, runs.test_metric AS testMetric, test_loss AS testLoss, seconds, made,
  equations, modules, data, machine, thalweg`;

/** The runs that are wanted, in the order in which they were kept. */
export function* keptRuns(database: DatabaseSync, wanted: Wanted = {}): Generator<KeptRun> {
  const { where, values } = conditionOf(wanted);
  const query = `SELECT ${columns} FROM runs LEFT JOIN judgements ON judgement = judgements.id ${where} ORDER BY number`;
  for (const { request, tuning, tested, ...rest } of database.prepare(query).iterate(...values)) {
    const metric = (text: unknown): Metric => JSON.parse(String(text)) as Metric;
    const metrics = tuning === null ? null : { tuning: metric(tuning), test: metric(tested) };
    yield { ...(rest as unknown as Omit<KeptRun, 'settings' | 'metrics'>), metrics, settings: settingsOf(String(request)) };
  }
}

/** How many there are. */
export function countRuns(database: DatabaseSync, wanted: Wanted = {}): number {
  const { where, values } = conditionOf(wanted);
  return Number(database.prepare(`SELECT count(*) AS count FROM runs ${where}`).get(...values)?.['count']);
}

/** A run's result, with its curves. */
export function resultOf(database: DatabaseSync, number: number): Trial {
  return JSON.parse(String(database.prepare('SELECT result FROM runs WHERE number = ?').get(number)?.['result'])) as Trial;
}

/** The comparisons, the last one written last. */
export function keptComparisons(database: DatabaseSync): KeptComparison[] {
  interface Row {
    readonly number: number;
    readonly made: string;
    readonly runs: number;
    readonly problems: string;
    readonly optimizers: string;
  }
  const found = rows<Row>(
    database,
    `SELECT comparisons.number, comparisons.made, count(*) AS runs, json_group_array(DISTINCT problem) AS problems, json_group_array(DISTINCT optimizer) AS optimizers
     FROM comparisons JOIN compared ON comparison = comparisons.number JOIN runs ON run = runs.number GROUP BY comparisons.number ORDER BY comparisons.made, comparisons.number`,
  );
  return found.map(({ problems, optimizers, ...rest }) => ({
    ...rest,
    problems: JSON.parse(problems) as string[],
    optimizers: JSON.parse(optimizers) as string[],
  }));
}

function conditionOf(wanted: Wanted): { readonly where: string; readonly values: readonly (string | number)[] } {
  const { comparison, state, ...columnsWanted } = wanted;
  const parts: string[] = [];
  const values: (string | number)[] = [];
  for (const [name, value] of Object.entries(columnsWanted)) {
    if (value === undefined) continue;
    parts.push(`${name} = ?`);
    values.push(value);
  }
  if (state !== undefined)
    parts.push({ finished: 'NOT diverged', diverged: 'diverged AND failure IS NULL', failed: 'failure IS NOT NULL' }[state]);
  if (comparison !== undefined) {
    parts.push('number IN (SELECT run FROM compared WHERE comparison = ?)');
    values.push(comparison);
  }
  return { where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, values };
}

function settingsOf(request: string): KeptRun['settings'] {
  return (JSON.parse(request) as { readonly hyper?: KeptRun['settings'] }).hyper ?? {};
}
