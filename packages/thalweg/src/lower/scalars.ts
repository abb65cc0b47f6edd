/**
 * Scalars to closures. Each scalar of a plan gets a place in one Float64Array and a closure that fills it from others, so that a step
 * walks a flat list and no tree. Pure: reads and writes only the array it is given.
 */
import type { Node } from '../language/graph.ts';
import { elementOps, isElementOp } from '../language/op.ts';
import { normalRange, type DType } from '../plan/dtype.ts';
import type { ScalarSlot } from '../plan/plan.ts';

/** Computes one scalar from others in the array. */
export type ScalarStep = (values: Float64Array) => void;

/** A list of scalars with their places; leaves and sums are filled in by whoever runs it. */
export interface ScalarProgram {
  readonly slots: readonly ScalarSlot[];
  readonly place: ReadonlyMap<Node, number>;
  /** The steps of the slots that `choose` accepts, in order; leaves and sums have none. */
  steps(choose: (slot: ScalarSlot) => boolean): ScalarStep[];
}

/** Compiles the scalars of a plan. */
export function compileScalars(slots: readonly ScalarSlot[]): ScalarProgram {
  const place = new Map(slots.map(({ node }, i) => [node, i]));
  const compiled = slots.map(({ node }) => compileStep(node, place));
  return {
    slots,
    place,
    steps: (choose) => compiled.filter((step, i): step is ScalarStep => step !== undefined && choose(slots[i]!)),
  };
}

function compileStep(node: Node, place: ReadonlyMap<Node, number>): ScalarStep | undefined {
  const out = place.get(node) ?? 0;
  const [a = 0, b = 0, c = 0] = node.operands.map((operand) => place.get(operand) ?? 0);
  if (node.op === 'const') {
    const value = Number(node.attribute);
    return (v) => void (v[out] = value);
  }
  if (node.op === 'normal') {
    const [low, high] = normalRange[node.attribute as DType];
    return (v) => void (v[out] = Math.abs(v[a]!) >= low && Math.abs(v[a]!) <= high ? 1 : 0);
  }
  if (node.op === 'compow') return (v) => void (v[out] = complementOfPower(v[a]!, v[b]!));
  if (!isElementOp(node.op)) return undefined;
  switch (node.op) {
    case 'add':
      return (v) => void (v[out] = v[a]! + v[b]!);
    case 'sub':
      return (v) => void (v[out] = v[a]! - v[b]!);
    case 'mul':
      return (v) => void (v[out] = v[a]! * v[b]!);
    case 'div':
      return (v) => void (v[out] = v[a]! / v[b]!);
    default: {
      const { apply } = elementOps[node.op];
      return (v) => void (v[out] = apply(v[a]!, v[b]!, v[c]!));
    }
  }
}

/** 1 − bᵗ; subtracting would cancel for b near 1. */
function complementOfPower(b: number, t: number): number {
  return b > 0 ? -Math.expm1(t * Math.log(b)) : 1 - b ** t;
}
