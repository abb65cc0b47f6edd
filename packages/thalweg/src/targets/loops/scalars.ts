/**
 * Scalars to code: each scalar of a plan gets a place in one Float64Array, and those that are computed together become one list of numbers that a
 * single loop reads: what to do, where the result goes, where the operands lie. A step of a small model takes as long as its scalars, and a call
 * of a function for each would be half of it. Pure: reads and writes only the array it is given.
 */
import type { Node } from '../../language/graph.ts';
import { elements, type ElementOp } from '../../language/operations/elements.ts';
import { normalRange, type DType } from '../../plan/dtype.ts';
import type { ScalarSlot } from '../../plan/plan.ts';
import { visitScalar, type ScalarVisitor } from '../../plan/scalar.ts';

/** Computes some scalars from others in the array. */
export type ScalarStep = (values: Float64Array) => void;

/** A list of scalars with their places; leaves and sums are filled in by whoever runs it. */
export interface ScalarProgram {
  readonly place: ReadonlyMap<Node, number>;
  /** Numbers in the array that the steps work on. */
  readonly size: number;
  /** Computes the slots that `choose` accepts, in order, but for leaves and sums. */
  readonly step: (choose: (slot: ScalarSlot) => boolean) => ScalarStep;
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
  return {
    place,
    size,
    step: (choose) => {
      const [single, wide] = [new ScalarCode(), new ScalarCode()];
      for (const slot of slots) {
        // A scalar of one tensor alone is one like any other.
        if (choose(slot)) (perTensor.has(slot.node) && tensors > 1 ? wide : single).append(slot.node, placeOf);
      }
      const [one, each] = [single.finish(), wide.finish()];
      if (each.code.length === 0) {
        return (values) => {
          runSingle(one, values);
        };
      }
      return (values) => {
        runSingle(one, values);
        runWide(each, values, tensors);
      };
    },
  };
}

/**
 * Operations on numbers that have a case of their own in the loops below, by the number of the case; any other is a function of three numbers. The
 * loops have the numbers written out, for a table of jumps.
 */
const own: Readonly<Partial<Record<ElementOp, number>>> = { add: 1, sub: 2, mul: 3, div: 4, floor: 5, eq: 6 };

type Apply = (a: number, b: number, c: number) => number;

/** What a loop below reads. */
interface Code {
  /** Of each instruction the operation, where its result goes, where its three operands lie, and the first number that it keeps. */
  readonly code: Int32Array;
  /** Of each the way from an operand to the next tensor's, thrice: half as many numbers. */
  readonly ways: Int32Array;
  /** A constant; the least and the largest normal number; the last base and its logarithm. */
  readonly kept: Float64Array;
  /** Functions for the operations without a case, by the number that is kept. */
  readonly applied: readonly Apply[];
}

/** Numbers of an instruction. */
const words = 6;

/** Code under construction. */
class ScalarCode implements ScalarVisitor<Place, void> {
  private readonly code: number[] = [];
  private readonly ways: number[] = [];
  private readonly kept: number[] = [];
  private readonly applied: Apply[] = [];
  private out = 0;

  /** Appends what computes a node: nothing for what is given. */
  append(node: Node, placeOf: (node: Node) => Place): void {
    this.out = placeOf(node).at;
    visitScalar(node, this, placeOf);
  }

  leaf(): void {
    // Filled in by whoever runs the code.
  }

  constant(value: number): void {
    this.instruction(0, [], this.keep(value));
  }

  normal(x: Place, dtype: DType): void {
    this.instruction(7, [x], this.keep(...normalRange[dtype]));
  }

  compow(b: Place, t: Place): void {
    this.instruction(8, [b, t], this.keep(1, 0));
  }

  operation(op: ElementOp, operands: readonly Place[]): void {
    const known = own[op];
    if (known === undefined) this.instruction(9, operands, this.applied.push(elements[op].value) - 1);
    else this.instruction(known, operands, 0);
  }

  finish(): Code {
    const [code, ways, kept] = [Int32Array.from(this.code), Int32Array.from(this.ways), Float64Array.from(this.kept)];
    return { code, ways, kept, applied: this.applied };
  }

  private keep(...numbers: number[]): number {
    return this.kept.push(...numbers) - numbers.length;
  }

  private instruction(which: number, operands: readonly Place[], keeps: number): void {
    const three = [0, 1, 2].map((i) => operands[i] ?? { at: 0, next: 0 });
    this.code.push(which, this.out, ...three.map(({ at }) => at), keeps);
    this.ways.push(...three.map(({ next }) => next));
  }
}

/** Computes one number an instruction: no loop inside, which costs more than what it would loop over. */
function runSingle({ code, kept, applied }: Code, v: Float64Array): void {
  for (let i = 0; i < code.length; i += words) {
    const out = code[i + 1]!;
    const a = code[i + 2]!;
    const b = code[i + 3]!;
    const keeps = code[i + 5]!;
    switch (code[i]) {
      case 0: // const
        v[out] = kept[keeps]!;
        break;
      case 1: // add
        v[out] = v[a]! + v[b]!;
        break;
      case 2: // sub
        v[out] = v[a]! - v[b]!;
        break;
      case 3: // mul
        v[out] = v[a]! * v[b]!;
        break;
      case 4: // div
        v[out] = v[a]! / v[b]!;
        break;
      case 5: // floor
        v[out] = Math.floor(v[a]!);
        break;
      case 6: // eq
        v[out] = v[a] === v[b] ? 1 : 0;
        break;
      case 7: // normal
        v[out] = isBetween(Math.abs(v[a]!), kept[keeps]!, kept[keeps + 1]!);
        break;
      case 8: // compow
        v[out] = compow(v[a]!, v[b]!, kept, keeps);
        break;
      default:
        v[out] = applied[keeps]!(v[a]!, v[b]!, v[code[i + 4]!]!);
    }
  }
}

/** Computes `count` numbers an instruction, one for each tensor. */
function runWide({ code, ways, kept, applied }: Code, v: Float64Array, count: number): void {
  for (let i = 0; i < code.length; i += words) {
    const out = code[i + 1]!;
    const a = code[i + 2]!;
    const b = code[i + 3]!;
    const keeps = code[i + 5]!;
    const p = ways[i / 2]!;
    const q = ways[i / 2 + 1]!;
    switch (code[i]) {
      case 0: // const
        for (let j = 0; j < count; j++) v[out + j] = kept[keeps]!;
        break;
      case 1: // add
        for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! + v[b + j * q]!;
        break;
      case 2: // sub
        for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! - v[b + j * q]!;
        break;
      case 3: // mul
        for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! * v[b + j * q]!;
        break;
      case 4: // div
        for (let j = 0; j < count; j++) v[out + j] = v[a + j * p]! / v[b + j * q]!;
        break;
      case 5: // floor
        for (let j = 0; j < count; j++) v[out + j] = Math.floor(v[a + j * p]!);
        break;
      case 6: // eq
        for (let j = 0; j < count; j++) v[out + j] = v[a + j * p] === v[b + j * q] ? 1 : 0;
        break;
      case 7: // normal
        for (let j = 0; j < count; j++) v[out + j] = isBetween(Math.abs(v[a + j * p]!), kept[keeps]!, kept[keeps + 1]!);
        break;
      case 8: // compow
        for (let j = 0; j < count; j++) v[out + j] = compow(v[a + j * p]!, v[b + j * q]!, kept, keeps);
        break;
      default: {
        // a function
        const apply = applied[keeps]!;
        const c = code[i + 4]!;
        const r = ways[i / 2 + 2]!;
        for (let j = 0; j < count; j++) v[out + j] = apply(v[a + j * p]!, v[b + j * q]!, v[c + j * r]!);
      }
    }
  }
}

function isBetween(x: number, low: number, high: number): 0 | 1 {
  return x >= low && x <= high ? 1 : 0;
}

/** Below this, eˣ is less than half the distance from 1 to the next smaller number, so that 1 − eˣ rounds to 1. */
const allGone = -40;

/** 1 − bᵗ. The logarithm is taken anew only where b changes. */
function compow(base: number, t: number, kept: Float64Array, keeps: number): number {
  if (base !== kept[keeps]) {
    kept[keeps] = base;
    kept[keeps + 1] = Math.log(base);
  }
  if (!(base > 0)) return 1 - base ** t;
  const exponent = t * kept[keeps + 1]!;
  return exponent < allGone ? 1 : -Math.expm1(exponent);
}
