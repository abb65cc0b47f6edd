/** Stored runs, or the points of their curves, as a table of typed columns. Knows no format. */
import type { DatabaseSync } from 'node:sqlite';
import type { Trial } from '../schema.ts';
import { keptRuns, resultOf, type KeptRun, type Wanted } from '../store/query.ts';

/** What a cell can be; null where there is nothing, or no finite number. */
export type Cell = string | number | null;

/** A column, and what each row has in it. */
export interface TableColumn<Row> {
  readonly name: string;
  /** Whole numbers are `integer`; nothing else can be told by looking at a value. */
  readonly type: 'text' | 'number' | 'integer';
  readonly of: (row: Row) => Cell;
}

/** A table whose rows are read one after the other. */
export interface Table<Row> {
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: Iterable<Row>;
}

/** A run with its result. */
export interface RunRow extends KeptRun {
  readonly result: Trial;
}

/** A point of a curve. */
export interface PointRow extends KeptRun {
  readonly curve: 'training loss' | 'validation metric';
  readonly step: number;
  readonly value: number | null;
}

const shared: readonly TableColumn<KeptRun>[] = [
  { name: 'run', type: 'integer', of: ({ number }) => number },
  { name: 'problem', type: 'text', of: ({ problem }) => problem },
  { name: 'optimizer', type: 'text', of: ({ optimizer }) => optimizer },
  { name: 'schedule', type: 'text', of: ({ schedule }) => schedule },
  { name: 'lr', type: 'number', of: ({ lr }) => lr },
  { name: 'seed', type: 'integer', of: ({ seed }) => seed },
  { name: 'steps', type: 'integer', of: ({ steps }) => steps },
];

/** The runs that are wanted, a row each. */
export function runTable(database: DatabaseSync, wanted: Wanted): Table<RunRow> {
  const columns: readonly TableColumn<RunRow>[] = [
    ...shared,
    ...settingColumns(database, wanted),
    { name: 'state', type: 'text', of: ({ state }) => state },
    { name: 'failure', type: 'text', of: ({ failure }) => failure },
    { name: 'diverged_at', type: 'integer', of: ({ result }) => result.divergedAt },
    { name: 'validation_metric_name', type: 'text', of: ({ metrics }) => metrics?.tuning.name ?? null },
    { name: 'validation_metric', type: 'number', of: ({ validationMetric }) => validationMetric },
    { name: 'validation_loss', type: 'number', of: ({ validationLoss }) => validationLoss },
    { name: 'test_metric_name', type: 'text', of: ({ metrics }) => metrics?.test.name ?? null },
    { name: 'test_metric', type: 'number', of: ({ testMetric }) => testMetric },
    { name: 'test_loss', type: 'number', of: ({ testLoss }) => testLoss },
    { name: 'training_loss', type: 'number', of: ({ result }) => result.finalLoss },
    { name: 'steps_to_target', type: 'integer', of: ({ result }) => result.reached?.steps ?? null },
    { name: 'gradient_seconds', type: 'number', of: ({ result }) => result.seconds.gradient },
    { name: 'optimizer_seconds', type: 'number', of: ({ result }) => result.seconds.optimizer },
    { name: 'made', type: 'text', of: ({ made }) => made },
    { name: 'id', type: 'text', of: ({ id }) => id },
    { name: 'equations', type: 'text', of: ({ equations }) => equations },
    { name: 'modules', type: 'text', of: ({ modules }) => modules },
    { name: 'data', type: 'text', of: ({ data }) => data },
    { name: 'machine', type: 'text', of: ({ machine }) => machine },
    { name: 'thalweg', type: 'text', of: ({ thalweg }) => thalweg },
  ];
  return { columns, rows: runs(database, wanted) };
}

/** The points of the curves of the runs that are wanted, a row each. */
export function pointTable(database: DatabaseSync, wanted: Wanted): Table<PointRow> {
  const columns: readonly TableColumn<PointRow>[] = [
    ...shared,
    { name: 'curve', type: 'text', of: ({ curve }) => curve },
    { name: 'step', type: 'integer', of: ({ step }) => step },
    { name: 'value', type: 'number', of: ({ value }) => value },
  ];
  return { columns, rows: points(database, wanted) };
}

/** The runs that are wanted, with their results. */
export function* runs(database: DatabaseSync, wanted: Wanted): Generator<RunRow> {
  for (const run of keptRuns(database, wanted)) yield { ...run, result: resultOf(database, run.number) };
}

function* points(database: DatabaseSync, wanted: Wanted): Generator<PointRow> {
  for (const run of keptRuns(database, wanted)) {
    const { training, validation } = resultOf(database, run.number);
    for (const [curve, { steps, values }] of [['training loss', training], ['validation metric', validation]] as const)
      for (const [i, step] of steps.entries()) yield { ...run, curve, step, value: values[i] ?? null };
  }
} // prettier-ignore

/** A column for each hyperparameter that was searched. */
function settingColumns(database: DatabaseSync, wanted: Wanted): TableColumn<RunRow>[] {
  const names = new Set<string>();
  for (const { settings } of keptRuns(database, wanted)) for (const name of Object.keys(settings)) names.add(name);
  return [...names].map((name) => ({ name, type: 'number', of: ({ settings }) => settings[name] ?? null }));
}
