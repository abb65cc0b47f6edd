/**
 * The ensemble: the cohorts of an optimizer, stepped together. Cohorts are the groups that the user makes, split where the shape of a
 * tensor decides what the equations mean, and the parameters added later. They run level by level, and a sum over a group or over all
 * parameters is added up over the cohorts, in their order, before the next level begins.
 */
import type { StepContext } from './leaves.ts';
import type { Stepper } from './stepper.ts';
import type { Variant } from './variant.ts';

/** A cohort: its stepper, the group whose sums it shares, and the tensors that take part in a step. */
export interface Member {
  readonly stepper: Stepper;
  readonly group: number;
  /** Which tensors are stepped; undefined for all. */
  active: readonly boolean[] | undefined;
}

/** Takes a step with every member. Returns false, with nothing changed, where a gradient was not finite and the steppers are gated. */
export function stepTogether<M extends Member>(members: readonly M[], contextOf: (member: M) => StepContext): boolean {
  const running = members.map((member) => {
    const context = contextOf(member);
    return { member, context, variant: member.stepper.begin(context) };
  });
  const levels = Math.max(...running.map(({ variant }) => variant.levels));
  for (let level = 0; level < levels; level++) {
    if (level > 0) for (const { variant, context, member } of running) variant.startLevel(level, context, member.active);
    if (level === 1 && !running.every(({ variant }) => variant.gateOpen)) return false;
    for (const { variant, member } of running) variant.runPasses(level, member.active);
    if (running.length > 1) exchange(running, level);
  }
  for (const { variant, context, member } of running) variant.keep(context, member.active);
  return true;
}

/** Adds up the sums that a level's passes left in each cohort, and gives every cohort the total. */
function exchange(running: readonly { readonly member: Member; readonly variant: Variant }[], level: number): void {
  const totals = new Map<string, number>();
  const each = (visit: (key: string, values: Float64Array, place: number) => void): void => {
    for (const { member, variant } of running) {
      for (const { label, scope, place } of variant.shared[level] ?? []) {
        visit(scope === 'all' ? label : `${String(member.group)} ${label}`, variant.values, place);
      }
    }
  };
  each((key, values, place) => totals.set(key, (totals.get(key) ?? 0) + values[place]!));
  each((key, values, place) => void (values[place] = totals.get(key) ?? 0));
}
