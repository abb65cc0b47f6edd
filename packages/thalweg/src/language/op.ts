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

/** What each of those works on: elements, sums over tensors, or whole matrices. */
export const sugar: Readonly<Record<SugarOp, 'elements' | 'sums' | 'matrices'>> = {
  gt: 'elements',
  ge: 'elements',
  mod: 'elements',
  norm: 'sums',
  inner: 'sums',
  total: 'sums',
  rowMean: 'matrices',
  colMean: 'matrices',
};

/** The meaning of each element-wise primitive in float64; conditions are 1 and 0. Unused operands are passed as 0. */
export const elementOps: Readonly<Record<ElementOp, (a: number, b: number, c: number) => number>> = {
  neg: (a) => -a,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  // What x^(1/3) of an array becomes, for which it has a meaning of its own.
  cbrt: Math.cbrt,
  exp: Math.exp,
  log: Math.log,
  cos: Math.cos,
  floor: Math.floor,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  select: (c, a, b) => (c === 0 ? b : a),
};

/**
 * What computes an operation on elements of arrays: the engine, whose result is the nearest number, or an algorithm of `targets/loops/elementary.ts` in
 * its place, since what engines do differs.
 */
export const computedBy = {
  neg: 'engine', abs: 'engine', sign: 'engine', sqrt: 'engine', cbrt: 'algorithm', exp: 'algorithm', log: 'algorithm', cos: 'algorithm',
  floor: 'engine', add: 'engine', sub: 'engine', mul: 'engine', div: 'engine', pow: 'algorithm', min: 'engine', max: 'engine',
  lt: 'engine', le: 'engine', eq: 'engine', ne: 'engine', select: 'engine',
} as const satisfies Readonly<Record<ElementOp, 'engine' | 'algorithm'>>; // prettier-ignore

/** The operations that are an algorithm of ours. */
export type Algorithm = { [Op in ElementOp]: (typeof computedBy)[Op] extends 'algorithm' ? Op : never }[ElementOp];

/** Whether an operation is an algorithm of ours. */
export function isAlgorithm(op: string): op is Algorithm {
  return isElementOp(op) && computedBy[op] === 'algorithm';
}

/** Whether an operation compares, so that what it gives is a condition and no number. */
export function isComparison(op: string): boolean {
  return op === 'lt' || op === 'le' || op === 'eq' || op === 'ne';
}

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
