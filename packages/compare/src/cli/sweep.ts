/** The command `thalweg sweep`: `thalweg compare` with its runs made by `thalweg worker` on any machines. */
import { Command } from 'commander';
import { wrap } from '../report/layout.ts';
import { addressOf } from '../queue/address.ts';
import { loadPackages } from '../queue/packages.ts';
import { isFile } from '../registry.ts';
import { QueueRunner } from '../queue/runner.ts';
import { columns } from './columns.ts';
import { codes, exampleLines, run, withPlan, type Options } from './compare.ts';
import { queueOption } from './queue.ts';

const examples = [
  ['thalweg worker --queue redis://desk:6379', 'on each machine'],
  ['thalweg sweep digits --queue redis://desk:6379', 'on one; it ends with the report of thalweg compare digits'],
  ['thalweg worker ./mine.ts --queue redis://desk:6379', 'a worker that may run a problem of your own'],
  ['thalweg sweep ./mine.ts --queue redis://desk:6379', 'a comparison on it'],
] as const;

/** The command. */
export function sweepCommand(): Command {
  const command = new Command('sweep').description(
    'Like thalweg compare, with the same options, runs and report, but puts every run into a queue in Redis, from which thalweg worker takes it on ' +
      'any number of machines. Results are stored in the folder at once: after Ctrl-C or a crash the same command continues.',
  );
  return withPlan(command)
    .addOption(queueOption())
    .addHelpText('after', () => `\nExamples:\n${exampleLines(examples, columns()).join('\n')}\n\n${wrap(codes, columns()).join('\n')}`)
    .action(async (references: string[], options: Options & { readonly queue: string }) => {
      const address = addressOf(options.queue);
      const packages = await loadPackages();
      const { runTimeout: timeout, fresh = false } = options;
      await run(references, options, (say) => {
        const [problems, optimizers] = [references.filter(isFile), (options.optimizers ?? []).filter(isFile)];
        const files = [...problems, ...(optimizers.length === 0 ? [] : ['--optimizers', optimizers.join()])];
        const workerLine = `${['thalweg worker', ...files].join(' ')} --queue ${address.shown}`;
        say(`Runs go to the queue in ${address.shown}. On each machine: ${workerLine}`);
        return new QueueRunner(packages, address, { timeout, fresh, say, workerLine });
      });
    });
} // prettier-ignore
