/** A fair comparison that is under way: its runs in workers, its progress, what came of it. It outlives the page's being shown. */
import { file } from '../parts/address.ts';
import type { TrialJob, TrialResult } from '../work/jobs.ts';
import { runJobs } from '../work/pool.ts';
import type { Setup } from './setup.ts';
import type { Standing } from './standing.ts';

/** What came of a comparison. */
export interface Compared {
  readonly setup: Setup;
  readonly standings: readonly Standing[];
}

/** The state of the comparison. */
export class Comparing {
  progress = $state.raw<{ readonly done: number; readonly total: number }>();
  compared = $state.raw<Compared>();
  problem = $state('');
  private running: AbortController | undefined;

  /** Compares anew. */
  async start(setup: Setup): Promise<void> {
    this.stop();
    const controller = new AbortController();
    this.running = controller;
    [this.problem, this.compared] = ['', undefined];
    try {
      const { chosen, finalOf, searchOf, standingsOf } = await import('./fair.ts');
      const search = searchOf(setup);
      this.progress = { done: 0, total: search.length + finalOf(setup, setup.entrants).length };
      const run = async (orders: readonly Omit<TrialJob, 'base'>[]): Promise<(TrialResult | null)[]> => {
        const results: (TrialResult | null)[] = [];
        const jobs = orders.map((one): TrialJob => ({ ...one, base: file('') }));
        await runJobs<TrialJob>(jobs, controller.signal, (i, result) => {
          results[i] = result;
          if (this.progress !== undefined) this.progress = { ...this.progress, done: this.progress.done + 1 };
        });
        return results;
      };
      const picked = chosen(setup, await run(search.map(({ order }) => order)));
      const finals = finalOf(setup, picked);
      this.compared = { setup, standings: standingsOf(picked, await run(finals.map(({ order }) => order))) };
    } catch (error) {
      if (!controller.signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.running === controller) this.progress = undefined;
    }
  }

  /** Calls it off. */
  stop(): void {
    this.running?.abort();
    this.running = undefined;
    this.progress = undefined;
  }
}

/** The comparison of the page. */
export const comparing = new Comparing();
