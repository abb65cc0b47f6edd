/**
 * Divergence checks: whether a step left weights that are not finite, and why. Done after each of the first steps and after every 16th later, because a
 * check reads all weights.
 */
import { gradient, parameter } from '../language/variable.ts';
import type { DType } from '../plan/dtype.ts';
import { watched } from '../plan/watch.ts';
import type { Arena } from '../device/arena.ts';
import { divergence, isLookedAt, largestOf, type Diverged } from './divergence.ts';
import { Interpreter, type SteppedCohort } from './step/interpreter.ts';

/** What is looked at: an optimizer, and how many of its steps have been taken under watch. */
interface Watched {
  readonly name: string;
  readonly options: { readonly dtype: DType };
  readonly steps: number;
  watched: number;
}

/** Up to so many weights a loop has looked before a kernel is called, and no kernel need be compiled. */
const few = 1024;

/** Whether the weights of an arena are looked at one by one. */
export function isShort({ tensors }: Arena): boolean {
  let elements = 0;
  for (const { length } of tensors) elements += length;
  return elements <= few;
}

/** Looks at the weights of these cohorts, without making objects, as steps of small models are short; those of tables are the rows of a step, which change with it. */
export class Watch {
  private readonly looks: readonly (readonly [SteppedCohort, Look])[];
  private readonly kernels: Interpreter | undefined;

  constructor(cohorts: readonly SteppedCohort[], isTable: readonly boolean[]) {
    this.looks = cohorts.map((cohort, i) => [cohort, isTable[i] !== true && isShort(cohort.stepper.arena) ? holdsOther : isTold] as const);
    // What is stepped may change, as tables grow; its watcher with it.
    const long = this.looks.flatMap(([cohort, look]) => (look === isTold ? [new Watching(cohort)] : []));
    this.kernels = long.length === 0 ? undefined : new Interpreter(long);
  }

  /** Throws a DivergenceError where the step just taken is one to look at, and its weights are not finite. */
  look(core: Watched): void {
    core.watched += 1;
    if (!isLookedAt(core.watched)) return;
    this.kernels?.run();
    if (!this.looks.some(([cohort, look]) => isWrong(cohort, look))) return;
    throw divergence(
      core.name,
      this.looks.flatMap(([cohort, look]) => divergedIn(cohort, look)),
      core.options.dtype,
      core.steps,
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

/** Whether a tensor of a cohort holds NaN or an infinity. */
type Look = (cohort: SteppedCohort, tensor: number) => boolean;

const holdsOther: Look = ({ stepper: { arena } }, j) => {
  const w = arena.view(parameter, j);
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- for … of takes 4 ns an element here, where a step of SGD takes a quarter of one.
  for (let i = 0; i < w.length; i++) {
    const x = w[i]!;
    if (x - x !== 0) return true;
  }
  return false;
};

/** As the kernel found that looked. */
const isTold: Look = ({ stepper: { watcher } }, j) => watcher.specialization.told(watched, j) !== 0;

/** Whether a cohort holds NaN or an infinity, in what is active. */
function isWrong(cohort: SteppedCohort, look: Look): boolean {
  const { stepper, active } = cohort;
  for (let j = 0; j < stepper.arena.tensors.length; j++) if (active?.[j] !== false && look(cohort, j)) return true;
  return false;
}

/** The tensors of a cohort that hold NaN or an infinity, of those that are active. */
function divergedIn(cohort: SteppedCohort, look: Look): Diverged[] {
  const { stepper, active } = cohort;
  return stepper.arena.tensors.flatMap(({ name }, j) => {
    if (active?.[j] === false || !look(cohort, j)) return [];
    return [{ name, largest: largestOf(stepper.arena.values(gradient, j)) }];
  });
}
