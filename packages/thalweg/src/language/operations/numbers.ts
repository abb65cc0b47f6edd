/** The native operations of every target on JavaScript numbers, in float64. Conditions are 1 and 0. */
import type { Arithmetic } from './arithmetic.ts';

/** Arithmetic on plain numbers. */
export const numbers = {
  constant: (value) => value,
  neg: (a) => -a,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  floor: Math.floor,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  // Math.min itself takes any number of operands, and operations are called with three.
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  select: (condition, a, b) => (condition === 0 ? b : a),
} as const satisfies Arithmetic<number>;
