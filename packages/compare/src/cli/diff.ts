/** The command `thalweg diff`: did a change help? */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import { diff, type Provenance, type Side } from '../diff.ts';
import { ProblemError } from '../problem.ts';
import { readComparison, ReadError } from '../read.ts';
import { hung, plain } from '../report/layout.ts';
import { counted } from '../shown.ts';
import { fileName } from '../store/open.ts';
import { provenanceOf } from '../store/provenance.ts';
import { keptComparisons, readStore } from '../store/query.ts';
import { columns } from './columns.ts';

interface Options {
  readonly out: string;
  readonly json?: true;
}

/** The command. */
export function diffCommand(): Command {
  return new Command('diff')
    .description(
      'Did a change help? Compares each optimizer of two comparisons, before and after, paired on the seeds that both have, and says what changed between ' +
        'them: equations, modules, data, machine. Without arguments: the last two comparisons of the folder.',
    )
    .argument('[before]', 'the number of a comparison (thalweg runs --comparisons), a folder of results, or a results.json')
    .argument('[after]', 'the same; by default the last comparison of the folder')
    .option('--out <dir>', 'the folder in which numbers are looked up', 'report')
    .option('--json', 'print everything as JSON')
    .action((before: string | undefined, after: string | undefined, options: Options) => {
      const last = before === undefined || after === undefined ? lastNumbers(options.out) : [];
      if (before === undefined && last.length < 2) throw new ProblemError(options.out, `it has ${counted(last.length, 'comparison')}; two are needed, one before the change and one after it`);
      const [a, b] = [before ?? last.at(-2) ?? '', after ?? last.at(-1) ?? ''].map((which) => sideOf(which, options.out)) as [Side, Side];
      const found = diff(a, b);
      if (found.changes.length === 0) throw new ProblemError(`${before ?? ''} ${after ?? ''}`.trim() || options.out, `the two have nothing to compare: ${found.others.join('; ')}`);
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
        return;
      }
      const width = columns();
      const lines = found.changes.flatMap(({ problem, optimizer, sentence, changed }) => [
        ...hung(plain(`${optimizer} on ${problem}: ${sentence}`), width, 0, 2),
        ...(changed.length === 0 ? ['  Equations, modules, data and machine are the same.'] : changed.flatMap((one) => hung(plain(`changed: ${one}`), width, 2, 4))),
      ]);
      const others = found.others.length === 0 ? [] : hung(`Not compared: ${found.others.join('; ')}.`, width, 0, 2);
      process.stdout.write(`${[...lines, ...others].join('\n')}\n`);
    }); // prettier-ignore
}

function documentOf(folder: string, number: string): string {
  return join(folder, 'comparisons', number, 'results.json');
}

function lastNumbers(folder: string): string[] {
  const store = readStore(folder);
  try {
    const numbers = keptComparisons(store.database).map(({ number }) => String(number));
    // What measures how often the protocol errs compares nothing.
    return numbers.filter((number) => existsSync(documentOf(folder, number)));
  } finally {
    store.close();
  }
}

/** One side: by a comparison's number, by a folder whose last one is meant, or by a file. */
function sideOf(which: string, out: string): Side {
  const number = /^\d+$/.test(which) ? which : existsSync(join(which, fileName)) ? lastNumbers(which).at(-1) : undefined;
  const home = /^\d+$/.test(which) ? out : which;
  if (number !== undefined) return read(documentOf(home, number), home, Number(number));
  const path = which.endsWith('.json') ? which : join(which, 'results.json');
  const folder = dirname(path);
  const isKept = basename(dirname(folder)) === 'comparisons' && /^\d+$/.test(basename(folder));
  const above = dirname(dirname(folder));
  return read(path, above, isKept && existsSync(join(above, fileName)) ? Number(basename(folder)) : undefined);
}

function read(path: string, home: string, number: number | undefined): Side {
  if (!existsSync(path)) throw new ProblemError(relative('.', path), number === undefined ? 'there is no such file; thalweg compare writes it' : 'there is no such comparison; thalweg runs --comparisons lists them');
  try {
    const document = readComparison(readFileSync(path, 'utf8'));
    const known = (problem: string, optimizer: string): Provenance | undefined => {
      if (number === undefined) return undefined;
      const store = readStore(home);
      try {
        return provenanceOf(store.database, number, problem, optimizer);
      } finally {
        store.close();
      }
    };
    return { document, provenance: known };
  } catch (error) {
    throw error instanceof ReadError ? new ProblemError(path, error.message) : error;
  }
} // prettier-ignore
