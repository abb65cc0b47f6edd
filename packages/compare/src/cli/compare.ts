/** The command `thalweg compare`: options to a plan, a plan to a report. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { aside } from '../aside.ts';
import { compare, type Plan } from '../compare.ts';
import { control, controlSeeds } from '../control.ts';
import { contestants, defaultContestants, promisingContestants } from '../contestants.ts';
import { presets, seeds } from '../protocol.ts';
import { scheduleNames, type ScheduleName } from '../schedules.ts';
import { findContestants, findProblems, isFile, problems, type Entry } from '../registry.ts';
import { hung, wrap } from '../report/layout.ts';
import { refusedBy } from '../run/checks.ts';
import { folderOf, keepComparison } from '../store/comparisons.ts';
import { keepShard, shardFile } from '../store/merge.ts';
import { keptPlan } from '../store/plans.ts';
import type { Store } from '../store/store.ts';
import type { Shard } from '../shard.ts';
import { counted } from '../shown.ts';
import type { Protocol } from '../schema.ts';
import { columns } from './columns.ts';
import { ProblemError } from '../problem.ts';
import { seedCounts, seedsFor } from '../statistics/control.ts';
import { writeControl } from './control.ts';
import { withHint } from './hints.ts';
import { withRuns, writeReport, type WorkOptions } from './work.ts';

/** What a comparison is asked for by. */
export interface Options {
  readonly quick?: true;
  readonly thorough?: true;
  readonly optimizers?: readonly string[];
  readonly seeds?: number;
  readonly steps?: number;
  readonly gridPoints?: number;
  readonly trials?: number;
  readonly defaults?: true;
  readonly schedule: readonly ScheduleName[];
  readonly runTimeout?: number;
  readonly control?: true;
  readonly out: string;
  readonly shard?: Shard;
  readonly workers?: number;
  readonly json?: true;
  readonly fresh?: true;
  readonly color: boolean;
}

const examples: readonly (readonly [command: string, about: string])[] = [
  ['thalweg compare --quick', 'glosses and digits, six optimizers, under three minutes'],
  ['thalweg compare digits --optimizers adam,adamw,lion', 'three by name'],
  ['thalweg compare digits --optimizers adamw,./mine.ts', 'an optimizer of your own: the default export of a file'],
  ['thalweg compare digits --trials 16', 'tunes all hyperparameters, with 16 trials per seed'],
  ['thalweg compare digits --defaults', 'each at its defaults, untuned, and tuning-free optimizers'],
  ['thalweg compare rosenbrock valley --json > results.json', 'results for a program'],
  ['thalweg compare ./my-problem.ts --out my-report', 'a problem, and optimizers, of your own'],
];
/** What is compared when nobody names others. */
const defaultProblems = ['glosses', 'digits'];

/** What the command ends with. */
export const codes =
  'Exit codes: 0 done, 1 a run failed, 2 wrong usage, 130 interrupted (finished runs are kept; the same command continues).';

/** Each example on a line where that fits, or else what it does below it; commands are to be copied and stay whole. */
export function exampleLines(examples: readonly (readonly [command: string, about: string])[], width: number): string[] {
  const room = Math.max(...examples.map(([command]) => command.length));
  const oneLine = examples.map(([command, about]) => `  $ ${command.padEnd(room)}  ${about}`);
  if (oneLine.every((line) => line.length <= width)) return oneLine;
  return examples.flatMap(([command, about]) => [`  $ ${command}`, ...hung(about, width, 6, 6)]);
}

/** The command. */
export function compareCommand(): Command {
  const command = new Command('compare').description(
    'Trains each optimizer on each problem, all with the same number of runs: one seed scans the learning rates, then each seed tunes by itself ' +
      'on its validation data and is measured on test data. Writes index.html and results.json.',
  );
  return withPlan(command)
    .addOption(
      new Option('--shard <i/n>', 'run only part i of n, as one job of an array; thalweg merge writes the report of all parts')
        .argParser(part)
        .conflicts(['control', 'json']),
    )
    .option('--workers <n>', 'training runs at a time, one thread each', whole(1, 1024), availableParallelism())
    .addHelpText('after', () => `\nExamples:\n${exampleLines(examples, columns()).join('\n')}\n\n${wrap(codes, columns()).join('\n')}`)
    .action(async (references: string[], options: Options) => {
      await run(references, options);
    });
}

/** The options that say what is compared, and how. */
export function withPlan(command: Command): Command {
  return command
    .argument(
      '[problems...]',
      `${problems.map(({ id }) => id).join(', ')}, or a file such as ./my-problem.ts (default: ${defaultProblems.join(' ')})`,
    )
    .addOption(new Option('--quick', 'fewer rates, seeds and steps; results are labelled so').conflicts('thorough'))
    .option('--thorough', 'more rates, seeds and steps')
    .option(
      '--optimizers <ids>',
      `comma-separated, of ${contestants.map(({ id }) => id).join(', ')}; any that "thalweg list" prints; or a file such as ./mine.ts`,
      list,
    )
    .option('--seeds <n>', 'seeds; each tunes by itself', whole(1, 1000))
    .option('--steps <n>', 'steps of each run', whole(1, 1e7))
    .option('--grid-points <n>', 'learning rates of the first grid', whole(2, 50))
    .addOption(
      new Option(
        '--trials <n>',
        'search several hyperparameters instead, each in its declared space: this many quasi-random (Sobol) points per seed, the same number for every optimizer',
      )
        .argParser(whole(2, 1000))
        .conflicts('gridPoints'),
    )
    .addOption(
      new Option(
        '--defaults',
        'also run every optimizer at its declared defaults, without tuning, in a separate table; without --optimizers, also the optimizers that promise to need no tuning',
      ).conflicts('control'),
    )
    .option('--schedule <names>', `comma-separated, of ${scheduleNames.join(', ')}: every optimizer under each`, schedules, ['constant'])
    .option(
      '--run-timeout <s>',
      'time limit of a run in seconds; a longer run counts as diverged; loading the problem of a file has the same limit',
      whole(1, 1e6),
    )
    .addOption(
      new Option(
        '--control',
        'measure how often the protocol errs: each optimizer against itself, and each pair; --seeds are the seeds to draw from (default: 40)',
      ).conflicts(['thorough', 'schedule']),
    ) // prettier-ignore
    .option('--out <dir>', 'where to write the report', 'report')
    .option('--json', 'print the results as JSON on standard output, and no table')
    .option('--fresh', 'run everything again, including runs that an earlier command finished; those stay stored')
    .option('--no-color', 'no colours');
}

/** Carries out what the options say; `open`: who makes the runs. */
export async function run(named: readonly string[], options: Options, open?: WorkOptions['open']): Promise<void> {
  const plan = await aside(() => planOf(named.length === 0 ? defaultProblems : named, options)).catch(async (error: unknown) => {
    throw await withHint(error);
  });
  const work = { ...options, ...(open === undefined ? {} : { open }) };
  const started = performance.now();
  if (options.control === true) {
    const least = seedsFor(Math.min(...seedCounts));
    if (options.seeds !== undefined && options.seeds < least)
      throw new ProblemError('--seeds', `--control needs ${String(least)} at least, so that two copies of an optimizer share none`);
    const seeds = controlSeeds(options.seeds ?? 40);
    await withRuns(plan, work, async (pool, store, onProgress) => {
      const made = await control(plan, seeds, pool, store, onProgress);
      return () => {
        const folder = folderOf(store, keepComparison(store, { ...keptPlan(plan), control: seeds }));
        return writeControl(made, plan.protocol, { out: options.out, folder, json: options.json });
      };
    });
    return;
  }
  const { shard } = options;
  if (shard !== undefined) {
    const part = { ...plan, shard };
    await withRuns(part, { ...work, file: shardFile(shard) }, async (pool, store, onProgress) => {
      keepShard(store, keptPlan(plan), shard, false);
      await compare(part, pool, store, onProgress);
      keepShard(store, keptPlan(plan), shard, true);
      return () => tellShard(shard, options.out, store);
    });
    return;
  }
  await withRuns(plan, work, async (pool, store, onProgress) => {
    const comparison = await compare(plan, pool, store, onProgress);
    return () => writeReport(comparison, plan, store, options, (performance.now() - started) / 1000);
  });
}

function tellShard({ index, of }: Shard, out: string, store: Store): Promise<void> {
  process.stdout.write(
    `Part ${String(index)} of ${String(of)} is finished: ${counted(store.used.size, 'run')} in ${relative('.', store.path)}. `,
  );
  process.stdout.write(`Once all parts are there: thalweg merge --out ${out}\n`);
  return Promise.resolve();
}

async function planOf(references: readonly string[], options: Options): Promise<Plan> {
  const preset = options.quick === true ? 'quick' : options.thorough === true ? 'thorough' : 'standard';
  const changed = [options.seeds, options.gridPoints, options.steps, options.trials].some((one) => one !== undefined);
  const base = presets[preset];
  const gridPoints = options.gridPoints ?? base.gridPoints;
  const protocol: Protocol = {
    ...base,
    preset: preset === 'quick' ? 'quick' : changed ? 'custom' : preset,
    gridPoints,
    rates: gridPoints + base.rates - base.gridPoints,
    seeds: options.seeds === undefined ? base.seeds : seeds(options.seeds),
    ...(options.trials === undefined ? {} : { trials: options.trials }),
  };
  const entries = await findProblems(references);
  const ids = [...new Set(options.optimizers ?? defaultContestants)];
  for (const entry of entries) await findContestants(entry, ids);
  const promising = options.defaults === true && options.optimizers === undefined ? promisingContestants : [];
  const refused = await checkTables(entries, ids, promising, options.runTimeout);
  return {
    entries,
    contestants: ids,
    schedules: options.schedule,
    ...(options.defaults === true ? { defaults: [...ids, ...promising.filter((id) => !refused.has(id))] } : {}),
    protocol,
    steps: options.steps ?? preset,
    workers: options.workers ?? availableParallelism(),
  };
}

/** Of optimizers that nobody named, those that cannot train the tables of a problem, which is said. Throws a ProblemError where one that was named cannot. */
async function checkTables(entries: readonly Entry[], named: readonly string[], promising: readonly string[], timeout?: number): Promise<ReadonlySet<string>> {
  const others = promising.filter((id) => !named.includes(id));
  const left = new Set<string>();
  for (const { reference, problem, contestants } of entries) {
    if (problem.sparse !== true) continue;
    const slow = setTimeout(() => { process.stderr.write(`${reference} is being loaded, to see which optimizers can train its tables\n`); }, 5000);
    const refused = await refusedBy({ problem: reference, contestants: [...named, ...contestants.map(({ id }) => id), ...others] }, timeout);
    clearTimeout(slow);
    const [first] = refused.filter(({ file }) => !others.includes(file));
    if (first !== undefined) throw first;
    for (const { file } of refused) left.add(file);
    if (refused.length > 0) process.stderr.write(`Left out of the defaults, since they cannot train the sparse parameters of ${problem.id}: ${refused.map(({ file }) => file).join(', ')}.\n`);
  }
  return left;
} // prettier-ignore

/** Names with commas between them. */
export function list(text: string): string[] {
  const ids = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw new InvalidArgumentError('Name at least one.');
  return ids;
}

function schedules(text: string): ScheduleName[] {
  const names = [...new Set(list(text))];
  const isName = (name: string): name is ScheduleName => (scheduleNames as readonly string[]).includes(name);
  const wrong = names.find((name) => !isName(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`There is no schedule ${wrong}; there are ${scheduleNames.join(', ')}.`);
  return names.filter(isName);
}

function part(text: string): Shard {
  const [, index = 0, of = 0] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (index < 1 || index > of) throw new InvalidArgumentError('It must be two whole numbers, as in 3/8: which part, from 1, of how many.');
  return { index, of };
}

/** A whole number within bounds. */
export function whole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a whole number from ${String(low)} to ${String(high)}.`);
    }
    return value;
  };
}

/** Whether a file reference points nowhere, which is wrong usage rather than a failure. */
export function missingFile(reference: string): boolean {
  return isFile(reference) && !existsSync(reference);
}
