/** The hyperparameters of an optimizer: the values that were assigned, and their numbers in the current step. Every check comes before any change. */
import { OptionError, ThalwegError } from '../language/error.ts';
import { topological } from '../language/graph.ts';
import { describe } from '../language/options.ts';
import type { HyperSlot } from '../language/part.ts';
import type { Range } from '../language/range.ts';
import type { Program } from '../language/program.ts';
import { checkHyper, numberAt, type HyperValue } from '../define/hyper.ts';

/** A schedule, asked for its value, called what changes the optimizer that asks. */
export function changedByItsSchedule(owner: string): ThalwegError {
  return new ThalwegError('schedule', `${owner}: a schedule may not change its optimizer`);
}

/** What an `eps` of 0 counts as: the smallest normal number of float32, so that 0/0 is 0 and nothing else changes by a bit. */
const leastGuard = 2 ** -126;

/**
 * The live hyperparameters of an optimizer: `values` and `factors` of the step at hand, and a version that changes with them. A factor is a
 * schedule's value over its peak, and 1 for a number; it is computed for those whose factor the equations read, `followed`.
 */
export class LiveHyper {
  readonly values = new Map<string, number>();
  readonly factors = new Map<string, number>();
  version = 0;
  private readonly owner: string;
  private readonly slots: ReadonlyMap<string, HyperSlot>;
  private readonly followed: ReadonlySet<string>;
  /** Those called `eps`, which keep a division by zero away: 0 counts as the least that does in either type. */
  private readonly guards: ReadonlySet<string>;
  /** What less than this counts as, of those. */
  private readonly least: number;
  private readonly given = new Map<string, HyperValue>();
  /** Those that are no numbers, and so change from step to step. */
  private scheduled: readonly (readonly [string, Exclude<HyperValue, number>])[] = [];
  /** Whether a schedule is being asked: a function of the user's, which must not change what asks it. */
  private asking = false;

  constructor(
    owner: string,
    slots: readonly HyperSlot[],
    values: ReadonlyMap<string, HyperValue>,
    followed: ReadonlySet<string>,
    least = 0,
  ) {
    this.owner = owner;
    this.least = least;
    this.followed = followed;
    this.guards = new Set(slots.flatMap(({ key, name }) => (name === 'eps' ? [key] : [])));
    this.slots = new Map(slots.map((slot) => [slot.key, slot]));
    for (const { key } of slots) this.set(key, values.get(key));
  }

  /** What was set: a number, a schedule or a function. */
  get(key: string): HyperValue {
    const value = this.given.get(key);
    if (value === undefined) throw new RangeError(`there is no hyperparameter ${key}`);
    return value;
  }

  /** The interval that a hyperparameter must lie in. */
  range(key: string): Range {
    const slot = this.slots.get(key);
    if (slot === undefined) throw new RangeError(`there is no hyperparameter ${key}`);
    return slot.range;
  }

  /** Throws an OptionError where a hyperparameter cannot be set to this. */
  check(key: string, value: unknown): HyperValue {
    const checked = checkHyper(this.owner, key, value, this.range(key).text);
    if (typeof checked === 'function' && this.followed.has(key)) {
      const problem = "is a function, whose peak is unknown, and decay: 'independent' divides by it; use a schedule";
      throw new OptionError(this.owner, key, value, problem);
    }
    return checked;
  }

  /** Sets a hyperparameter from the next step on. Throws as `check` does, before anything changes. */
  set(key: string, value: unknown): void {
    this.refuseWhileAsking();
    this.given.set(key, this.check(key, value));
    this.scheduled = [...this.given].flatMap(([name, one]) => (typeof one === 'number' ? [] : [[name, one] as const]));
    this.change(key, typeof value === 'number' ? value : NaN, 1);
  }

  /** Evaluates schedules and functions at step `t`. Throws before any value changes. */
  advance(t: number): void {
    if (this.scheduled.length === 0) return;
    this.refuseWhileAsking();
    this.asking = true;
    try {
      const next = this.scheduled.map(([key, value]) => [key, ...this.ask(key, value, t)] as const);
      for (const [key, value, factor] of next) this.change(key, value, factor);
    } finally {
      this.asking = false;
    }
  }

  /** Throws a ThalwegError where a schedule is being asked for its value. */
  private refuseWhileAsking(): void {
    if (this.asking) throw changedByItsSchedule(this.owner);
  }

  /** The value of a schedule or function at step `t`, and its factor. */
  private ask(key: string, value: Exclude<HyperValue, number>, t: number): [value: number, factor: number] {
    const now = numberAt(value, t);
    const range = this.range(key);
    if (!range.contains(now)) {
      throw new OptionError(
        this.owner,
        key,
        now,
        `must lie in ${range.text}, and its schedule gives ${describe(now)} at step ${String(t)}`,
      );
    }
    return [now, this.followed.has(key) ? this.factor(key, value, now, t) : 1];
  }

  /** A schedule's value at step `t` over its peak; 0 for one that is always 0. */
  private factor(key: string, value: Exclude<HyperValue, number>, now: number, t: number): number {
    const base = typeof value === 'function' ? NaN : value.base;
    if (now === 0) return 0;
    if (base > 0) return now / base;
    const problem = `is ${String(now)} at step ${String(t)} and ${String(base)} at its peak, by which decay: 'independent' divides`;
    throw new OptionError(this.owner, key, value, problem);
  }

  private change(key: string, given: number, factor: number): void {
    const value = this.guards.has(key) ? Math.max(given === 0 ? leastGuard : given, this.least) : given;
    if (!Object.is(this.values.get(key), value) || !Object.is(this.factors.get(key), factor)) this.version += 1;
    this.values.set(key, value);
    this.factors.set(key, factor);
  }
}

/** The hyperparameters of which the equations read the schedule's factor. */
export function followedBy(program: Program): Set<string> {
  const factors = topological(program.writes.values()).filter(({ op }) => op === 'factor');
  return new Set(factors.map(({ attribute }) => String(attribute)));
}
