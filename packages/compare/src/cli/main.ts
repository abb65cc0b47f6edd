/** The command `thalweg`: its subcommands, and how errors become messages and exit codes. */
import { Command, CommanderError } from 'commander';
import { ThalwegError } from 'thalweg';
import { ProblemError } from '../problem.ts';
import { versionOfThalweg } from '../version.ts';
import { columns } from './columns.ts';
import { exitCodes } from './exit-codes.ts';
import { swallowed } from './swallowed.ts';

interface Subcommand {
  readonly name: string;
  /** Whether it trains, or reads kept runs: for that, Node must be as new as package.json says. */
  readonly keeps?: true;
  readonly summary: string;
  /** Loads it: a command waits for no more than it runs. */
  readonly load: () => Promise<Command>;
}

/** All of them. */
export const subcommands: readonly Subcommand[] = [
  {
    name: 'compare',
    keeps: true,
    summary: 'train problems with several optimizers under one fair protocol and write a report',
    load: async () => (await import('./compare.ts')).compareCommand(),
  },
  {
    name: 'sweep',
    keeps: true,
    summary: 'the same comparison, run by workers on many machines, through a queue',
    load: async () => (await import('./sweep.ts')).sweepCommand(),
  },
  {
    name: 'worker',
    keeps: true,
    summary: 'run the runs of sweeps on this machine',
    load: async () => (await import('./worker.ts')).workerCommand(),
  },
  {
    name: 'best',
    summary: 'say what a finished comparison found: which optimizer to take, with which learning rate',
    load: async () => (await import('./best.ts')).bestCommand(),
  },
  {
    name: 'runs',
    keeps: true,
    summary: 'list the runs and comparisons that a folder has',
    load: async () => (await import('./runs.ts')).runsCommand(),
  },
  {
    name: 'diff',
    keeps: true,
    summary: 'compare two comparisons: did a change help?',
    load: async () => (await import('./diff.ts')).diffCommand(),
  },
  {
    name: 'export',
    keeps: true,
    summary: 'write kept runs for other tools: CSV, Parquet, TensorBoard, Optuna',
    load: async () => (await import('./export.ts')).exportCommand(),
  },
  {
    name: 'merge',
    keeps: true,
    summary: 'merge the runs of other folders or shards into one, and write the report',
    load: async () => (await import('./merge.ts')).mergeCommand(),
  },
  {
    name: 'guide',
    keeps: true,
    summary: "run the guide's claims: what each says, what was measured, the verdict",
    load: async () => (await import('./guide.ts')).guideCommand(),
  },
  {
    name: 'emit',
    summary: 'write an optimizer as source of another language or framework',
    load: async () => (await import('./emit.ts')).emitCommand(),
  },
  {
    name: 'list',
    summary: 'list the problems, the optimizers that can be compared by name, and all that the library has',
    load: async () => (await import('./show.ts')).listCommand(),
  },
  {
    name: 'show',
    summary: 'show the equations, hyperparameters and measured agreement of an optimizer',
    load: async () => (await import('./show.ts')).showCommand(),
  },
];

/** Why a command cannot be run by this version of Node; undefined where it can. */
export function tooOld(command: string | undefined, version: string): string | undefined {
  if (Number.parseInt(version, 10) >= 24 || subcommands.every(({ name, keeps }) => name !== command || keeps !== true)) return undefined;
  return `${command ?? ''} needs Node 24 or later, to keep runs by node:sqlite; this is Node ${version}`;
}

/** Runs the command and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const old = tooOld(args[0], process.versions.node);
  if (old !== undefined) {
    process.stderr.write(`thalweg: ${old}\n`);
    return exitCodes.usage;
  }
  const program = new Command('thalweg')
    .description('Optimizers, compared fairly: on real data, with tuned learning rates, seeds and spread.')
    .version(versionOfThalweg(), '-V, --version')
    .showHelpAfterError('Run with --help for the options.')
    .showSuggestionAfterError()
    .configureHelp({ minWidthToWrap: 12 })
    .configureOutput({ getOutHelpWidth: columns, getErrHelpWidth: columns })
    .exitOverride();
  for (const { name, summary, load } of subcommands) {
    const command = args.includes(name) ? await load() : new Command(name);
    const lost = name === args[0] ? swallowed(command, args) : undefined;
    if (lost !== undefined) process.stderr.write(`thalweg: ${lost.sentence}\n`);
    if (lost?.stops === true) return exitCodes.usage;
    program.addCommand(command.summary(summary).exitOverride().copyInheritedSettings(program));
  }
  program.addHelpText('after', '\nStart with: thalweg compare --quick');
  try {
    if (args.length === 0) program.help();
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'thalweg.unknown') process.stderr.write(`thalweg: ${error.message}\n`);
      return error.exitCode === 0 ? 0 : exitCodes.usage;
    }
    if (error instanceof ProblemError) {
      process.stderr.write(`thalweg: ${error.message}\n`);
      return exitCodes.usage;
    }
    const message = error instanceof ThalwegError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`thalweg: ${message}\n`);
    return exitCodes.failed;
  }
}
