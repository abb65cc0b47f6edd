/**
 * Scalars to closures. Each scalar of a plan gets a place in one Float64Array and a closure that fills it from others, so that a step
 * walks a flat list and no tree. Pure: reads and writes only the array it is given.
 */
import type { Node } from '../../language/graph.ts';
import { elements } from '../../language/operations/elements.ts';
import { isNormal } from '../../plan/dtype.ts';
import type { ScalarSlot } from '../../plan/plan.ts';
import { visitScalar, type ScalarVisitor } from '../../plan/scalar.ts';

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
  const compiled = slots.map(({ node }) => visitScalar(node, closures(place.get(node) ?? 0, perTensor.has(node) ? tensors : 1), placeOf));
  return {
    slots,
    place,
    size,
    steps: (choose) => compiled.filter((step, i): step is ScalarStep => step !== undefined && choose(slots[i]!)),
  };
}

/**
 * Makes the closure that computes a node's `count` numbers from `out` on; undefined for leaves and sums. The commonest operations are spelled out: a loop
 * that calls a function it does not know makes an object of every number.
 */
function closures(out: number, count: number): ScalarVisitor<Place, ScalarStep | undefined> {
  return {
    leaf: () => undefined,
    constant: (value) => (v) => void v.fill(value, out, out + count),
    normal:
      ({ at: a, next: p }, dtype) =>
      (v) => {
        for (let j = 0; j < count; j++) v[out + j] = Number(isNormal(v[a + j * p]!, dtype));
      },
    compow: ({ at: a, next: p }, { at: b, next: q }) => {
      // The logarithm is taken anew only where the base changes.
      let [last, log] = [1, 0];
      return (v) => {
        for (let j = 0; j < count; j++) {
          const base = v[a + j * p]!;
          const t = v[b + j * q]!;
          if (base !== last) [last, log] = [base, Math.log(base)];
          v[out + j] = base > 0 ? -Math.expm1(t * log) : 1 - base ** t;
        }
      };
    },
    operation: (op, operands) => {
      const none: Place = { at: 0, next: 0 };
      const [{ at: a, next: p } = none, { at: b, next: q } = none, { at: c, next: r } = none] = operands;
      switch (op) {
        case 'add':
          return (v) => {
            for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! + v[b + j * q]!;
          };
        case 'sub':
          return (v) => {
            for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! - v[b + j * q]!;
          };
        case 'mul':
          return (v) => {
            for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! * v[b + j * q]!;
          };
        case 'div':
          return (v) => {
            for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! / v[b + j * q]!;
          };
        case 'floor':
          return (v) => {
            for (let j = 0; j < count; j++) v[out + j] = Math.floor(v[a + j * p]!);
          };
        case 'eq':
          return (v) => {
            for (let j = 0; j < count; j++) v[out + j] = Number(v[a + j * p] === v[b + j * q]);
          };
        default: {
          const { value } = elements[op];
          return (v) => {
            for (let j = 0; j < count; j++) v[out + j] = value(v[a + j * p]!, v[b + j * q]!, v[c + j * r]!);
          };
        }
      }
    },
  };
}
