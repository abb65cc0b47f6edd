/**
 * The ensemble: the cohorts of an optimizer, stepped together. Cohorts are the groups that the user makes, split where the shape of a
 * tensor decides what the equations mean, and the parameters added later. They run level by level, and a sum over a group or over all
 * parameters is added up over the cohorts, in their order, before the next level begins.
 */
import type { StepContext } from './leaves.ts';
import type { Stepper } from './stepper.ts';

/** A cohort: its stepper, the group whose sums it shares, and what the next step is to know. */
export interface Member {
  readonly stepper: Stepper;
  readonly group: number;
  /** Which tensors are stepped; undefined for all. */
  active: readonly boolean[] | undefined;
  readonly context: StepContext;
}

/** Takes a step with every member. Returns false, with nothing changed, where a gradient was not finite and the steppers are gated. */
export function stepTogether(members: readonly Member[]): boolean {
  let levels = 0;
  for (const { stepper, context } of members) levels = Math.max(levels, stepper.begin(context).levels);
  for (let level = 0; level < levels; level++) {
    if (level > 0) for (const { stepper, context, active } of members) stepper.variant.startLevel(level, context, active);
    if (level === 1 && !members.every(isOpen)) return false;
    for (const { stepper, active } of members) stepper.variant.runPasses(level, active);
    if (members.length > 1) exchange(members, level);
  }
  for (const { stepper, context, active } of members) stepper.variant.keep(context, active);
  return true;
}

function isOpen({ stepper }: Member): boolean {
  return stepper.variant.gateOpen;
}

/** Adds up the sums that a level's passes left in each cohort, and gives every cohort the total. */
function exchange(members: readonly Member[], level: number): void {
  const totals = new Map<string, number>();
  const each = (visit: (key: string, values: Float64Array, place: number) => void): void => {
    for (const { stepper, group } of members) {
      for (const { label, scope, place } of stepper.variant.shared[level] ?? []) {
        visit(scope === 'all' ? label : `${String(group)} ${label}`, stepper.variant.values, place);
      }
    }
  };
  each((key, values, place) => totals.set(key, (totals.get(key) ?? 0) + values[place]!));
  each((key, values, place) => void (values[place] = totals.get(key) ?? 0));
}
