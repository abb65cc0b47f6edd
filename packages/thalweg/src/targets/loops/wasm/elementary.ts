/**
 * exp, log, cos and pow in WebAssembly: the algorithms of `elementary.ts` over float64 vectors in locals. A float32 vector is widened
 * into two halves and rounded once at the end, as a store to a Float32Array does. Cube roots, of float32 alone, stay in float32.
 */
import type { Code, PlainInstruction } from './assembler/code.ts';
import type { Algorithm } from '../../../language/op.ts';
import { cbrt, cos, exp, guessBits, log, pow, third, type Arithmetic, type RootArithmetic } from '../elementary.ts';

/** A shuffle that brings the upper half of a vector into the lower, for widening. */
export const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

const inFloat64: Readonly<Record<Exclude<Algorithm, 'cbrt'>, (f: Arithmetic<Parts>, x: Parts, y: Parts) => Parts>> = { exp, log, cos, pow };

/** Pushes op of the operands, which are locals holding vectors of the kernel's type. */
export function emitElementary(code: Code, op: Algorithm, operands: readonly number[], wide: boolean): void {
  if (op === 'cbrt') {
    code.get(cbrt(roots(code), operands)[0] ?? 0);
    return;
  }
  const f = vectors(code);
  const [x = [], y = []] = operands.map((operand): Parts => (wide ? [operand] : [widened(code, operand, 0), widened(code, operand, 1)]));
  const result = inFloat64[op](f, x, y);
  for (const half of result) {
    code.get(half);
    if (!wide) code.op('f32x4.demote_f64x2_zero');
  }
  if (!wide) code.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

/** A half of a vector in float64, in a new local. */
function widened(code: Code, operand: number, half: number): number {
  code.get(operand);
  if (half === 1) code.get(operand).shuffle(upperHalf);
  code.op('f64x2.promote_low_f32x4');
  return store(code);
}

/** Pops a vector into a new local. */
export function store(code: Code): number {
  const local = code.local('v128');
  code.set(local);
  return local;
}

/** Locals that hold what becomes of one vector: two of float64 for one of float32, computed in turns, so that neither waits for the other. */
export type Parts = readonly number[];

/** Emits an instruction for each part. A constant is one for all parts. */
export function each(code: Code, operands: readonly Parts[], emit: () => void): Parts {
  return Array.from({ length: Math.max(...operands.map(({ length }) => length)) }, (_, i) => {
    for (const operand of operands) code.get(operand[i] ?? operand[0] ?? 0);
    emit();
    return store(code);
  });
}

/** What both arithmetics have. */
function basic(code: Code, wide: boolean): Omit<RootArithmetic<Parts>, 'unless' | 'guess'> {
  const type = wide ? 'f64x2' : 'f32x4';
  const apply = (op: PlainInstruction, ...operands: Parts[]): Parts => each(code, operands, () => code.op(op));
  return {
    constant: (value) => {
      code[type](value);
      return [store(code)];
    },
    add: (a, b) => apply(`${type}.add`, a, b),
    sub: (a, b) => apply(`${type}.sub`, a, b),
    mul: (a, b) => apply(`${type}.mul`, a, b),
    less: (a, b) => apply(`${type}.lt`, a, b),
    choose: (mask, a, b) => apply('v128.bitselect', a, b, mask),
    equal: (a, b) => apply(`${type}.eq`, a, b),
  };
}

/** For cube roots. */
function roots(code: Code): RootArithmetic<Parts> {
  return {
    ...basic(code, false),
    unless: ([mask = 0], [a = 0], otherwise) => {
      const out = store(code.get(a));
      code.get(mask).op('i32x4.all_true', 'i32.eqz');
      code.if(() => {
        const [b = 0] = otherwise();
        code.get(a).get(b).get(mask).op('v128.bitselect').set(out);
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

/** For what is computed in float64. */
export function vectors(code: Code): Arithmetic<Parts> {
  const f = basic(code, true);
  const { constant } = f;
  const apply = (op: PlainInstruction, ...operands: Parts[]): Parts => each(code, operands, () => code.op(op));
  const pattern = (hex: bigint): Parts => {
    const bytes = [...new Uint8Array(BigUint64Array.of(hex).buffer)];
    code.v128([...bytes, ...bytes]);
    return [store(code)];
  };
  const shifted = (x: Parts, by: number, op: 'i64x2.shl' | 'i64x2.shr_u'): Parts => each(code, [x], () => code.i32(by).op(op));
  return {
    ...f,
    div: (a, b) => apply('f64x2.div', a, b),
    sqrt: (a) => apply('f64x2.sqrt', a),
    floor: (a) => apply('f64x2.floor', a),
    nearest: (a) => apply('f64x2.nearest', a),
    // Adding 1.5·2⁵² leaves the whole number in the low bits, from where it moves into the exponent.
    power2: (n) => shifted(apply('f64x2.add', n, constant(1.5 * 2 ** 52 + 1023)), 52, 'i64x2.shl'),
    exponent: (x) => {
      const raw = apply('v128.and', shifted(x, 52, 'i64x2.shr_u'), pattern(0x7ffn));
      const whole = apply('v128.or', raw, constant(2 ** 52));
      return apply('f64x2.sub', whole, constant(2 ** 52 + 1023));
    },
    mantissa: (x) => apply('v128.or', apply('v128.and', x, pattern(0xfffffffffffffn)), pattern(0x3ff0000000000000n)),
  };
}
