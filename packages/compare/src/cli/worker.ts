/** The command `thalweg worker`: makes the runs of sweeps until it is stopped. */
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { aside } from '../aside.ts';
import { addressOf } from '../queue/address.ts';
import { self } from '../queue/names.ts';
import { loadPackages } from '../queue/packages.ts';
import { QueueWorker } from '../queue/worker.ts';
import { counted } from '../shown.ts';
import { list, whole } from './compare.ts';
import { exitCodes } from './exit-codes.ts';
import { everyMinute } from './progress.ts';
import { queueOption } from './queue.ts';

interface Options {
  readonly queue: string;
  readonly optimizers?: readonly string[];
  readonly workers: number;
  readonly stalledAfter: number;
}

/** The command. */
export function workerCommand(): Command {
  return new Command('worker')
    .description(
      'Takes runs of thalweg sweep from a queue in Redis, runs them, and returns their results, until Ctrl-C. It runs built-in problems and ' +
        'optimizers and the files named here, and only if equations, files and versions are those of the sweep; otherwise it says what differs.',
    )
    .argument('[problems...]', 'files of problems that it may run, such as ./my-problem.ts')
    .addOption(queueOption())
    .option('--optimizers <files>', 'comma-separated files of optimizers that it may run, such as ./mine.ts', list)
    .option('--workers <n>', 'runs at a time', whole(1, 1024), availableParallelism())
    .option('--stalled-after <s>', 'seconds without a sign of life after which the runs of a worker go to others', whole(1, 3600), 30)
    .action(async (problems: string[], { queue, optimizers = [], workers, stalledAfter }: Options) => {
      const address = addressOf(queue);
      const packages = await loadPackages();
      const say = (line: string): void => { process.stderr.write(`${line}\n`); }; // prettier-ignore
      const interrupted = new Promise<undefined>((resolve) => {
        const stop = (): void => { resolve(undefined); }; // prettier-ignore
        process.once('SIGINT', stop).once('SIGTERM', stop);
      });
      const worker = await aside(() =>
        Promise.race([QueueWorker.start(packages, address, { problems, optimizers, workers, stalledAfter, say }), interrupted]),
      );
      if (worker !== undefined) {
        say(`Worker ${self()} makes ${counted(workers, 'run')} at a time, from the queue in ${address.shown}`);
        const quiet = everyMinute(process.stderr, () => `${counted(worker.made, 'run')} made, ${String(worker.busy)} under way`);
        await aside(() => interrupted);
        quiet();
        // Whoever asks again wants it at once.
        process.once('SIGINT', () => process.exit(exitCodes.interrupted));
        const back = await worker.stop();
        say(`\nStopped. ${counted(worker.made, 'run')} made, ${String(back)} returned to the queue.`);
      }
      // Connections that wait for a Redis that is away would keep the process.
      process.exit(exitCodes.interrupted);
    });
}
