/**
 * Divergence: looks whether a step left weights that are not finite, and says why. In each of the first steps, and then in few, because looking
 * costs a reading of the weights.
 */
import { DivergenceError } from '../language/run-error.ts';
import type { DType } from '../plan/dtype.ts';
import { gradient } from '../language/variable.ts';
import { watched } from '../plan/watch.ts';
import { Interpreter, type SteppedCohort } from './step/interpreter.ts';

/** Weights are looked at in so many steps first, and then in one of so many. */
export const watchPeriod = 16;

/** The magnitude above which squares of a type are infinite. */
const largestRoot: Readonly<Record<DType, number>> = {
  float32: Math.sqrt((2 - 2 ** -23) * 2 ** 127),
  float64: Math.sqrt(Number.MAX_VALUE),
};

/** What is looked at: an optimizer, and how many of its steps have been taken under watch. */
interface Watched {
  readonly name: string;
  readonly options: { readonly dtype: DType };
  readonly steps: number;
  watched: number;
}

/** A tensor whose weights hold NaN or an infinity. */
interface Diverged {
  readonly name: string;
  /** The largest magnitude in its gradient; NaN where the gradient holds NaN. */
  readonly largest: number;
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
    if (core.watched > watchPeriod && core.watched % watchPeriod !== 0) return;
    this.looks.run();
    if (!this.cohorts.some(isWrong)) return;
    const found = this.cohorts.flatMap(divergedIn);
    const largest = found.reduce((most, one) => Math.max(most, one.largest), 0);
    throw new DivergenceError(
      core.name,
      found.map(({ name }) => name),
      core.steps,
      reason(largest, core.options.dtype, found.length === 1),
    );
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
    let largest = 0;
    for (const x of arena.values(gradient, j)) largest = Math.max(largest, Math.abs(x));
    return [{ name, largest }];
  });
}

/** Why weights may have left the numbers, as far as the last gradients tell. */
function reason(largest: number, dtype: DType, isOne: boolean): string {
  const whose = isOne ? 'its gradient' : 'their gradients';
  if (!Number.isFinite(largest)) return `${whose} ${isOne ? 'holds' : 'hold'} NaN or an infinity`;
  const size = `the largest element of ${whose} is ${largest.toPrecision(3)} in magnitude`;
  const limit = largestRoot[dtype];
  if (largest > limit) return `${size}, and the square of more than ${limit.toPrecision(3)} is infinite in ${dtype}`;
  return `${size}, so earlier steps were too large, or the equations give NaN, as 0/0 does`;
}
