/** The command `thalweg export`: kept runs for other tools. */
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { csv } from '../export/csv.ts';
import { optuna } from '../export/optuna.ts';
import { pointTable, runs, runTable } from '../export/table.ts';
import { tensorboard } from '../export/tensorboard.ts';
import { ProblemError } from '../problem.ts';
import { counted } from '../shown.ts';
import { countRuns, readStore, type Wanted } from '../store/query.ts';
import type { Store } from '../store/store.ts';
import { writeWhole } from '../store/whole.ts';
import { wantedOf, withWanted } from './wanted.ts';

const formats = {
  csv: { target: 'runs.csv', about: 'a row for each run' },
  parquet: { target: 'runs.parquet', about: 'the same, for DuckDB, pandas, Polars' },
  tensorboard: { target: 'tensorboard', about: 'a folder of event files, with the HParams dashboard: tensorboard --logdir' },
  optuna: { target: 'optuna.log', about: 'a journal, for JournalFileBackend' },
} as const;
type Format = keyof typeof formats;

interface Options extends Wanted {
  readonly as: Format;
  readonly curves?: true;
  readonly to?: string;
}

/** The command. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('Writes the runs that compare has kept in a folder, for other tools to read.')
    .argument('[folder]', 'the folder of the report', 'report')
    .addOption(
      new Option('--as <format>', Object.entries(formats).map(([name, { about }]) => `${name}: ${about}`).join('; ')).choices(Object.keys(formats)).default('csv'),
    )
    .option('--curves', 'with csv and parquet: a row for each point of the curves instead')
    .option('--to <path>', 'where to write; - is standard output, for csv and optuna (default: in the folder)'); // prettier-ignore
  return withWanted(command).action(async (folder: string, options: Options) => {
    const store = readStore(folder);
    try {
      const wanted = wantedOf(options);
      const count = countRuns(store.database, wanted);
      if (count === 0) throw new ProblemError(folder, 'it has no such runs; thalweg runs lists those it has');
      const { as: format, curves } = options;
      const isTable = format === 'csv' || format === 'parquet';
      if (curves === true && !isTable) throw new ProblemError('--curves', `is for csv and parquet; ${format} always has the curves`);
      const target =
        options.to ?? join(folder, curves === true ? formats[format].target.replace('runs', 'curves') : formats[format].target);
      if (target === '-' && format !== 'csv' && format !== 'optuna')
        throw new ProblemError('--to', `- is for csv and optuna; ${format} is not text`);
      try {
        await write(store, wanted, options, target);
      } catch (error) {
        throw options.to === undefined && error instanceof ProblemError
          ? new ProblemError(error.file, `${error.problem}; --to <path> writes elsewhere`)
          : error;
      }
      if (target !== '-') process.stdout.write(`${counted(count, 'run')} in ${target}\n`);
    } finally {
      store.close();
    }
  });
}

async function write({ database }: Store, wanted: Wanted, { as: format, curves }: Options, target: string): Promise<void> {
  const put = (parts: Iterable<string>): void => {
    if (target === '-') for (const part of parts) process.stdout.write(part);
    else writeWhole(target, parts);
  };
  if (format === 'csv') put(curves === true ? csv(pointTable(database, wanted)) : csv(runTable(database, wanted)));
  else if (format === 'optuna') put(optuna(() => runs(database, wanted)));
  else if (format === 'parquet') {
    // No other command needs what writes it.
    const { parquet } = await import('../export/parquet.ts');
    writeWhole(target, [curves === true ? parquet(pointTable(database, wanted)) : parquet(runTable(database, wanted))]);
  } else for (const { path, content } of tensorboard(runs(database, wanted))) writeWhole(join(target, path), [content]);
}
