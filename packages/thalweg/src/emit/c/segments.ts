/**
 * A step as segments that each loop over the tensors: a segment has everything that can be done tensor by tensor before a sum over several tensors must be
 * complete. Knows the order of a step; writes nothing.
 */
import { isReduction, scopeOf, type Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import type { Pass } from '../../plan/passes.ts';
import type { Plan, RoutineCall, ScalarSlot } from '../../plan/plan.ts';
import { stepPlan } from '../../plan/step.ts';

/** What is done with one tensor. */
export type TensorOp =
  | { readonly op: 'number'; readonly slot: ScalarSlot }
  | { readonly op: 'routine'; readonly call: RoutineCall }
  | { readonly op: 'pass'; readonly pass: Pass }
  | { readonly op: 'keep'; readonly writes: readonly (readonly [state: Variable, node: Node])[] };

/** Numbers that all tensors share, and then what is done with each tensor, by the program that it has. */
export interface Segment {
  readonly slots: readonly ScalarSlot[];
  readonly each: readonly (readonly TensorOp[])[];
}

/** The segments of a step, and the states that all tensors share with their values after it. */
export interface SegmentedStep {
  readonly segments: readonly Segment[];
  readonly writes: ReadonlyMap<Variable, Node>;
}

/** The segments of a step of tensors with these plans. `isOfTensor` says which states each tensor has its own of. */
export function segmentsOf(plans: readonly Plan[], isOfTensor: (state: Variable) => boolean): SegmentedStep {
  const begun = (): { slots: ScalarSlot[]; each: TensorOp[][] } => ({ slots: [], each: plans.map(() => []) });
  const segments = [begun()];
  /** Sums that the tensors of this segment are added to. */
  const open = new Set<Node>();
  const after = (nodes: readonly Node[]): { slots: ScalarSlot[]; each: TensorOp[][] } => {
    if (nodes.some((node) => open.has(node))) {
      segments.push(begun());
      open.clear();
    }
    return segments.at(-1)!;
  };
  const writes = new Map<Variable, Node>();
  for (const one of stepPlan(plans.map((plan) => ({ plan, group: 0, sparse: false }))).ops) {
    switch (one.op) {
      case 'decide':
      case 'scalars':
        for (const slot of one.slots) {
          if (isReduction(slot.node)) continue;
          const here = after(slot.node.operands);
          if (slot.kind === 'tensor') here.each[one.cohort]!.push({ op: 'number', slot });
          else here.slots.push(slot);
        }
        break;
      case 'routine':
        after(one.call.scalars).each[one.cohort]!.push({ op: 'routine', call: one.call });
        break;
      case 'pass':
        after(one.pass.scalars).each[one.cohort]!.push({ op: 'pass', pass: one.pass });
        for (const sum of one.pass.sums) if (scopeOf(sum) !== 'tensor') open.add(sum);
        break;
      case 'commit': {
        const own = [...one.writes].filter(([state]) => isOfTensor(state));
        if (own.length > 0) after(own.map(([, node]) => node)).each[one.cohort]!.push({ op: 'keep', writes: own });
        for (const [state, node] of one.writes) if (!isOfTensor(state)) writes.set(state, node);
        break;
      }
      default:
        break;
    }
  }
  return { segments, writes };
}
