/** The commands `thalweg list` and `thalweg show`: what there is, and what is known of each. */
import { Command, CommanderError } from 'commander';
import { contestants } from '../contestants.ts';
import { nearest } from '../near.ts';
import { entries, entryNames } from '../reference/entry.ts';
import { renderEntries, renderEntry, renderList } from '../reference/terminal.ts';
import { problems } from '../registry.ts';
import { wrap } from '../report/layout.ts';
import { columns } from './columns.ts';
import { elsewhere } from './elsewhere.ts';
import { exitCodes } from './exit-codes.ts';

/** The command `thalweg list`. */
export function listCommand(): Command {
  return new Command('list')
    .description('Lists the problems, the optimizers that can be compared by name, and all optimizers and transforms of the library.')
    .action(() => {
      const width = columns();
      const sections = [
        ['Problems', renderList(problems.map(({ id, title }) => [id, title]), width)],
        ['Optimizers to compare by name', renderList(contestants.map(({ id, label, code }) => [id, label, code]), width)],
        ['Optimizers and transforms of the library (thalweg show <name>)', renderEntries(entries(), width)],
      ]; // prettier-ignore
      process.stdout.write(sections.map(([title = '', list = '']) => `${wrap(title, width).join('\n')}\n${list}`).join('\n'));
    });
}

/** The command `thalweg show`. */
export function showCommand(): Command {
  return new Command('show')
    .description('Shows an optimizer or transform: its equations, hyperparameters, state, measured agreement with its oracles, and paths.')
    .argument('<name>', 'a name that thalweg list prints, such as adamw')
    .action((name: string) => {
      const entry = entries().find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (entry === undefined) {
        const other = elsewhere.find((one) => one.name.toLowerCase() === name.toLowerCase());
        const names = [...entryNames, ...elsewhere.map((one) => one.name)];
        const problem =
          other === undefined
            ? `there is no optimizer ${name}; ${nearest(name, names) ?? 'thalweg list prints them all'}`
            : `${other.name} is ${other.what}, not an optimizer or transform; see ${other.page} in the repository`;
        throw new CommanderError(exitCodes.usage, 'thalweg.unknown', problem);
      }
      process.stdout.write(renderEntry(entry, columns()));
    });
}
