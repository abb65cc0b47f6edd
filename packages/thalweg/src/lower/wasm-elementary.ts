/**
 * exp, log, cos and pow in WebAssembly: the algorithms of `elementary.ts` over float64 vectors in locals. A float32 vector is widened
 * into two halves and rounded once at the end, as a store to a Float32Array does.
 */
import type { Code, PlainInstruction } from '../assembler/code.ts';
import { cos, exp, log, pow, type Arithmetic } from './elementary.ts';

/** A shuffle that brings the upper half of a vector into the lower, for widening. */
export const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** Pushes op of the operands, which are locals holding vectors of the kernel's type. */
export function emitElementary(code: Code, op: 'exp' | 'log' | 'cos' | 'pow', operands: readonly number[], wide: boolean): void {
  const f = vectors(code);
  const evaluate = ([x = 0, y = 0]: readonly number[]): number => (op === 'pow' ? pow(f, x, y) : { exp, log, cos }[op](f, x));
  if (wide) {
    code.get(evaluate(operands));
    return;
  }
  const halves = [0, 1].map((part) =>
    evaluate(
      operands.map((operand) => {
        code.get(operand);
        if (part === 1) code.get(operand).shuffle(upperHalf);
        code.op('f64x2.promote_low_f32x4');
        return store(code);
      }),
    ),
  );
  for (const half of halves) code.get(half).op('f32x4.demote_f64x2_zero');
  code.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

/** Pops a vector into a new local. */
function store(code: Code): number {
  const local = code.local('v128');
  code.set(local);
  return local;
}

/** Arithmetic whose values are locals with two float64 lanes. */
export function vectors(code: Code): Arithmetic<number> {
  const apply = (op: PlainInstruction, ...operands: number[]): number => {
    for (const operand of operands) code.get(operand);
    code.op(op);
    return store(code);
  };
  const constant = (value: number): number => {
    code.f64x2(value);
    return store(code);
  };
  const pattern = (hex: bigint): number => {
    const bytes = [...new Uint8Array(BigUint64Array.of(hex).buffer)];
    code.v128([...bytes, ...bytes]);
    return store(code);
  };
  const shifted = (x: number, by: number, op: 'i64x2.shl' | 'i64x2.shr_u'): number => {
    code.get(x).i32(by).op(op);
    return store(code);
  };
  return {
    constant,
    add: (a, b) => apply('f64x2.add', a, b),
    sub: (a, b) => apply('f64x2.sub', a, b),
    mul: (a, b) => apply('f64x2.mul', a, b),
    div: (a, b) => apply('f64x2.div', a, b),
    sqrt: (a) => apply('f64x2.sqrt', a),
    floor: (a) => apply('f64x2.floor', a),
    nearest: (a) => apply('f64x2.nearest', a),
    less: (a, b) => apply('f64x2.lt', a, b),
    equal: (a, b) => apply('f64x2.eq', a, b),
    choose: (mask, a, b) => apply('v128.bitselect', a, b, mask),
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
