/**
 * Divergence: looks whether a step left weights that are not finite, and says why. In each of the first steps, and then in few, because looking
 * costs a reading of the weights.
 */
import type { DType } from '../plan/dtype.ts';
import { gradient } from '../language/variable.ts';
import { watched } from '../plan/watch.ts';
import { divergence, isLookedAt, largestOf, type Diverged } from './divergence.ts';
import { Interpreter, type SteppedCohort } from './step/interpreter.ts';

/** What is looked at: an optimizer, and how many of its steps have been taken under watch. */
interface Watched {
  readonly name: string;
  readonly options: { readonly dtype: DType };
  readonly steps: number;
  watched: number;
}

/** Looks at the weights of these cohorts. */
export class Watch {
  private readonly cohorts: readonly SteppedCohort[];
  private readonly looks: Interpreter;

  constructor(cohorts: readonly SteppedCohort[]) {
    this.cohorts = cohorts;
    // What is stepped may change, as tables grow; its watcher with it.
    this.looks = new Interpreter(cohorts.map((cohort) => new Watching(cohort)));
  }

  /** Throws a DivergenceError where the step just taken is one to look at, and its weights are not finite. */
  look(core: Watched): void {
    core.watched += 1;
    if (!isLookedAt(core.watched)) return;
    this.looks.run();
    if (!this.cohorts.some(isWrong)) return;
    throw divergence(core.name, this.cohorts.flatMap(divergedIn), core.options.dtype, core.steps);
  }
}

/** A cohort whose weights are looked at instead of stepped. */
class Watching implements SteppedCohort {
  readonly group: number;
  readonly context: SteppedCohort['context'];
  private readonly of: SteppedCohort;

  constructor(of: SteppedCohort) {
    [this.of, this.group, this.context] = [of, of.group, of.context];
  }

  get stepper(): SteppedCohort['stepper'] {
    return this.of.stepper.watcher;
  }

  get active(): SteppedCohort['active'] {
    return this.of.active;
  }
}

/** Whether a cohort holds NaN or an infinity. */
function isWrong({ stepper: { watcher }, active }: SteppedCohort): boolean {
  const { specialization } = watcher;
  for (let j = 0; j < watcher.arena.tensors.length; j++) if (active?.[j] !== false && specialization.told(watched, j) !== 0) return true;
  return false;
}

/** The tensors of a cohort that hold NaN or an infinity, of those that are active. */
function divergedIn({ stepper: { arena, watcher }, active }: SteppedCohort): Diverged[] {
  const { specialization } = watcher;
  return arena.tensors.flatMap(({ name }, j) => {
    if (active?.[j] === false || specialization.told(watched, j) === 0) return [];
    return [{ name, largest: largestOf(arena.values(gradient, j)) }];
  });
}
