/** Opens the runs of a folder for a command that adds some: takes its lock, and takes over what earlier versions kept there. */
import { join } from 'node:path';
import { counted, withoutSecrets } from '../shown.ts';
import { lock } from './lock.ts';
import { Store } from './store.ts';
import { takeOver } from './take-over.ts';

/** The file of a folder of results in which its runs are kept. */
export const fileName = 'runs.sqlite';

/**
 * The store of a folder. `told` is where it says what it took over.
 *
 * @throws ProblemError where another command is running there, or the folder cannot be used
 */
export function openStore(folder: string, told: { write(text: string): unknown }, file = fileName): Store {
  const store = new Store(join(folder, file));
  try {
    store.onClose(lock(store, withoutSecrets(process.argv.slice(2).join(' '))));
    const taken = takeOver(store);
    if (taken !== undefined) {
      const others = taken.others === 0 ? '' : `; ${counted(taken.others, 'line')} of it ${taken.others === 1 ? 'is none' : 'are none'}`;
      told.write(`${counted(taken.runs, 'run')} of trials.jsonl taken over into ${file}${others}. The old file is no longer read.\n`);
    }
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}
