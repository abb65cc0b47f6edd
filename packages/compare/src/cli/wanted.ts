/** The options by which commands say which kept runs they mean. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { states, type Wanted } from '../store/query.ts';

/** Adds them to a command. */
export function withWanted(command: Command): Command {
  return command
    .option('--problem <id>', 'only runs of this problem')
    .option('--optimizer <id>', 'only runs of this optimizer')
    .option('--schedule <name>', 'only runs under this schedule')
    .option('--seed <n>', 'only runs with this seed', natural)
    .addOption(new Option('--state <how>', 'only runs with this outcome').choices([...states]))
    .option('--comparison <n>', 'only runs of this comparison, by its number', natural);
}

/** What they say. */
export function wantedOf({ problem, optimizer, schedule, seed, state, comparison }: Wanted): Wanted {
  return { problem, optimizer, schedule, seed, state, comparison };
}

/** A whole number, 0 or more. */
export function natural(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
