/**
 * The operations of the language, one declarative object each: how many operands, what they are, what comes out, what it means in
 * float64, and how it prints in LaTeX. Lowerings keep tables of their own over the primitive ones (`Record<ElementOp, …>`), so that a
 * missing entry does not compile. Knows no graph and no backend.
 */
import type { RoutineOp } from './routine.ts';

/** Operations on numbers, element by element; the vocabulary of the graph. */
export type ElementOp =
  | 'neg' | 'abs' | 'sign' | 'sqrt' | 'cbrt' | 'exp' | 'log' | 'cos' | 'floor'
  | 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'min' | 'max'
  | 'lt' | 'le' | 'eq' | 'ne'
  | 'select'; // prettier-ignore

/** Sums over arrays: of x, or of a·b with the products formed in float64. */
export type ReduceOp = 'sum' | 'dot';

/** What a text may say besides the primitives; each is rewritten into them when the graph is built. */
export type SugarOp = 'gt' | 'ge' | 'mod' | 'norm' | 'inner' | 'total' | 'rowMean' | 'colMean';

/** Every operation that a text can contain. */
export type SurfaceOp = ElementOp | SugarOp | Exclude<RoutineOp, 'spread'>;

/** The tensors that a reduction runs over: one tensor, the parameters of the group, or all parameters of the optimizer. */
export type Scope = 'tensor' | 'group' | 'all';

/** What an operand or a result is. */
export type ValueType = 'number' | 'boolean';

interface ElementRule {
  readonly operands: readonly ValueType[];
  readonly result: ValueType;
  /** The meaning in float64; booleans are 1 and 0. Unused operands are passed as 0. */
  readonly apply: (a: number, b: number, c: number) => number;
}

const unary = (apply: (a: number) => number): ElementRule => ({
  operands: ['number'],
  result: 'number',
  apply,
});
const binary = (apply: (a: number, b: number) => number): ElementRule => ({
  operands: ['number', 'number'],
  result: 'number',
  apply,
});
const compare = (test: (a: number, b: number) => boolean): ElementRule => ({
  operands: ['number', 'number'],
  result: 'boolean',
  apply: (a, b) => (test(a, b) ? 1 : 0),
});

/** The rule of each element-wise primitive. */
export const elementOps: Readonly<Record<ElementOp, ElementRule>> = {
  neg: unary((a) => -a),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  sqrt: unary(Math.sqrt),
  // What x^(1/3) of an array becomes, for which it has a meaning of its own.
  cbrt: unary(Math.cbrt),
  exp: unary(Math.exp),
  log: unary(Math.log),
  cos: unary(Math.cos),
  floor: unary(Math.floor),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  pow: binary((a, b) => a ** b),
  min: binary((a, b) => Math.min(a, b)),
  max: binary((a, b) => Math.max(a, b)),
  lt: compare((a, b) => a < b),
  le: compare((a, b) => a <= b),
  eq: compare((a, b) => a === b),
  ne: compare((a, b) => a !== b),
  select: {
    operands: ['boolean', 'number', 'number'],
    result: 'number',
    apply: (c, a, b) => (c === 0 ? b : a),
  },
};

/** Whether an operation works element by element. */
export function isElementOp(op: string): op is ElementOp {
  return Object.hasOwn(elementOps, op);
}

/** How tightly an operation binds when printed; higher binds tighter. */
export const precedence = {
  select: 0,
  compare: 1,
  add: 2,
  mul: 3,
  neg: 4,
  pow: 5,
  atom: 6,
} as const;

/**
 * How an operation prints: how tightly it binds, and its LaTeX. In that, `$a2` is the first operand, in parentheses if it binds less tightly
 * than 2, `$b3` the second; `$.b4` has a dot before it where it begins with a digit or a sign; `$_` is the index that says over what a sum runs.
 */
type Printing = readonly [binds: number, latex: string];

const { compare: order, add, mul, neg, pow, atom } = precedence;

const named = (name: string): Printing => [atom, `\\operatorname{${name}}\\left($a0\\right)`];

/** The printing of each operation a text can contain. */
export const printing: Readonly<Record<SurfaceOp, Printing>> = {
  neg: [neg, '-$a4'],
  abs: [atom, '\\left| $a0 \\right|$_'],
  sign: named('sign'),
  sqrt: [atom, '\\sqrt{$a0}'],
  cbrt: [atom, '\\sqrt[3]{$a0}'],
  exp: [atom, '\\exp\\left($a0\\right)'],
  log: [atom, '\\log\\left($a0\\right)'],
  cos: [atom, '\\cos\\left($a0\\right)'],
  floor: [atom, '\\left\\lfloor $a0 \\right\\rfloor$_'],
  add: [add, '$a2 + $b3'],
  sub: [add, '$a2 - $b3'],
  mul: [mul, '$a3 $.b4'],
  div: [pow, '\\frac{$a0}{$b0}'],
  mod: [mul, '$a3 \\bmod $b4'],
  pow: [pow, '$a6^{$b0}'],
  min: [atom, '\\min\\left($a0, $b0\\right)'],
  max: [atom, '\\max\\left($a0, $b0\\right)'],
  lt: [order, '$a1 < $b2'],
  le: [order, '$a1 \\le $b2'],
  gt: [order, '$a1 > $b2'],
  ge: [order, '$a1 \\ge $b2'],
  eq: [order, '$a1 = $b2'],
  ne: [order, '$a1 \\ne $b2'],
  select: [atom, '\\begin{cases} $b0 & \\text{if } $a0 \\\\ $c0 & \\text{otherwise} \\end{cases}'],
  norm: [atom, '\\left\\| $a0 \\right\\|$_'],
  inner: [atom, '\\left\\langle $a0, $b0 \\right\\rangle$_'],
  total: [mul, '\\sum$_ $a3'],
  matmul: [mul, '$a3  $b4'],
  transpose: [pow, '$a6^{\\top}'],
  rowSum: named('rowsum'),
  colSum: named('colsum'),
  rowMean: named('rowmean'),
  colMean: named('colmean'),
  rowMax: named('rowmax'),
  colMax: named('colmax'),
  newtonSchulz: [atom, '\\operatorname{NewtonSchulz}_{$e0}\\left($a0\\right)'],
  inverseRoot: [pow, '\\left($a0 + $c3 I\\right)^{-1/$b6}'],
  eigenvectors: named('eigenvectors'),
  orthonormal: named('QR'),
  noise: [atom, '\\mathcal{N}\\left(0, 1\\right)'],
};
