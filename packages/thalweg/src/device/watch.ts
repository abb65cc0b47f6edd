/** Finds weights that are not finite. In which steps to look, and what to do then, is not decided here. */
import { gradient } from '../language/variable.ts';
import { watched } from '../plan/watch.ts';
import { stepTogether, type Member } from './ensemble.ts';

/** A tensor whose weights hold NaN or an infinity. */
export interface Diverged {
  readonly name: string;
  /** The largest magnitude in its gradient; NaN where the gradient holds NaN. */
  readonly largest: number;
}

/** The tensors of these members that hold NaN or an infinity, of those that are active. */
export function diverged(members: readonly Member[]): Diverged[] {
  const watching = members.map((member) => ({ ...member, stepper: member.stepper.watcher }));
  stepTogether(watching);
  return watching.flatMap(({ stepper: { arena, variant }, active }) =>
    arena.tensors.flatMap(({ name }, j) => {
      if (active?.[j] === false || variant.told(watched, j) === 0) return [];
      let largest = 0;
      for (const x of arena.values(gradient, j)) largest = Math.max(largest, Math.abs(x));
      return [{ name, largest }];
    }),
  );
}
