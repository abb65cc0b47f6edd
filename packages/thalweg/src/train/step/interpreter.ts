/**
 * Runs steps: interprets the order from `plan/step.ts` on the device of each cohort. In each step, the host conditions select the plan of each cohort; the
 * list of operations is bound once for each combination that occurs. Knows nothing of users.
 */
import { opening, stepPlan, type SharedSum, type StepOp, type StepOptions } from '../../plan/step.ts';
import type { Active } from '../../device/device.ts';
import type { StepContext } from './leaves.ts';
import type { Specialization } from './specialization.ts';
import type { Stepper } from './stepper.ts';

/** A cohort in a step: its program on its arrays, the group whose sums it shares, and what the next step is to know. */
export interface SteppedCohort {
  readonly stepper: Stepper;
  readonly group: number;
  /** Which tensors are stepped; undefined for all. */
  readonly active: Active;
  readonly context: StepContext;
}

/** What an optimizer does besides computing, by the operation that asks for it; what is left out is in no plan. */
export interface Services {
  readonly mean?: (() => void) | undefined;
  readonly observe?: (() => void) | undefined;
  readonly watch?: (() => void) | undefined;
  /** For cohorts of tables. */
  readonly gather?: (cohort: number) => void;
  readonly scatter?: (cohort: number) => void;
}

/** Does an operation. Returns false where the step must end there. */
type Action = () => boolean;

/** The operations of a step behind the decisions, for these plans of the cohorts: up to where it is taken, and what follows. */
interface Bound {
  readonly specializations: readonly Specialization[];
  readonly step: readonly Action[];
  readonly afterwards: readonly Action[];
}

/** More combinations of plans than this are not kept. */
const mostKept = 64;

/** Steps cohorts together. */
export class Interpreter {
  private readonly cohorts: readonly SteppedCohort[];
  private readonly sparse: readonly boolean[];
  private readonly services: Services;
  private readonly options: StepOptions;
  private readonly opening: readonly Action[];
  private bound: Bound | undefined;
  private kept: Bound[] = [];

  /** `sparse` tells which cohorts are gathered and scattered; none by default. */
  constructor(cohorts: readonly SteppedCohort[], services: Services = {}, sparse: readonly boolean[] = []) {
    [this.cohorts, this.services, this.sparse] = [cohorts, services, cohorts.map((_, i) => sparse[i] === true)];
    const { mean, observe, watch } = services;
    this.options = { accumulates: mean !== undefined, observes: observe !== undefined, watches: watch !== undefined };
    this.opening = opening(
      this.sparse.map((one) => ({ sparse: one })),
      this.options,
    ).map((op) => this.action(op, []));
  }

  /** Takes a step. Returns false, with nothing changed, where a gate found a gradient that is not finite. */
  run(): boolean {
    const { cohorts, bound } = this;
    for (const action of this.opening) action();
    let stands = bound !== undefined;
    for (let i = 0; i < cohorts.length; i++) {
      const { stepper, context } = cohorts[i]!;
      if (stepper.decide(context) !== bound?.specializations[i]) stands = false;
    }
    const { step } = stands && bound !== undefined ? bound : this.find();
    for (const action of step) if (!action()) return false;
    return true;
  }

  /** What follows a step that was taken. */
  afterwards(): void {
    for (const action of this.bound?.afterwards ?? []) action();
  }

  /** Whether these are the operations for the plans that the cohorts have decided on. */
  private isFor({ specializations }: Bound): boolean {
    const { cohorts } = this;
    for (let i = 0; i < cohorts.length; i++) if (cohorts[i]!.stepper.specialization !== specializations[i]) return false;
    return true;
  }

  /** The operations for the plans that the cohorts have decided on; binds them where this is the first time. */
  private find(): Bound {
    for (const known of this.kept) if (this.isFor(known)) return (this.bound = known);
    const made = this.bind(this.cohorts.map(({ stepper }) => stepper.specialization));
    // Those of memory that was given back must not hold it.
    const stands = (one: Bound): boolean => one.specializations.every((own, i) => this.cohorts[i]?.stepper.has(own));
    this.kept = [made, ...this.kept.filter(stands)].slice(0, mostKept);
    return (this.bound = made);
  }

  private bind(specializations: readonly Specialization[]): Bound {
    const { ops } = stepPlan(
      this.cohorts.map(({ group }, i) => ({ plan: specializations[i]!.plan, group, sparse: this.sparse[i] === true })),
      this.options,
    );
    const decided = ops.findLastIndex(({ op }) => op === 'decide') + 1;
    const isLate = ({ op }: StepOp): boolean => op === 'observe' || op === 'watch';
    const taken = ops.findIndex(isLate);
    const bound = (some: readonly StepOp[]): Action[] => some.map((op) => this.action(op, specializations));
    const end = taken < 0 ? ops.length : taken;
    return { specializations, step: bound(ops.slice(decided, end)), afterwards: bound(ops.slice(end)) };
  }

  /** What an operation does with these plans. */
  private action(one: StepOp, specializations: readonly Specialization[]): Action {
    const { services } = this;
    if (one.op === 'exchange') return exchange(one.sums, specializations);
    if (one.op === 'gather' || one.op === 'scatter') return () => (services[one.op]?.(one.cohort), true);
    if (!('cohort' in one)) return () => (services[one.op]?.(), true);
    const [own, cohort] = [specializations[one.cohort], this.cohorts[one.cohort]];
    if (own === undefined || cohort === undefined) throw new RangeError(`there is no cohort ${String(one.cohort)}`);
    const { values } = own;
    switch (one.op) {
      case 'decide':
        return () => (own.decide(cohort.context), true);
      case 'scalars':
        return () => (own.compute(one.level), true);
      case 'routine': {
        const routine = own.routine(one.call);
        return () => {
          const { active } = cohort;
          const count = cohort.stepper.arena.tensors.length;
          for (let j = 0; j < count; j++) if (active === undefined || active[j] === true) routine(values, j);
          return true;
        };
      }
      case 'pass': {
        const launch = own.launch(one.pass);
        const sums = one.pass.sums.length > 0;
        return () => {
          launch.run(values, cohort.context.t, cohort.active);
          if (sums) launch.read(values);
          return true;
        };
      }
      case 'gate': {
        const { at } = own.place(one.gate);
        return () => values[at] === 0;
      }
      case 'commit':
        return () => (own.commit(cohort.context, cohort.active), true);
    }
  }
}

/** Gives each cohort the totals of sums that it shares, added up in the order of the cohorts. */
function exchange(sums: readonly SharedSum[], specializations: readonly Specialization[]): Action {
  const places = sums.map(({ parts }) =>
    parts.flatMap(({ cohort, sum }) => {
      const own = specializations[cohort];
      return own === undefined ? [] : [{ values: own.values, at: own.place(sum).at }];
    }),
  );
  return () => {
    for (const parts of places) {
      let total = 0;
      for (const { values, at } of parts) total += values[at]!;
      for (const { values, at } of parts) values[at] = total;
    }
    return true;
  };
}
