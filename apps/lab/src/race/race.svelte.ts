/**
 * A race: entrants on one landscape from one start, every step kept, so that time is a position and not a process. Changing anything runs
 * it again. Knows the library and the guide; knows no page.
 */
import { untrack } from 'svelte';
import { EquationError, ThalwegError } from 'thalweg';
import { surfaces, trace, type Surface, type Trace, type TraceOptions } from '@thalweg/guide';
import { Clock, keepTicking } from '../parts/clock.svelte.ts';
import { calm } from '../parts/calm.ts';
import { still } from '../parts/still.ts';
import { latest } from '../work/latest.ts';
import { methodOf, type Entrant } from './entrant.ts';

export { entrant } from './entrant.ts';

/** An entrant's run, or why it could not run. */
export interface Run {
  readonly entrant: Entrant;
  readonly trace?: Trace;
  readonly latex?: string;
  readonly error?: string;
}

/** The state of a race. */
export class Race extends Clock {
  surface = $state.raw<Surface>(surfaces[0]!);
  start = $state.raw<readonly [number, number]>([-4, 1]);
  entrants = $state.raw<readonly Entrant[]>([]);
  /** Standard deviation of one example's gradient noise, and how many examples a step averages. */
  noise = $state(0);
  batch = $state(1);
  seed = $state(1);
  runs = $state.raw<readonly Run[]>([]);
  /** The key of the entrant that is looked at, where one is: the others are drawn faintly. */
  focus = $state<string>();
  /** Whether it has played, or somebody has moved time. */
  private begun = false;
  /** Whether even a short race takes its `whole` time, as a replay does. */
  unhurried = $state(false);

  constructor(surface: Surface, entrants: readonly Entrant[], steps: number) {
    super(steps, []);
    this.surface = surface;
    this.start = surface.start;
    this.entrants = entrants;
    if (!calm()) this.t = 0;
    this.shown = this.t;
  }

  /** Plays from the start, once there is something to play, the first time this is called; not where the reader wants no motion. */
  begin(): void {
    if (this.begun || this.playing) return;
    this.restart();
  }

  /** Plays from the start. Where the reader wants no motion it goes to the end. */
  override restart(): void {
    this.begun = true;
    super.restart();
  }

  /** Time stands where it is put, and does not begin by itself any more. */
  override goTo(t: number): void {
    this.begun = true;
    super.goTo(t);
  }

  /** Starts or holds, and does not begin by itself any more. */
  override toggle(): void {
    this.begun = true;
    super.toggle();
  }

  /** The last row that any run has. */
  get end(): number {
    return this.steps;
  }

  /** Puts one entrant in the place of that with its key. */
  replace(next: Entrant): void {
    this.entrants = untrack(() => this.entrants).map((one) => (one.key === next.key ? next : one));
  }

  /** One more entrant. */
  add(one: Entrant): void {
    this.entrants = [...untrack(() => this.entrants), one];
  }

  /** Sets one hyperparameter of an entrant. */
  tune(key: string, name: string, value: number): void {
    this.entrants = untrack(() => this.entrants).map((one) =>
      one.key === key ? { ...one, values: { ...one.values, [name]: value } } : one,
    );
  }

  /** Runs everything again, in slices between frames. */
  readonly run = latest(async (pause) => {
    const { surface, start, steps, entrants, seed } = this;
    const noise = this.noise / Math.sqrt(this.batch);
    const runs: Run[] = [];
    for (const one of entrants) {
      runs.push(await runOne(one, surface, start, { steps, noise, seed, pause }));
      await pause();
    }
    this.runs = runs;
    this.t = Math.min(this.t, this.steps);
  });

  /** A long race is played in so many seconds, a short one step by step; one without hurry takes `whole` seconds however short it is. */
  override get rate(): number {
    return this.unhurried ? this.steps / this.whole : Math.max(20, this.steps / playtime);
  }

  /** One row on or back. */
  override step(by: number): void {
    this.begun = true;
    this.playing = false;
    this.t = Math.max(0, Math.min(this.steps, Math.round(this.t) + by));
  }
}

/** Seconds in which the whole of a long race is played. */
const playtime = 8;

async function runOne(one: Entrant, surface: Surface, start: readonly [number, number], options: TraceOptions): Promise<Run> {
  try {
    const method = methodOf(one, options.steps);
    return { entrant: one, latex: method.latex(), trace: await trace(method, surface.objective, start, { ...options, anatomy: true }) };
  } catch (error) {
    if (error instanceof EquationError || error instanceof ThalwegError) return { entrant: one, error: error.message };
    throw error;
  }
}

/** The name of a race's runs: all that they follow from. */
function nameOfRuns({ surface, start, entrants, steps, noise, batch, seed }: Race): string {
  const height = surface.objective(Float64Array.from(start), new Float64Array(2));
  return JSON.stringify([surface.id, height, start, entrants, steps, noise, batch, seed]);
}

/** Runs a race again whenever what it follows from changes. Call inside a component. */
export function keepRunning(race: Race): void {
  const writer = still();
  if (writer !== undefined) race.runs = writer.known(nameOfRuns(race), () => race.run().then(() => race.runs)) ?? [];
  $effect(() => {
    // Reading them is what makes the effect follow them.
    const causes = [race.surface, race.start, race.entrants, race.steps, race.noise, race.batch, race.seed];
    if (causes.length > 0) void race.run();
  });
  keepTicking(race);
}
