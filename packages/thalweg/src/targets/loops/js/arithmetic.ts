/**
 * The arithmetics of plain JavaScript, on which the algorithms of operations run in the backends without WebAssembly: in float64, and in float32 with
 * each result rounded.
 */
import { inFloat32, inFloat64 } from '../../../language/operations/algorithms.ts';
import type { DoubleArithmetic, SingleArithmetic } from '../../../language/operations/arithmetic.ts';
import { guessBits, third } from '../../../language/operations/arithmetic.ts';
import { elements, type ElementOp } from '../../../language/operations/elements.ts';
import { numbers } from '../../../language/operations/numbers.ts';

const bits = new Float64Array(1);
const high = new Int32Array(bits.buffer); // little endian, as WebAssembly is

/** Arithmetic in float64. */
export const doubles: DoubleArithmetic<number> = {
  ...numbers,
  nearest: (a) => {
    const down = Math.floor(a);
    const rest = a - down;
    if (rest < 0.5 || (rest === 0.5 && down % 2 === 0)) return down;
    if (down === -1) return -0;
    return rest >= 0.5 ? down + 1 : a;
  },
  power2: (n) => {
    high[0] = 0;
    high[1] = (n + 1023) << 20;
    return bits[0]!;
  },
  exponent: (x) => {
    bits[0] = x;
    return ((high[1]! >>> 20) & 0x7ff) - 1023;
  },
  mantissa: (x) => {
    bits[0] = x;
    high[1] = (high[1]! & 0x000fffff) | 0x3ff00000;
    return bits[0];
  },
};

const narrow = new Float32Array(1);
const pattern = new Int32Array(narrow.buffer);

/** Arithmetic in float32: what is exact in float64 is rounded once, which gives the nearest number. */
export const singles: SingleArithmetic<number> = {
  ...numbers,
  constant: Math.fround,
  sqrt: (a) => Math.fround(Math.sqrt(a)),
  add: (a, b) => Math.fround(a + b),
  sub: (a, b) => Math.fround(a - b),
  mul: (a, b) => Math.fround(a * b),
  div: (a, b) => Math.fround(a / b),
  unless: (mask, a, otherwise) => (mask === 0 ? otherwise() : a),
  guess: (x) => {
    narrow[0] = x;
    pattern[0] = guessBits - (pattern[0]! >> 16) * third;
    return narrow[0];
  },
};

/** What computes an operation on elements of arrays; the array that takes the result rounds it. */
export function onElements(op: ElementOp): (a: number, b: number, c: number) => number {
  const { value, compute } = elements[op];
  switch (compute.in) {
    case 'own':
      return value;
    case 'float64': {
      const algorithm = inFloat64[compute.by];
      return (a, b) => algorithm(doubles, a, b);
    }
    case 'float32': {
      const algorithm = inFloat32[compute.by];
      return (a) => algorithm(singles, a);
    }
  }
}
