/** The command `thalweg merge`: the runs of other folders, or of the parts of a comparison, into one. */
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { aside } from '../aside.ts';
import { compare } from '../compare.ts';
import { list } from '../report/number.ts';
import { counted } from '../shown.ts';
import { filesIn, merge, partsIn, type Parts } from '../store/merge.ts';
import { openStore } from '../store/open.ts';
import { planOf } from '../store/plans.ts';
import { exitCodes } from './exit-codes.ts';
import { withRuns, writeReport } from './work.ts';

interface Options {
  readonly out: string;
  readonly json?: true;
  readonly color: boolean;
}

/** The command. */
export function mergeCommand(): Command {
  return new Command('merge')
    .description(
      'Merges the runs of other folders into one, where they count as runs of this machine; duplicates are kept once. If all parts of a ' +
        'comparison (compare --shard) are there, it writes the report, the same as that of an undivided comparison.',
    )
    .argument('[sources...]', 'folders of results, or files of runs (default: the parts in the folder itself)')
    .option('--out <dir>', 'the folder to merge into', 'report')
    .option('--json', 'print the results as JSON on standard output, and no table')
    .option('--no-color', 'no colours')
    .action(async (sources: string[], options: Options) => {
      const files = (sources.length === 0 ? [options.out] : sources).flatMap(filesIn);
      const store = openStore(options.out, process.stderr);
      let parts: Parts[];
      try {
        const touched = new Set<string>();
        for (const file of files) {
          const { added, known, differing, plans } = merge(store, file);
          for (const plan of plans) touched.add(plan);
          const twice = known === 0 ? '' : `, ${String(known)} were there`;
          const other =
            differing === 0 ? '' : `; ${String(differing)} of these with another result: the run is not reproducible from its seed`;
          process.stderr.write(`${file}: ${counted(added, 'run')} taken${twice}${other}\n`);
        }
        parts = partsIn(store, touched);
      } finally {
        store.close();
      }
      for (const part of parts) await report(part, options);
    });
}

async function report({ plan: kept, of, missing, unfinished }: Parts, options: Options): Promise<void> {
  const what = `${list(kept.contestants)} on ${list(kept.problems)}`;
  if (missing.length + unfinished.length > 0) {
    const said = [
      ...(missing.length === 0 ? [] : [`${missing.length === 1 ? 'part' : 'parts'} ${list(missing.map(String))} of ${String(of)} not there`]),
      ...(unfinished.length === 0 ? [] : [`${unfinished.length === 1 ? 'part' : 'parts'} ${list(unfinished.map(String))} of ${String(of)} not finished`]),
    ];
    process.stderr.write(`No report yet of ${what}: ${said.join('; ')}.\n`);
    process.exitCode = exitCodes.failed;
    return;
  }
  const started = performance.now();
  const plan = await aside(() => planOf(kept, availableParallelism()));
  await withRuns(plan, { out: options.out }, async (pool, store, onProgress) => {
    const comparison = await compare(plan, pool, store, onProgress);
    return () => writeReport(comparison, plan, store, options, (performance.now() - started) / 1000);
  });
} // prettier-ignore
