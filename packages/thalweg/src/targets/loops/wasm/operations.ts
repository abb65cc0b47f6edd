/**
 * Operations on elements in WebAssembly. Those that every target has are instructions on the kernel's vectors. An algorithm is hundreds of them: a kernel
 * with few has them in its loop, which takes half the time, since their constants stay where they are; one with many calls functions, of which the
 * module has one for each operation.
 */
import { inFloat32, inFloat64 } from '../../../language/operations/algorithms.ts';
import { elements, type ElementOp } from '../../../language/operations/elements.ts';
import type { Compute } from '../../../language/operations/operation.ts';
import type { Kernel } from '../../../plan/kernel.ts';
import { doubles, own, singles, store, upperHalf, type Parts } from './arithmetic.ts';
import { Code } from './assembler/code.ts';

/** So many algorithms of a kernel are in its loop. */
const mostInlined = 8;

type Algorithm = Exclude<Compute, { readonly in: 'own' }>;

/** Whether an operation is an algorithm of ours. */
function isAlgorithm(op: ElementOp): boolean {
  return elements[op].compute.in !== 'own';
}

/** Emits the operations of a kernel. */
export class OperationEmitter {
  private readonly code: Code;
  private readonly wide: boolean;
  private readonly inlined: boolean;
  private readonly functions = new Map<ElementOp, Code>();
  private readonly own;

  /** `isZero` tells which locals hold +0. */
  constructor(code: Code, kernel: Kernel, isZero: (local: number) => boolean) {
    this.code = code;
    this.wide = kernel.dtype === 'float64';
    this.inlined = kernel.code.filter((one) => 'operands' in one && !('sum' in one) && isAlgorithm(one.op)).length <= mostInlined;
    this.own = own(code, this.wide, isZero);
  }

  /** The functions that the module needs besides, in the order in which they are called by number, from 1 on. */
  get helpers(): readonly Code[] {
    return [...this.functions.values()];
  }

  /** Emits an operation on locals that hold vectors; returns the local that holds the result. */
  emit(op: ElementOp, operands: readonly number[]): number {
    const { compute } = elements[op];
    if (compute.in === 'own') {
      const [a = [], b = [], c = []] = operands.map((operand): Parts => [operand]);
      return compute.over(this.own, a, b, c)[0]!;
    }
    if (this.inlined) return algorithm(this.code, compute, operands, this.wide);
    const helper = this.functions.get(op) ?? new Code(operands.length);
    if (!this.functions.has(op)) helper.get(algorithm(helper, compute, [...operands.keys()], this.wide));
    this.functions.set(op, helper);
    for (const operand of operands) this.code.get(operand);
    this.code.call(1 + [...this.functions.keys()].indexOf(op));
    return store(this.code);
  }
}

/** Emits an algorithm on vectors of the kernel's type. One in float64 widens a vector of float32 into two halves, and rounds once at its end. */
function algorithm(code: Code, compute: Algorithm, operands: readonly number[], wide: boolean): number {
  if (compute.in === 'float32') {
    const [x = []] = operands.map((operand): Parts => [operand]);
    return inFloat32[compute.by](singles(code), x)[0]!;
  }
  const [x = [], y = []] = operands.map((operand): Parts => (wide ? [operand] : [widened(code, operand, 0), widened(code, operand, 1)]));
  const result = inFloat64[compute.by](doubles(code), x, y);
  if (wide) return result[0]!;
  for (const half of result) code.get(half).op('f32x4.demote_f64x2_zero');
  code.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  return store(code);
}

/** A half of a vector in float64, in a new local. */
function widened(code: Code, operand: number, half: number): number {
  code.get(operand);
  if (half === 1) code.get(operand).shuffle(upperHalf);
  code.op('f64x2.promote_low_f32x4');
  return store(code);
}
