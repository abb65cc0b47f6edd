/** C expressions with as few parentheses as possible: scalars of a step, and what a loop computes for an element. Knows operations by name; no step. */
import type { ElementOp } from '../../language/operations/elements.ts';
import { literal, suffixOf, type Helpers } from '../../targets/loops/c/source.ts';

/** How tightly an expression binds; higher binds tighter. */
const binding = { choice: 1, equality: 4, order: 5, sum: 6, product: 7, sign: 8, atom: 9 } as const;

/** A text of C, and how tightly it binds. */
export interface Expression {
  readonly text: string;
  readonly binds: number;
}

/** A name, a call or an element of an array. */
export const atom = (text: string): Expression => ({ text, binds: binding.atom });

/** A number. */
export function number(value: number, type: 'float' | 'double'): Expression {
  const text = type === 'float' && Math.fround(value) !== value ? `(float)${literal(value, 'double')}` : literal(value, type);
  return { text, binds: /^[-(]/.test(text) ? binding.sign : binding.atom };
}

/** An expression where nothing may bind less tightly. */
export function inside({ text, binds }: Expression, least: number): string {
  return binds < least ? `(${text})` : text;
}

const infix =
  (token: string, binds: number, alike = binds) =>
  ([a, b]: readonly Expression[]): Expression => ({ text: `${inside(a!, alike)} ${token} ${inside(b!, binds + 1)}`, binds });
const call =
  (name: string) =>
  (operands: readonly Expression[]): Expression =>
    atom(`${name}(${operands.map(({ text }) => text).join(', ')})`);

type Rule = (operands: readonly Expression[], suffix: string, helpers: Helpers) => Expression;

const library =
  (name: string): Rule =>
  (operands, suffix) =>
    call(name + suffix)(operands);
const helper =
  (name: string): Rule =>
  (operands, suffix, helpers) =>
    call(helpers.use(name + suffix))(operands);

/** The operations on numbers that C writes with signs, or calls otherwise than we do. */
const rules: Readonly<Partial<Record<ElementOp, Rule>>> = {
  neg: ([a]) => ({ text: `-${inside(a!, binding.atom)}`, binds: binding.sign }),
  abs: library('fabs'),
  sign: helper('sign_of'),
  add: infix('+', binding.sum),
  sub: infix('-', binding.sum),
  mul: infix('*', binding.product),
  div: infix('/', binding.product),
  min: helper('smaller'),
  max: helper('larger'),
  lt: infix('<', binding.order, binding.order + 1),
  le: infix('<=', binding.order, binding.order + 1),
  eq: infix('==', binding.equality, binding.equality + 1),
  ne: infix('!=', binding.equality, binding.equality + 1),
  select: ([condition, a, b]) => ({
    text: `${inside(condition!, binding.choice + 1)} ? ${inside(a!, binding.choice + 1)} : ${inside(b!, binding.choice)}`,
    binds: binding.choice,
  }),
};

/** An operation on expressions of a type: unless it has a rule, the function of math.h that has its name. */
export function operation(op: ElementOp, operands: readonly Expression[], type: 'float' | 'double', helpers: Helpers): Expression {
  return (rules[op] ?? library(op))(operands, suffixOf[type], helpers);
}

/** The product of two numbers as one of float64. */
export function wideProduct(a: Expression, b: Expression, type: 'float' | 'double'): Expression {
  const wide = type === 'double' ? a : { text: `(double)${inside(a, binding.atom)}`, binds: binding.sign };
  return infix('*', binding.product)([wide, b]);
}
