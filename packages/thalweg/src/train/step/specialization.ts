/**
 * The plan of a cohort for one outcome of its host conditions, bound to its arrays: a place for each scalar in one Float64Array, the programs that compute
 * them level by level, and the compiled passes and routines. Knows no other cohort, and no order.
 */
import type { Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import type { Pass } from '../../plan/passes.ts';
import type { Plan, RoutineCall } from '../../plan/plan.ts';
import { compileScalars, type Place, type ScalarStep } from '../../targets/loops/scalars.ts';
import type { Arena } from '../../device/arena.ts';
import type { Active, Device, Launch, RoutineLaunch } from '../../device/device.ts';
import { Leaves, type StepContext } from './leaves.ts';

/** A plan bound to arrays. */
export class Specialization {
  readonly plan: Plan;
  /** The outcomes of the host conditions that it is for, one bit each. */
  readonly outcome: number;
  /** The scalars of the step by place. */
  readonly values: Float64Array;
  private readonly arena: Arena;
  private readonly leaves: Leaves;
  private readonly places: ReadonlyMap<Node, Place>;
  private readonly launches: ReadonlyMap<Pass, Launch>;
  private readonly routines: ReadonlyMap<RoutineCall, RoutineLaunch>;
  private readonly fixed: ScalarStep;
  private readonly first: ScalarStep;
  private readonly levels: readonly ScalarStep[];
  /** Whether scalars of tensors need no array. */
  private readonly perTensor: boolean;
  private readonly conditions: readonly number[];
  private readonly kept: ReadonlyMap<Variable, Place>;
  private hyperVersion = -1;

  constructor(plan: Plan, outcome: number, arena: Arena, device: Device) {
    [this.plan, this.outcome, this.arena] = [plan, outcome, arena];
    const scalars = compileScalars(plan.scalars, arena.tensors.length);
    this.values = new Float64Array(scalars.size);
    const at = (node: Node): number => scalars.place.get(node) ?? 0;
    this.places = new Map(plan.scalars.map(({ node, kind }) => [node, { at: at(node), next: kind === 'tensor' ? 1 : 0 }]));
    const placeOf = (node: Node): Place => this.place(node);
    this.leaves = new Leaves(plan.scalars, scalars.place);
    this.launches = new Map(plan.passes.map((pass) => [pass, device.compile(pass, arena, placeOf)]));
    this.routines = new Map(plan.routines.map((call) => [call, device.compileRoutine(call, arena, placeOf)]));
    const levels = 1 + plan.scalars.reduce((most, { level }) => Math.max(most, level), 0);
    this.fixed = scalars.step((slot) => slot.fixed);
    this.first = scalars.step((slot) => !slot.fixed && slot.level === 0 && slot.kind !== 'tensor');
    // Slots of a level stand in the order of their kinds, those of each tensor last.
    this.levels = Array.from({ length: levels }, (_, level) =>
      scalars.step((slot) => !slot.fixed && slot.level === level && (level > 0 || slot.kind === 'tensor')),
    );
    this.perTensor = plan.scalars.some(({ level, kind }) => level === 0 && kind === 'tensor');
    this.conditions = plan.conditions.map(at);
    this.kept = new Map([...plan.scalarWrites].map(([state, node]) => [state, placeOf(node)]));
  }

  /** Computes the scalars that need no array. Returns the outcomes of the host conditions. */
  decide(context: StepContext): number {
    const { values, conditions, leaves } = this;
    leaves.fill(values, context);
    if (this.hyperVersion !== context.hyperVersion) {
      leaves.fillHyper(values, context);
      this.fixed(values);
      this.hyperVersion = context.hyperVersion;
    }
    this.first(values);
    if (this.perTensor) {
      leaves.fillTensors(values, context, this.arena.tensors);
      this.compute(0);
    }
    let outcome = 0;
    for (let i = 0; i < conditions.length; i++) outcome |= (values[conditions[i]!] === 0 ? 0 : 1) << i;
    return outcome;
  }

  /** Computes the scalars of a level. */
  compute(level: number): void {
    this.levels[level]?.(this.values);
  }

  /** Where a scalar lies. */
  place(node: Node): Place {
    const place = this.places.get(node);
    if (place === undefined) throw new RangeError(`${node.op} is no scalar of the plan`);
    return place;
  }

  /** A pass of the plan, ready to run. */
  launch(pass: Pass): Launch {
    return found(this.launches.get(pass), 'pass');
  }

  /** A routine of the plan, ready to run. */
  routine(call: RoutineCall): RoutineLaunch {
    return found(this.routines.get(call), 'routine');
  }

  /** A scalar that the step computed, of tensor `j`. */
  told(measure: Variable, j: number): number | undefined {
    const place = this.kept.get(measure);
    return place === undefined ? undefined : this.values[place.at + j * place.next];
  }

  /** Keeps the scalar states, of the active tensors where there is one for each. */
  commit({ scalarStates }: StepContext, active: Active): void {
    for (const [state, place] of this.kept) {
      const numbers = scalarStates.get(state) ?? [];
      for (let j = 0; j < numbers.length; j++) {
        const held = numbers.length > 1 && active !== undefined && active[j] !== true;
        if (!held) numbers[j] = this.values[place.at + j * place.next]!;
      }
    }
  }
}

function found<T>(made: T | undefined, what: string): T {
  if (made === undefined) throw new RangeError(`this is no ${what} of the plan`);
  return made;
}
