/**
 * Scalars to closures. Each scalar of a plan gets a place in one Float64Array and a closure that fills it from others, so that a step
 * walks a flat list and no tree. Pure: reads and writes only the array it is given.
 */
import type { Node } from '../language/graph.ts';
import { elementOps, isElementOp } from '../language/op.ts';
import { isNormal, type DType } from '../plan/dtype.ts';
import type { ScalarSlot } from '../plan/plan.ts';

/** Computes one scalar from others in the array. */
export type ScalarStep = (values: Float64Array) => void;

/** A list of scalars with their places; leaves and sums are filled in by whoever runs it. */
export interface ScalarProgram {
  readonly slots: readonly ScalarSlot[];
  readonly place: ReadonlyMap<Node, number>;
  /** Numbers in the array that the steps work on. */
  readonly size: number;
  /** The steps of the slots that `choose` accepts, in order; leaves and sums have none. */
  steps(choose: (slot: ScalarSlot) => boolean): ScalarStep[];
}

/** Where a scalar lies: its first number, and the way to the next tensor's, 0 where all tensors have one. */
export interface Place {
  readonly at: number;
  readonly next: 0 | 1;
}

/** Compiles the scalars of a plan. One that exists per tensor takes `tensors` numbers, one after the other; any other takes one. */
export function compileScalars(slots: readonly ScalarSlot[], tensors = 1): ScalarProgram {
  const place = new Map<Node, number>();
  let size = 0;
  const perTensor = new Set<Node>();
  for (const { node, kind } of slots) {
    place.set(node, size);
    if (kind === 'tensor') perTensor.add(node);
    size += kind === 'tensor' ? tensors : 1;
  }
  const placeOf = (node: Node): Place => ({ at: place.get(node) ?? 0, next: perTensor.has(node) ? 1 : 0 });
  const compiled = slots.map(({ node }) => (perTensor.has(node) ? compileColumn(node, placeOf, tensors) : compileStep(node, placeOf)));
  return {
    slots,
    place,
    size,
    steps: (choose) => compiled.filter((step, i): step is ScalarStep => step !== undefined && choose(slots[i]!)),
  };
}

/** What a node computes from its operands; undefined for leaves and sums. */
function meaning(node: Node): ((a: number, b: number, c: number) => number) | undefined {
  if (node.op === 'const') {
    const value = Number(node.attribute);
    return () => value;
  }
  if (node.op === 'normal') {
    const dtype = node.attribute as DType;
    return (a) => (isNormal(a, dtype) ? 1 : 0);
  }
  if (node.op === 'compow') return complementOfPower();
  return isElementOp(node.op) ? elementOps[node.op] : undefined;
}

function compileStep(node: Node, placeOf: (node: Node) => Place): ScalarStep | undefined {
  const out = placeOf(node).at;
  const [a = 0, b = 0, c = 0] = node.operands.map((operand) => placeOf(operand).at);
  // The commonest are spelled out, which saves a call in each step.
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
      const apply = meaning(node);
      return apply && ((v) => void (v[out] = apply(v[a]!, v[b]!, v[c]!)));
    }
  }
}

/** The same for a scalar of each tensor, over all tensors. */
function compileColumn(node: Node, placeOf: (node: Node) => Place, tensors: number): ScalarStep | undefined {
  const { at: out } = placeOf(node);
  const none: Place = { at: 0, next: 0 };
  const [a = none, b = none, c = none] = node.operands.map(placeOf);
  const apply = meaning(node);
  return (
    apply &&
    ((v) => {
      for (let j = 0; j < tensors; j++) v[out + j] = apply(v[a.at + j * a.next]!, v[b.at + j * b.next]!, v[c.at + j * c.next]!);
    })
  );
}

/** 1 − bᵗ; subtracting would cancel for b near 1. The logarithm is taken anew only where b changes. */
function complementOfPower(): (b: number, t: number) => number {
  let base = 1;
  let log = 0;
  return (b, t) => {
    if (!(b > 0)) return 1 - b ** t;
    if (b !== base) [base, log] = [b, Math.log(b)];
    return -Math.expm1(t * log);
  };
}
