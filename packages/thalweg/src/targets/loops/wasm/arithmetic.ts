/**
 * Abstract arithmetic in WebAssembly: each operation is emitted on vectors in locals, its result in a new local. One for the vectors of a kernel's own
 * type, and two for the algorithms: in float64, where a vector of float32 is two of float64, and in float32. Knows instructions and no operation.
 */
import type { Arithmetic, DoubleArithmetic, SingleArithmetic } from '../../../language/operations/arithmetic.ts';
import { arithmetic, guessBits, third } from '../../../language/operations/arithmetic.ts';
import type { Code, PlainInstruction } from './assembler/code.ts';

/** A shuffle that brings the upper half of a vector into the lower, for widening. */
export const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** Locals that hold what becomes of one vector: two of float64 for one of float32, computed in turns, so that neither waits for the other. */
export type Parts = readonly number[];

/** Pops a vector into a new local. */
export function store(code: Code): number {
  const local = code.local('v128');
  code.set(local);
  return local;
}

/** Emits an instruction for each part. A constant is one for all parts. */
export function each(code: Code, operands: readonly Parts[], emit: () => void): Parts {
  return Array.from({ length: Math.max(...operands.map(({ length }) => length)) }, (_, i) => {
    for (const operand of operands) code.get(operand[i] ?? operand[0] ?? 0);
    emit();
    return store(code);
  });
}

/** The operations of every target, on vectors of float64 or of float32. */
function basic(code: Code, wide: boolean): Arithmetic<Parts> {
  const type = wide ? 'f64x2' : 'f32x4';
  const special: Pick<Arithmetic<Parts>, 'constant' | 'sign' | 'select'> = {
    constant: (value) => {
      code[type](value);
      return [store(code)];
    },
    // The sign's bit and, where a is not zero, 1; all ones where a is NaN.
    sign: (a) =>
      a.map((x) => {
        code.get(x)[type](-0).op('v128.and');
        code.get(x)[type](0).op(`${type}.ne`)[type](1).op('v128.and', 'v128.or');
        code.get(x).get(x).op(`${type}.ne`, 'v128.or');
        return store(code);
      }),
    select: (condition, a, b) => each(code, [a, b, condition], () => code.op('v128.bitselect')),
  };
  return arithmetic(
    special,
    (op) =>
      (...operands) =>
        each(code, operands, () => code.op(`${type}.${op}`)),
  );
}

/**
 * The arithmetic of a kernel's own type. `isZero` tells the locals that hold +0, whose bits need no choosing; and one that is chosen by comparing it
 * with the other is one instruction.
 */
export function own(code: Code, wide: boolean, isZero: (local: number) => boolean): Arithmetic<Parts> {
  const f = basic(code, wide);
  const type = wide ? 'f64x2' : 'f32x4';
  /** The operands of comparisons, by the local that holds the outcome. */
  const compared = new Map<number, readonly [less: number | undefined, more: number | undefined]>();
  return {
    ...f,
    lt: (a, b) => {
      const outcome = f.lt(a, b);
      compared.set(outcome[0]!, [a[0], b[0]]);
      return outcome;
    },
    select: (condition, a, b) => {
      const [less, more] = compared.get(condition[0]!) ?? [];
      if (less === a[0] && more === b[0]) return each(code, [b, a], () => code.op(`${type}.pmin`));
      if (less === b[0] && more === a[0]) return each(code, [b, a], () => code.op(`${type}.pmax`));
      if (isZero(a[0]!)) return each(code, [b, condition], () => code.op('v128.andnot'));
      return f.select(condition, a, b);
    },
  };
}

/** For algorithms in float32. */
export function singles(code: Code): SingleArithmetic<Parts> {
  return {
    ...basic(code, false),
    unless: ([condition = 0], [a = 0], otherwise) => {
      const out = store(code.get(a));
      code.get(condition).op('i32x4.all_true', 'i32.eqz');
      code.if(() => {
        const [b = 0] = otherwise();
        code.get(a).get(b).get(condition).op('v128.bitselect').set(out);
      });
      return [out];
    },
    guess: ([x = 0]) => {
      code.i32x4(guessBits).get(x);
      code.i32x4(-third << 16).op('i32x4.dot_i16x8_s', 'i32x4.add');
      return [store(code)];
    },
  };
}

/** For algorithms in float64. */
export function doubles(code: Code): DoubleArithmetic<Parts> {
  const f = basic(code, true);
  const constant = (value: number): Parts => f.constant(value);
  const emit = (op: PlainInstruction, ...operands: Parts[]): Parts => each(code, operands, () => code.op(op));
  const pattern = (hex: bigint): Parts => {
    const bytes = [...new Uint8Array(BigUint64Array.of(hex).buffer)];
    code.v128([...bytes, ...bytes]);
    return [store(code)];
  };
  const shifted = (x: Parts, by: number, op: 'i64x2.shl' | 'i64x2.shr_u'): Parts => each(code, [x], () => code.i32(by).op(op));
  return {
    ...f,
    nearest: (a) => emit('f64x2.nearest', a),
    // Adding 1.5·2⁵² leaves the whole number in the low bits, from where it moves into the exponent.
    power2: (n) => shifted(emit('f64x2.add', n, constant(1.5 * 2 ** 52 + 1023)), 52, 'i64x2.shl'),
    exponent: (x) => {
      const raw = emit('v128.and', shifted(x, 52, 'i64x2.shr_u'), pattern(0x7ffn));
      const whole = emit('v128.or', raw, constant(2 ** 52));
      return emit('f64x2.sub', whole, constant(2 ** 52 + 1023));
    },
    mantissa: (x) => emit('v128.or', emit('v128.and', x, pattern(0xfffffffffffffn)), pattern(0x3ff0000000000000n)),
  };
}
