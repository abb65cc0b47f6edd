/**
 * One race: contenders take turns in a rotating order within each round, with warm caches and with evicted ones, the same number of steps
 * each. A contender that fails, or is too slow, leaves the race with the reason.
 */
import { Child, ContenderError } from './child.ts';
import type { Contender } from './contenders.ts';
import { sparsePeriod } from './work.ts';

/** What gradients a race is about: `dead` ones are zero after ten steps. */
export type Condition = 'normal' | 'sparse' | 'dead';

/** A model and how many steps are taken on it. */
export interface Case {
  readonly tensors: number;
  readonly each: number;
  readonly condition: Condition;
  /** Steps before the first round. */
  readonly warmup: number;
  /** Steps of a turn that are not timed, and those after them that are. */
  readonly lead: number;
  readonly steps: number;
  /** Whether to race with evicted caches too: each turn is one step then. */
  readonly cold: boolean;
}

/** One line of the results. */
export interface Row {
  readonly case: Case;
  readonly cache: 'warm' | 'evicted';
  readonly contender: string;
  readonly family: string;
  /** Nanoseconds per parameter and step, one figure for each round; rounds of one case belong together. */
  readonly times: readonly number[];
  /** Why there are no figures. */
  readonly failed?: string;
}

/** How long and how often. */
export interface Pace {
  readonly rounds: number;
  /** Seconds that one contender may take of a race, beyond three rounds. */
  readonly budget: number;
  /** Seconds that one answer may take. */
  readonly patience: number;
  /** Seconds that a contender's warm-up may take: one that would need more is left out, and says so. */
  readonly warmup: number;
}

interface Runner {
  readonly contender: Contender;
  child: Child | undefined;
  readonly warm: number[];
  readonly cold: number[];
  rounds: number;
  block: number;
  failed: string | undefined;
}

/** A program that empties the caches; without one there are no evicted rows. */
export type Sweep = (() => Promise<void>) | undefined;

/** Children by contender, kept from race to race, so that a just-in-time compiler has seen what it would see in use. */
export class Stable {
  private readonly children = new Map<Contender, Child>();

  /** The contender's child, started anew where it had ended. */
  of(contender: Contender): Child {
    const child = this.children.get(contender) ?? new Child(contender.command);
    this.children.set(contender, child);
    return child;
  }

  /** Ends the contender's child. */
  drop(contender: Contender): void {
    this.children.get(contender)?.close();
    this.children.delete(contender);
  }

  /** Ends all. */
  close(): void {
    for (const contender of [...this.children.keys()]) this.drop(contender);
  }
}

/** Runs a race and gives a row for each contender and cache. `onRound` is told how much is done, from 0 to 1. */
export async function race(
  which: Case,
  contenders: readonly Contender[],
  pace: Pace,
  stable: Stable,
  sweep: Sweep,
  onRound: (done: number, doing: string) => void = () => undefined,
): Promise<Row[]> {
  const runners = contenders.map((contender): Runner => ({
    contender,
    child: undefined,
    warm: [],
    cold: [],
    rounds: pace.rounds,
    block: 0,
    failed: undefined,
  }));
  for (const [i, runner] of runners.entries()) {
    onRound((0.3 * i) / runners.length, `${runner.contender.name} warms up`);
    await guarded(runner, stable, (child) => prepare(which, runner, child, pace));
  }
  for (let round = 0; round < pace.rounds; round++) {
    onRound(0.3 + (0.7 * round) / pace.rounds, `round ${String(round + 1)} of ${String(pace.rounds)}`);
    for (let k = 0; k < runners.length; k++) {
      const runner = runners[(k + round) % runners.length]!;
      if (round >= runner.rounds) continue;
      await guarded(runner, stable, async (child) => {
        await rest();
        await touch(which, runner, child, pace);
        await child.run(which.lead, pace.patience);
        runner.warm.push((await child.run(which.steps, pace.patience)) / which.steps);
        if (!which.cold || sweep === undefined) return;
        await sweep();
        runner.cold.push(await child.run(1, pace.patience));
      }); // prettier-ignore
    }
  }
  const caches = which.cold && sweep !== undefined ? (['warm', 'evicted'] as const) : (['warm'] as const);
  return caches.flatMap((cache) => rows(which, cache, runners));
}

/** Long enough for the threads of whoever ran before to stop spinning. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 8));
}

/** Runs something with a contender's child; where that fails, it is out of the race. */
async function guarded(runner: Runner, stable: Stable, action: (child: Child) => Promise<void>): Promise<void> {
  if (runner.failed !== undefined) return;
  try {
    runner.child ??= stable.of(runner.contender);
    await action(runner.child);
  } catch (error) {
    if (!(error instanceof ContenderError)) throw error;
    runner.failed = error.message;
    stable.drop(runner.contender);
  }
}

async function prepare(which: Case, runner: Runner, child: Child, pace: Pace): Promise<void> {
  const { budget, patience, rounds } = pace;
  await child.make(which.tensors, which.each, patience);
  await child.gradients('normal', 0, patience);
  await child.run(2, patience);
  const step = (await child.run(2, patience)) / 2e9;
  if (step * which.warmup > pace.warmup) throw new ContenderError(`left out: a step takes ${step.toPrecision(2)} s, and ${String(which.warmup)} go before the first round`);
  // In portions as long as turns: what only queues a step would otherwise queue them all.
  const portion = which.lead + which.steps;
  if (which.condition === 'sparse') {
    for (let taken = 0; taken < which.warmup; taken += portion) {
      await touch(which, runner, child, pace);
      await child.run(portion, 4 * patience);
    }
  } else if (which.condition === 'dead') {
    await child.run(6, 4 * patience);
    await child.gradients('zero', 0, patience);
    await child.run(which.warmup, 4 * patience);
  } else {
    for (let taken = 0; taken < which.warmup; taken += portion) await child.run(Math.min(portion, which.warmup - taken), 4 * patience);
  }
  const seconds = (await child.run(1, patience)) / 1e9;
  const turn = seconds * (which.lead + which.steps + (which.cold ? 1 : 0));
  runner.rounds = Math.max(Math.min(3, rounds), Math.min(rounds, Math.floor(budget / turn)));
} // prettier-ignore

/** In a sparse model other elements have gradients in each block of steps. */
async function touch(which: Case, runner: Runner, child: Child, { patience }: Pace): Promise<void> {
  if (which.condition !== 'sparse') return;
  await child.gradients('sparse', runner.block, patience);
  runner.block = (runner.block + 1) % sparsePeriod;
}

function rows(which: Case, cache: Row['cache'], runners: readonly Runner[]): Row[] {
  const parameters = which.tensors * which.each;
  return runners.map(({ contender: { name, family }, failed, warm, cold }) => {
    const times = (cache === 'warm' ? warm : cold).map((time) => Number((time / parameters).toPrecision(4)));
    const shared = { case: which, cache, contender: name, family };
    return failed === undefined ? { ...shared, times } : { ...shared, times: [], failed };
  });
}
