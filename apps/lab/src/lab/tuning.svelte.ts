/**
 * Rates that are fair to each other: whenever the landscape changes, every optimizer is given the rate at which it does best there, found by
 * the same search in workers. Knows races and jobs; knows no page.
 */
import type { Race } from '../race/race.svelte.ts';
import { runJobs } from '../work/pool.ts';
import type { TuneJob } from '../work/jobs.ts';
import type { SurfaceSpec } from './spec.ts';

/** Milliseconds of quiet before a search, so that a slider that is dragged asks once. */
const patience = 250;

/** The searches for the rates of a race. */
export class Tuning {
  /** Whether a change of landscape, of steps or of noise tunes all. */
  on = $state(true);
  /** How many searches are done, of how many, while there are any. */
  progress = $state.raw<{ readonly done: number; readonly total: number }>();
  problem = $state('');
  readonly #race: Race;
  readonly #spec: () => SurfaceSpec;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  constructor(race: Race, spec: () => SurfaceSpec) {
    [this.#race, this.#spec] = [race, spec];
  }

  /** The course has changed: tunes all after a moment, unless it is switched off. `then` is called when all have their rates. */
  changed(then?: () => void): void {
    this.stop();
    if (!this.on) {
      then?.();
      return;
    }
    this.#timer = setTimeout(() => void this.tune(undefined, then), patience);
  }

  /** Searches for the rates of these entrants, or of all, and gives them to those that are still there and unchanged. */
  async tune(keys?: readonly string[], then?: () => void): Promise<void> {
    this.stop();
    const race = this.#race;
    const some = race.entrants.filter(({ key, values }) => 'lr' in values && (keys?.includes(key) ?? true));
    const { start, steps, seed } = race;
    const jobs = some.map((entrant): TuneJob => ({
      kind: 'tune',
      surface: this.#spec(),
      entrant,
      start,
      steps,
      seed,
      noise: race.noise / Math.sqrt(race.batch),
    }));
    const controller = new AbortController();
    this.#running = controller;
    [this.progress, this.problem] = [{ done: 0, total: jobs.length }, ''];
    const found: number[] = [];
    try {
      await runJobs<TuneJob>(jobs, controller.signal, (i, rate) => {
        found[i] = rate;
        this.progress = { done: (this.progress?.done ?? 0) + 1, total: jobs.length };
      });
      race.entrants = race.entrants.map((one) => {
        const lr = found[some.indexOf(one)] ?? NaN;
        return Number.isNaN(lr) ? one : { ...one, values: { ...one.values, lr } };
      });
      then?.();
    } catch (error) {
      if (!controller.signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#running === controller) this.progress = undefined;
    }
  }

  /** Calls off what is under way. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = undefined;
    this.progress = undefined;
  }
}
