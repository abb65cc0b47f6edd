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

/** How an operation prints in LaTeX. `operand(i, p)` prints operand i, in parentheses if it binds less tightly than p. */
interface Printing {
  readonly binds: number;
  readonly latex: (operand: (i: number, binds: number) => string, scope: string) => string;
}

const infix = (symbol: string, binds: number, rightBinds = binds + 1): Printing => ({
  binds,
  latex: (operand) => `${operand(0, binds)} ${symbol} ${operand(1, rightBinds)}`,
});
const named = (name: string): Printing => ({
  binds: precedence.atom,
  latex: (operand) => `${name}\\left(${operand(0, 0)}\\right)`,
});
const named2 = (name: string): Printing => ({
  binds: precedence.atom,
  latex: (operand) => `${name}\\left(${operand(0, 0)}, ${operand(1, 0)}\\right)`,
});
const fenced = (open: string, close: string): Printing => ({
  binds: precedence.atom,
  latex: (operand, scope) => `\\left${open} ${operand(0, 0)} \\right${close}${scope}`,
});

/** The LaTeX of each operation a text can contain. */
export const printing: Readonly<Record<SurfaceOp, Printing>> = {
  neg: {
    binds: precedence.neg,
    latex: (operand) => `-${operand(0, precedence.neg)}`,
  },
  abs: fenced('|', '|'),
  sign: named('\\operatorname{sign}'),
  sqrt: {
    binds: precedence.atom,
    latex: (operand) => `\\sqrt{${operand(0, 0)}}`,
  },
  cbrt: {
    binds: precedence.atom,
    latex: (operand) => `\\sqrt[3]{${operand(0, 0)}}`,
  },
  exp: named('\\exp'),
  log: named('\\log'),
  cos: named('\\cos'),
  floor: fenced('\\lfloor', '\\rfloor'),
  add: infix('+', precedence.add),
  sub: infix('-', precedence.add),
  mul: {
    binds: precedence.mul,
    latex: (operand) => {
      const right = operand(1, precedence.mul + 1);
      return `${operand(0, precedence.mul)} ${/^[\d-]/.test(right) ? '\\cdot ' : ''}${right}`;
    },
  },
  div: {
    binds: precedence.pow,
    latex: (operand) => `\\frac{${operand(0, 0)}}{${operand(1, 0)}}`,
  },
  mod: infix('\\bmod', precedence.mul),
  pow: {
    binds: precedence.pow,
    latex: (operand) => `${operand(0, precedence.atom)}^{${operand(1, 0)}}`,
  },
  min: named2('\\min'),
  max: named2('\\max'),
  lt: infix('<', precedence.compare),
  le: infix('\\le', precedence.compare),
  gt: infix('>', precedence.compare),
  ge: infix('\\ge', precedence.compare),
  eq: infix('=', precedence.compare),
  ne: infix('\\ne', precedence.compare),
  select: {
    binds: precedence.atom,
    latex: (operand) =>
      `\\begin{cases} ${operand(1, 0)} & \\text{if } ${operand(0, 0)} \\\\ ${operand(2, 0)} & \\text{otherwise} \\end{cases}`,
  },
  norm: fenced('\\|', '\\|'),
  inner: {
    binds: precedence.atom,
    latex: (operand, scope) => `\\left\\langle ${operand(0, 0)}, ${operand(1, 0)} \\right\\rangle${scope}`,
  },
  total: {
    binds: precedence.mul,
    latex: (operand, scope) => `\\sum${scope} ${operand(0, precedence.mul)}`,
  },
  matmul: infix('', precedence.mul),
  transpose: {
    binds: precedence.pow,
    latex: (operand) => `${operand(0, precedence.atom)}^{\\top}`,
  },
  rowSum: named('\\operatorname{rowsum}'),
  colSum: named('\\operatorname{colsum}'),
  rowMean: named('\\operatorname{rowmean}'),
  colMean: named('\\operatorname{colmean}'),
  rowMax: named('\\operatorname{rowmax}'),
  colMax: named('\\operatorname{colmax}'),
  newtonSchulz: {
    binds: precedence.atom,
    latex: (operand) => `\\operatorname{NewtonSchulz}_{${operand(4, 0)}}\\left(${operand(0, 0)}\\right)`,
  },
  inverseRoot: {
    binds: precedence.pow,
    latex: (operand) => `\\left(${operand(0, 0)} + ${operand(2, precedence.mul)} I\\right)^{-1/${operand(1, precedence.atom)}}`,
  },
  eigenvectors: named('\\operatorname{eigenvectors}'),
  orthonormal: named('\\operatorname{QR}'),
  noise: { binds: precedence.atom, latex: () => '\\mathcal{N}\\left(0, 1\\right)' },
};
