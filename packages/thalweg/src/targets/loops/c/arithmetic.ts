/**
 * Abstract arithmetic in C: each operation is a statement that declares its result. One for the type of a kernel, and what the algorithms need besides.
 * A compiler that keeps IEEE arithmetic (-ffp-contract=off, no -ffast-math) gives the bits of every other target. Knows operations by name alone.
 */
import type { Arithmetic, DoubleArithmetic, SingleArithmetic } from '../../../language/operations/arithmetic.ts';
import { arithmetic, guessBits, third } from '../../../language/operations/arithmetic.ts';
import { literal, suffixOf, type Helper, type Helpers, type Statements } from './source.ts';

type Own = Exclude<keyof Arithmetic<string>, 'constant' | 'sign' | 'select'>;

/** Each operation as an expression, given what functions of the type end in and the name of a helper. */
const expressions: Readonly<Record<Own, (a: string, b: string, suffix: string, helper: (name: string) => string) => string>> = {
  neg: (a) => `-${a}`,
  abs: (a, _, suffix) => `fabs${suffix}(${a})`,
  sqrt: (a, _, suffix) => `sqrt${suffix}(${a})`,
  floor: (a, _, suffix) => `floor${suffix}(${a})`,
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  min: (a, b, suffix, helper) => `${helper(`smaller${suffix}`)}(${a}, ${b})`,
  max: (a, b, suffix, helper) => `${helper(`larger${suffix}`)}(${a}, ${b})`,
  lt: (a, b) => `${a} < ${b}`,
  le: (a, b) => `${a} <= ${b}`,
  eq: (a, b) => `${a} == ${b}`,
  ne: (a, b) => `${a} != ${b}`,
};

const comparisons: ReadonlySet<string> = new Set<Own>(['lt', 'le', 'eq', 'ne']);

/** The operations of every target, on values of a type. */
export function own(statements: Statements, type: 'float' | 'double', helpers: Helpers): Arithmetic<string> {
  const suffix = suffixOf[type];
  const special: Pick<Arithmetic<string>, 'constant' | 'sign' | 'select'> = {
    constant: (value) => {
      const text = literal(value, type);
      return text.startsWith('-') || text.startsWith('(') ? `(${text})` : text;
    },
    sign: (a) => statements.declare(type, `${a} > 0 ? 1 : ${a} < 0 ? -1 : ${a}`),
    select: (condition, a, b) => statements.declare(type, `${condition} ? ${a} : ${b}`),
  };
  return arithmetic(special, (op) => (a = '', b = '') => {
    const value = expressions[op](a, b, suffix, (name) => helpers.use(name));
    return statements.declare(comparisons.has(op) ? 'int' : type, value);
  });
}

/** For algorithms in float32. Both branches of `unless` are computed: a loop with a jump in it is not made into vectors. */
export function singles(statements: Statements, helpers: Helpers): SingleArithmetic<string> {
  const f = own(statements, 'float', helpers);
  return {
    ...f,
    unless: (condition, a, otherwise) => f.select(condition, a, otherwise()),
    guess: (x) => statements.declare('float', `${helpers.use('root_guess')}(${x})`),
  };
}

/** For algorithms in float64. */
export function doubles(statements: Statements, helpers: Helpers): DoubleArithmetic<string> {
  const call = (name: string, x: string): string => statements.declare('double', `${helpers.use(name)}(${x})`);
  return {
    ...own(statements, 'double', helpers),
    nearest: (a) => statements.declare('double', `rint(${a})`),
    power2: (n) => call('power2', n),
    exponent: (x) => call('exponent_of', x),
    mantissa: (x) => call('mantissa_of', x),
  };
}

/** Reads a number's bits as a whole number, changes them and reads them as a number again. */
const throughBits = (type: string, name: string, parameter: string, number: string, whole: string, change: string): Helper => ({
  text: `static inline ${type} ${name}(${type} ${parameter}) {
  ${type} x = ${number};
  ${whole} bits;
  memcpy(&bits, &x, sizeof bits);
  ${change}
  memcpy(&x, &bits, sizeof x);
  return x;
}`,
});

/** Of two numbers the smaller or the larger one, as Math.min and Math.max have it: NaN beside NaN, and -0 below 0. */
const extreme = (name: string, type: 'float' | 'double', order: '<' | '>', first: string): Helper => ({
  text: `static inline ${type} ${name}(${type} a, ${type} b) {
  return a ${order} b || (a == b && ${first}signbit(a)) ? a : a == b || b ${order} a ? b : a + b;
}`,
});

/** The helpers by name. */
export const bitHelpers: Readonly<Record<string, Helper>> = {
  smaller: extreme('smaller', 'double', '<', ''),
  smallerf: extreme('smallerf', 'float', '<', ''),
  larger: extreme('larger', 'double', '>', '!'),
  largerf: extreme('largerf', 'float', '>', '!'),
  // Adding 1.5 * 2^52 leaves the whole number in the low bits, from where it moves into the exponent.
  power2: throughBits('double', 'power2', 'n', 'n + (0x1.8p52 + 1023)', 'uint64_t', 'bits <<= 52;'),
  exponent_of: {
    text: `static inline double exponent_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits = (bits >> 52 & 0x7ff) | 0x4330000000000000;
  memcpy(&x, &bits, sizeof x);
  return x - (0x1p52 + 1023);
}`,
  },
  mantissa_of: throughBits('double', 'mantissa_of', 'm', 'm', 'uint64_t', 'bits = (bits & 0xfffffffffffff) | 0x3ff0000000000000;'),
  root_guess: throughBits('float', 'root_guess', 'y', 'y', 'int32_t', `bits = ${String(guessBits)} - (bits >> 16) * ${String(third)};`),
};
