/** What commands that train have in common: threads, the store with its lock, progress, Ctrl-C, and the report at the end. */
import { join, relative } from 'node:path';
import { WriteStream } from 'node:tty';
import { aside } from '../aside.ts';
import type { Plan, Progress } from '../compare.ts';
import { renderTable } from '../report/terminal.ts';
import type { Runner } from '../run/ledger.ts';
import { Pool } from '../run/pool.ts';
import type { Comparison } from '../schema.ts';
import { counted } from '../shown.ts';
import { resultsText } from '../thin.ts';
import { folderOf, keepComparison } from '../store/comparisons.ts';
import { fileName, openStore } from '../store/open.ts';
import { keptPlan } from '../store/plans.ts';
import type { Store } from '../store/store.ts';
import { writeWhole } from '../store/whole.ts';
import { columns } from './columns.ts';
import { exitCodes } from './exit-codes.ts';
import { duration, progressView } from './progress.ts';

/** How a command works. */
export interface WorkOptions {
  readonly out: string;
  /** The file of runs within `out`. */
  readonly file?: string;
  readonly fresh?: true | undefined;
  readonly runTimeout?: number | undefined;
  /** Who makes the runs: threads of this process, unless it is said. */
  readonly open?: (say: (line: string) => void) => Crew;
}

/** Whoever makes runs, until it is closed. */
export interface Crew extends Runner {
  close(): Promise<void>;
}

/** How a report is written and told. */
export interface ReportOptions {
  readonly out: string;
  readonly json?: true | undefined;
  readonly color: boolean;
}

/** Does what `make` gives once progress is no longer shown; where Ctrl-C stops it, the process ends. */
export async function withRuns(
  plan: Plan,
  { out, file = fileName, fresh, runTimeout, open = () => new Pool(plan.workers, runTimeout) }: WorkOptions,
  make: (pool: Runner, store: Store, onProgress: (progress: Progress) => void) => Promise<() => Promise<void>>,
): Promise<void> {
  const store = openStore(out, process.stderr, file);
  if (store.size > 0)
    process.stderr.write(`${counted(store.size, 'finished run')} found in ${out}; those still valid are used, --fresh runs all again\n`);
  if (fresh === true) store.startAfresh();
  const view = progressView(process.stderr);
  const pool = open((line) => { view.say(line); }); // prettier-ignore
  const stopped = new AbortController();
  const interrupt = (): void => {
    stopped.abort();
    view.stop();
    process.stderr.write(
      `\nStopped. ${counted(store.size, 'finished run')} ${store.size === 1 ? 'is' : 'are'} kept in ${out}; the same command continues from there.\n`,
    );
    void pool.close().then(() => {
      store.close();
      process.exit(exitCodes.interrupted);
    });
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const finish = await aside(() => make(pool, store, (progress) => {
      if (progress.kind === 'warning') view.say(`${progress.problem}: ${progress.text}`);
      else view.update(progress);
    })); // prettier-ignore
    view.stop();
    await finish();
  } catch (error) {
    view.stop();
    // The interrupt has said what there is to say, and ends the process.
    if (!stopped.signal.aborted) throw error;
  } finally {
    if (!stopped.signal.aborted) {
      await pool.close();
      store.close();
    }
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Writes a comparison into a folder of its own and, as the newest, at the top of `out`; and prints it. */
export async function writeReport(
  comparison: Comparison,
  plan: Plan,
  store: Store,
  options: ReportOptions,
  seconds: number,
): Promise<void> {
  // What draws a page takes as long to load as all the rest of the command, and no other command needs it.
  const { renderHtml } = await import('../report/html.ts');
  const { text: json, thinned } = resultsText(comparison);
  const html = renderHtml(comparison);
  for (const folder of [folderOf(store, keepComparison(store, keptPlan(plan))), options.out]) {
    writeWhole(join(folder, 'results.json'), json);
    writeWhole(join(folder, 'index.html'), html);
  }
  if (thinned > 0)
    process.stderr.write(
      `results.json has fewer points of the curves than were measured, so that it stays small enough to open; thalweg export --curves writes them all\n`,
    );
  const report = relative('.', join(options.out, 'index.html')) || join(options.out, 'index.html');
  if (options.json === true) {
    process.stdout.write(json);
    return;
  }
  const terminal = process.stdout instanceof WriteStream ? process.stdout : undefined;
  const colour = options.color && terminal !== undefined && (process.env['NO_COLOR'] ?? '') === '';
  process.stdout.write(`\n${renderTable(comparison, columns(), colour)}\n`);
  process.stdout.write(`\nReport: ${report} (${duration(seconds)})\n`);
}
