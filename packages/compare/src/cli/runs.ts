/** The command `thalweg runs`: which runs and comparisons a folder has. */
import { Command } from 'commander';
import { column, none, rateText } from '../report/number.ts';
import { rows, shortened, type Column } from '../report/layout.ts';
import { counted } from '../shown.ts';
import { countRuns, keptComparisons, keptRuns, readStore, type KeptComparison, type KeptRun, type Wanted } from '../store/query.ts';
import { columns } from './columns.ts';
import { wantedOf, withWanted } from './wanted.ts';

interface Options extends Wanted {
  readonly comparisons?: true;
  readonly json?: true;
}

/** The command. */
export function runsCommand(): Command {
  const command = new Command('runs')
    .description('Lists the runs that compare has stored in a folder, in order: what each was run with, and its result.')
    .argument('[folder]', 'the folder of the report', 'report'); // prettier-ignore
  return withWanted(command)
    .option('--comparisons', 'list the comparisons instead, each with its number')
    .option('--json', 'print everything about each but its curves, as JSON')
    .action((folder: string, options: Options) => {
      const store = readStore(folder);
      try {
        const { database } = store;
        if (options.comparisons === true) print(keptComparisons(database), comparisonTable, 'comparison', options);
        else {
          print([...keptRuns(database, wantedOf(options))], runTable, 'run', options);
          const [shown, all] = [countRuns(database, wantedOf(options)), countRuns(database)];
          if (options.json !== true && shown < all) process.stdout.write(`${String(all - shown)} others.\n`);
        }
      } finally {
        store.close();
      }
    });
}

function print<Row>(found: readonly Row[], tableOf: (found: readonly Row[]) => Column[], name: string, { json }: Options): void {
  if (json === true) {
    process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
    return;
  }
  const width = process.stdout.isTTY ? columns() : Infinity;
  const { head, body } = rows(tableOf(found));
  const lines = found.length === 0 ? [] : [head, ...body];
  process.stdout.write(`${[...lines, `${counted(found.length, name)}.`].map((line) => shortened(line, width)).join('\n')}\n`);
}

function runTable(runs: readonly KeptRun[]): Column[] {
  const format = (of: (run: KeptRun) => number | null): string[] => runs.map(of).map(column(runs.map(of)));
  const left = (head: string, of: (run: KeptRun) => string): Column => ({ head, cells: runs.map(of), right: false });
  const right = (head: string, cells: readonly string[]): Column => ({ head, cells, right: true });
  return [
    right('#', runs.map(({ number }) => String(number))),
    left('made (UTC)', ({ made }) => moment(made)),
    left('problem', ({ problem }) => problem),
    left('optimizer', ({ optimizer, schedule }) => (schedule === 'constant' ? optimizer : `${optimizer}+${schedule}`)),
    right('lr', runs.map(({ lr }) => rateText(lr))),
    right('seed', runs.map(({ seed }) => String(seed))),
    right('steps', runs.map(({ steps }) => String(steps))),
    right('validation', format(({ validationMetric }) => validationMetric)),
    right('test', format(({ testMetric }) => testMetric)),
    left('', ({ state }) => (state === 'finished' ? '' : state)),
    left('modules', ({ modules }) => modules.slice(0, 6)),
    left('data', ({ data }) => data.slice(0, 6)),
  ]; // prettier-ignore
}

function comparisonTable(comparisons: readonly KeptComparison[]): Column[] {
  const cells = (of: (one: KeptComparison) => string): string[] => comparisons.map(of);
  return [
    { head: '#', cells: cells(({ number }) => String(number)), right: true },
    { head: 'made (UTC)', cells: cells(({ made }) => moment(made)), right: false },
    { head: 'runs', cells: cells(({ runs }) => String(runs)), right: true },
    { head: 'problems', cells: cells(({ problems }) => problems.join(' ')), right: false },
    { head: 'optimizers', cells: cells(({ optimizers }) => optimizers.join(' ')), right: false },
  ];
}

function moment(made: string | null): string {
  return made === null ? none : made.slice(0, 16).replace('T', ' ');
}
