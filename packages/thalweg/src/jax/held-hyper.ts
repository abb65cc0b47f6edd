/**
 * The hyperparameters of an optimizer that steps by jax-js's operations: checked like those of an arena, with a record of which were assigned. Knows no
 * arrays.
 */
import { OptionError } from '../language/error.ts';
import type { HyperSlot } from '../language/part.ts';
import type { HyperValue } from '../define/hyper.ts';
import { hyperSlotsOf } from '../define/recipe.ts';
import { followedBy, LiveHyper } from '../train/live-hyper.ts';
import type { TracedMethod } from './method.ts';

/** The hyperparameters of each group of a method. */
export function heldHyper({ name, groups, programs, counts }: TracedMethod): HeldHyper[] {
  return groups.map((group, index) => {
    const slots = hyperSlotsOf(group);
    const values = new Map(slots.map((slot) => [slot.key, group.parts[slot.part]?.values.get(slot.name) ?? NaN]));
    const made = new HeldHyper(name, slots, values, followedBy(programs[index]!));
    made.begin(counts[index]!);
    return made;
  });
}

/** The hyperparameters of a group. */
export class HeldHyper extends LiveHyper {
  /** The keys whose factor the equations read. */
  readonly factored: ReadonlySet<string>;
  private readonly name: string;
  /** The keys of those that were assigned since it began, and of those that cannot be. */
  private assigned: Set<string> | undefined;
  private fixed: ReadonlySet<string> | undefined;

  constructor(owner: string, slots: readonly HyperSlot[], values: ReadonlyMap<string, HyperValue>, factored: ReadonlySet<string>) {
    super(owner, slots, values, factored);
    [this.name, this.factored] = [owner, factored];
  }

  /** From here on values are assigned; those that a trace has to know cannot be. */
  begin(fixed: ReadonlySet<string>): void {
    [this.assigned, this.fixed] = [new Set(), fixed];
  }

  /** Whether a hyperparameter was assigned. */
  isAssigned(key: string): boolean {
    return this.assigned?.has(key) === true;
  }

  override check(key: string, value: unknown): HyperValue {
    if (this.fixed?.has(key) === true)
      throw new OptionError(this.name, key, value, 'is an iteration count, which is fixed when a step is traced');
    return super.check(key, value);
  }

  override set(key: string, value: unknown): void {
    super.set(key, value);
    this.assigned?.add(key);
  }
}
