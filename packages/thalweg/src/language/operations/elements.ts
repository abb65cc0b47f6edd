/**
 * The operations on numbers, element by element: the vocabulary of the graph. An operation is added here, as one object; everything else that knows
 * operations follows from this table (CONTRIBUTING.md).
 */
import type { Arithmetic } from './arithmetic.ts';
import { anything, between, bothPositive, positive, rising, type Interval } from './interval.ts';
import { numbers } from './numbers.ts';
import { call, choice, infix, namedLatex, one, precedence, two, type Build, type Compute, type ElementOperation } from './operation.ts';

const { compare, add, mul, neg, pow: power, atom } = precedence;

/** Computed by what every target has of its own. */
const own = (over: <T>(f: Arithmetic<T>, a: T, b: T, c: T) => T): Compute => ({ in: 'own', over });

const notNegative = (): Interval => positive;
const unknown = (): Interval => anything;

const comparison = { takes: two, compares: true, range: (): Interval => [0, 1] } as const;

/** A small whole exponent is a product, ½ a root: exact, and the same on every backend. */
const smallPower: Build<'pow'> = (f, [base, exponent]) => {
  const n = f.numberOf(exponent);
  if (n === 0.5) return f.sqrt(base);
  if (!Number.isInteger(n) || n === 0 || Math.abs(n) > 8) return f.apply('pow', base, exponent);
  const product = (k: number): typeof base => {
    if (k === 1) return base;
    const half = product(Math.floor(k / 2));
    const square = f.mul(half, half);
    return k % 2 === 0 ? square : f.mul(square, base);
  };
  return n > 0 ? product(n) : f.div(f.constant(1), product(-n));
};

const table = {
  neg: {
    takes: one,
    text: { as: 'prefix', token: '-', printed: '−' },
    latex: [neg, '-$a4'],
    value: numbers.neg,
    compute: own((f, a) => f.neg(a)),
    range: (a) => [-a[1], -a[0]],
  },
  abs: {
    takes: one,
    text: call('abs'),
    latex: [atom, '\\left| $a0 \\right|$_'],
    value: numbers.abs,
    compute: own((f, a) => f.abs(a)),
    range: notNegative,
  },
  sign: {
    takes: one,
    text: call('sign'),
    latex: namedLatex('sign'),
    value: numbers.sign,
    compute: own((f, a) => f.sign(a)),
    range: rising(Math.sign),
  },
  sqrt: {
    takes: one,
    text: call('sqrt'),
    usual: [power, '√$a5'],
    latex: [atom, '\\sqrt{$a0}'],
    value: numbers.sqrt,
    compute: own((f, a) => f.sqrt(a)),
    range: notNegative,
    delicate: 0,
  },
  // What x^(1/3) of an array of float32 becomes.
  cbrt: {
    takes: one,
    text: { as: 'nothing' },
    latex: [atom, '\\sqrt[3]{$a0}'],
    value: Math.cbrt,
    compute: { in: 'float32', by: 'cbrt' },
    range: notNegative,
    delicate: 0,
  },
  exp: {
    takes: one,
    text: call('exp'),
    latex: [atom, '\\exp\\left($a0\\right)'],
    value: Math.exp,
    compute: { in: 'float64', by: 'exp' },
    range: notNegative,
  },
  log: {
    takes: one,
    text: call('log'),
    latex: [atom, '\\log\\left($a0\\right)'],
    value: Math.log,
    compute: { in: 'float64', by: 'log' },
    range: unknown,
    delicate: 0,
  },
  cos: {
    takes: one,
    text: call('cos'),
    latex: [atom, '\\cos\\left($a0\\right)'],
    value: Math.cos,
    compute: { in: 'float64', by: 'cos' },
    range: unknown,
  },
  floor: {
    takes: one,
    text: call('floor'),
    latex: [atom, '\\left\\lfloor $a0 \\right\\rfloor$_'],
    value: numbers.floor,
    compute: own((f, a) => f.floor(a)),
    range: rising(Math.floor),
  },
  add: {
    takes: two,
    text: infix('+', add),
    latex: [add, '$a2 + $b3'],
    value: numbers.add,
    compute: own((f, a, b) => f.add(a, b)),
    range: (a, b) => between(a[0] + b[0], a[1] + b[1]),
  },
  sub: {
    takes: two,
    text: infix('-', add, ' − '),
    latex: [add, '$a2 - $b3'],
    value: numbers.sub,
    compute: own((f, a, b) => f.sub(a, b)),
    range: (a, b) => between(a[0] - b[1], a[1] - b[0]),
  },
  mul: {
    takes: two,
    text: infix('*', mul, '·'),
    latex: [mul, '$a3 $.b4'],
    value: numbers.mul,
    compute: own((f, a, b) => f.mul(a, b)),
    range: (a, b, c, same) => (same ? positive : bothPositive(a, b, c, same)),
    zeroWhere: 'any',
  },
  div: {
    takes: two,
    text: infix('/', mul, '/'),
    usual: [mul, '$a3 / $b4'],
    latex: [power, '\\frac{$a0}{$b0}'],
    value: numbers.div,
    compute: own((f, a, b) => f.div(a, b)),
    range: bothPositive,
    zeroWhere: 'first',
    delicate: 1,
  },
  pow: {
    takes: two,
    text: infix('^', power, '^', atom),
    latex: [power, '$a6^{$b0}'],
    value: (a, b) => a ** b,
    compute: { in: 'float64', by: 'pow' },
    build: smallPower,
    range: (a, b) => (a[0] >= 0 && b[0] >= 0 ? [0, a[1] <= 1 ? 1 : Infinity] : anything),
    delicate: 0,
  },
  min: {
    takes: two,
    text: call('min'),
    latex: [atom, '\\min\\left($a0, $b0\\right)'],
    value: numbers.min,
    compute: own((f, a, b) => f.min(a, b)),
    range: (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
  },
  max: {
    takes: two,
    text: call('max'),
    latex: [atom, '\\max\\left($a0, $b0\\right)'],
    value: numbers.max,
    compute: own((f, a, b) => f.max(a, b)),
    range: (a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
  },
  lt: {
    ...comparison,
    text: infix('<', compare),
    latex: [compare, '$a1 < $b2'],
    value: numbers.lt,
    compute: own((f, a, b) => f.lt(a, b)),
  },
  le: {
    ...comparison,
    text: infix('<=', compare, ' ≤ '),
    latex: [compare, '$a1 \\le $b2'],
    value: numbers.le,
    compute: own((f, a, b) => f.le(a, b)),
  },
  eq: {
    ...comparison,
    text: infix('==', compare),
    latex: [compare, '$a1 = $b2'],
    value: numbers.eq,
    compute: own((f, a, b) => f.eq(a, b)),
  },
  ne: {
    ...comparison,
    text: infix('!=', compare, ' ≠ '),
    latex: [compare, '$a1 \\ne $b2'],
    value: numbers.ne,
    compute: own((f, a, b) => f.ne(a, b)),
  },
  select: {
    takes: choice,
    text: { as: 'choice' },
    latex: [atom, '\\begin{cases} $b0 & \\text{if } $a0 \\\\ $c0 & \\text{otherwise} \\end{cases}'],
    value: numbers.select,
    compute: own((f, a, b, c) => f.select(a, b, c)),
    range: (_, b, c) => [Math.min(b[0], c[0]), Math.max(b[1], c[1])],
    zeroWhere: 'rest',
  },
} as const satisfies Readonly<Record<string, ElementOperation>>;

/** The name of an operation on elements. */
export type ElementOp = keyof typeof table;

/** Those that are computed by an algorithm of ours, and by a function of the library where a language has one. */
export const computed = (): readonly ElementOp[] =>
  Object.keys(table).filter((op): op is ElementOp => table[op as ElementOp].compute.in !== 'own');

/** The names of those that take one number, and of those that take two. */
export type UnaryOp = { [K in ElementOp]: (typeof table)[K]['takes']['length'] extends 1 ? K : never }[ElementOp];
export type BinaryOp = { [K in ElementOp]: (typeof table)[K]['takes']['length'] extends 2 ? K : never }[ElementOp];

/** Every operation on elements. */
export const elements: Readonly<Record<ElementOp, ElementOperation>> = table;
