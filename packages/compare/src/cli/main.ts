/** The command `thalweg`: its subcommands, and how errors become messages and exit codes. */
import { Command, CommanderError } from 'commander';
import { ThalwegError } from 'thalweg';
import { contestants } from '../contestants.ts';
import { ProblemError } from '../problem.ts';
import { problems } from '../registry.ts';
import { versionOfThalweg } from '../compare.ts';
import { entries } from '../reference/entry.ts';
import { wrap } from '../report/layout.ts';
import { renderEntries, renderEntry, renderList } from '../reference/terminal.ts';
import { nearest } from '../near.ts';
import { bestCommand } from './best.ts';
import { columns } from './columns.ts';
import { compareCommand, exitCodes } from './compare.ts';
import { elsewhere } from './elsewhere.ts';
import { guideCommand } from './guide.ts';

/** Runs the command and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command('thalweg')
    .description('Optimizers, compared fairly: on real data, with tuned learning rates, seeds and spread.')
    .version(versionOfThalweg(), '-V, --version')
    .showHelpAfterError('Run with --help for the options.')
    .showSuggestionAfterError()
    .configureHelp({ minWidthToWrap: 12 })
    .configureOutput({ getOutHelpWidth: columns, getErrHelpWidth: columns })
    .exitOverride();
  program.addCommand(compareCommand().exitOverride().copyInheritedSettings(program));
  program.addCommand(bestCommand().exitOverride().copyInheritedSettings(program));
  program.addCommand(guideCommand().exitOverride().copyInheritedSettings(program));
  program.addCommand(listCommand().exitOverride().copyInheritedSettings(program));
  program.addCommand(showCommand().exitOverride().copyInheritedSettings(program));
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

function listCommand(): Command {
  return new Command('list')
    .summary('list the problems, the optimizers that can be compared by name, and all that the library has')
    .description('Lists the problems, the optimizers that can be compared by name, and all optimizers and transforms of the library.')
    .action(() => {
      const width = columns();
      const sections = [
        ['Problems', renderList(problems.map(({ id, title }) => [id, title]), width)],
        ['Optimizers to compare by name', renderList(contestants.map(({ id, label, code }) => [id, label, code]), width)],
        ['Optimizers and transforms of the library (thalweg show <name>)', renderEntries(entries, width)],
      ]; // prettier-ignore
      process.stdout.write(sections.map(([title = '', list = '']) => `${wrap(title, width).join('\n')}\n${list}`).join('\n'));
    });
}

function showCommand(): Command {
  return new Command('show')
    .summary('show the equations, hyperparameters and measured agreement of an optimizer')
    .description('Shows an optimizer or transform: its equations, hyperparameters, state, measured agreement with its oracles, and paths.')
    .argument('<name>', 'a name that thalweg list prints, such as adamw')
    .action((name: string) => {
      const entry = entries.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (entry === undefined) {
        const other = elsewhere.find((one) => one.name.toLowerCase() === name.toLowerCase());
        const names = [...entries, ...elsewhere].map((one) => one.name);
        const problem =
          other === undefined
            ? `there is no optimizer ${name}; ${nearest(name, names) ?? 'thalweg list prints them all'}`
            : `${other.name} is ${other.what}, and no optimizer or transform; ${other.page} of the repository tells of it`;
        throw new CommanderError(exitCodes.usage, 'thalweg.unknown', problem);
      }
      process.stdout.write(renderEntry(entry, columns()));
    });
}
