/**
 * Trees to Python expressions, for any array library: native Python is written with its operators and `math`, the rest as the library spells it. Knows
 * trees and the shapes of values; no library.
 */
import type { SurfaceOp } from '../../language/op.ts';
import { precedence, type Scope } from '../../language/operations/operation.ts';
import { inOthers } from '../../language/sugar-trees.ts';
import type { Expression, NumberNode, OperationNode } from '../../language/tree.ts';
import { write, type Bound, type Dialect, type WriteOperand } from '../../language/writer.ts';

const { select, compare, add, mul, neg, pow, atom } = precedence;

/** How much a value varies: fixed by the shape of a tensor, a number of the step, a number made of sums, an array. */
export const sorts = ['static', 'host', 'scalar', 'array'] as const;

/** How much a value varies. */
export type Sort = (typeof sorts)[number];

/** The most varying of some. */
export function most(some: readonly Sort[]): Sort {
  return sorts[Math.max(0, ...some.map((sort) => sorts.indexOf(sort)))] ?? 'static';
}

/** An operand: its text where something that binds as tightly as `binds` is needed. */
export interface Operand {
  readonly expression: Expression;
  readonly sort: Sort;
  readonly text: (binds: number) => string;
}

/** How a library writes what Python does not have. */
export interface ArrayLibrary {
  /** Whether values of a sort are plain numbers of Python. */
  readonly isNumber: (sort: Sort) => boolean;
  /** The function of one array that does what `math`'s, of this name, does to a number: `np.sqrt`. */
  readonly elementwise: (name: string) => string;
  readonly minimum: (a: Operand, b: Operand) => string;
  readonly maximum: (a: Operand, b: Operand) => string;
  /** Where the condition is no number of Python's. `whole` is the operation. */
  readonly where: (condition: Operand, a: Operand, b: Operand, whole: OperationNode) => Bound;
  /** Where the condition is a number and one branch is an array: the other as an array. */
  readonly filled?: (number: Operand, whole: OperationNode) => string;
  /** Sums over a tensor: ‖x‖, Σ x, ⟨a, b⟩. */
  readonly norm: (x: Operand) => string;
  readonly sum: (text: string) => string;
  /** Sums and maxima over `axis`, which stays as 1. */
  readonly fold: (x: Operand, how: 'sum' | 'max' | 'mean', axis: 0 | 1) => string;
  /** Functions on matrices that the file defines: by operation, the name. */
  readonly helpers: Readonly<Partial<Record<SurfaceOp, string>>>;
}

/** What a text is written for. */
export interface Scene {
  readonly library: ArrayLibrary;
  readonly sortOf: (expression: Expression) => Sort;
  /** The text of a name. */
  readonly name: (name: string) => string;
  /** Whether a number is never 0, or never 1, by what is declared of it. */
  readonly isNever: (name: string, value: 0 | 1) => boolean;
  /** A sum over several tensors, which stands for itself elsewhere; undefined where the sum is written out. */
  readonly over: (operation: OperationNode, scope: Scope) => string;
  /** Called for each function that the file has to define or import: `sign`, `divide`, `math`. */
  readonly needs: (what: string) => void;
}

const symbols: Readonly<Partial<Record<SurfaceOp, string>>> = { lt: '<', le: '<=', gt: '>', ge: '>=', eq: '==', ne: '!=' };

const folds: Readonly<Partial<Record<SurfaceOp, readonly ['sum' | 'max' | 'mean', 0 | 1]>>> = {
  rowSum: ['sum', 1],
  colSum: ['sum', 0],
  rowMax: ['max', 1],
  colMax: ['max', 0],
  rowMean: ['mean', 1],
  colMean: ['mean', 0],
};

/** The text of an expression, in parentheses where something that binds as tightly as `binds` is needed. */
export function toPython(expression: Expression, scene: Scene, binds = 0): string {
  const dialect: Dialect = {
    rule: () => (operand, operation) => rule(operand, operation, scene),
    number: (node) => numberToPython(node, scene.needs),
    name: ({ name }) => scene.name(name),
    scopes: { tensor: '', group: '', all: '' },
    parentheses: (text) => `(${text})`,
  };
  return write(expression, dialect, binds);
}

/** A number of Python with the value of a number of JavaScript. */
export function literal(value: number, needs: (what: string) => void): string {
  if (value === 2 ** -126) return '2.0**-126';
  if (Number.isFinite(value)) return (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value)).replace('e+', 'e');
  needs('math');
  return Number.isNaN(value) ? 'math.nan' : value < 0 ? '-math.inf' : 'math.inf';
}

function numberToPython({ value, text }: NumberNode, needs: (what: string) => void): Bound {
  const plain = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number(text) === value;
  // Python reads 010 as a mistake.
  return [value < 0 ? neg : atom, plain && !/^0\d/.test(text) ? text : literal(value, needs)];
}

function rule(write: WriteOperand, operation: OperationNode, scene: Scene): Bound {
  const { op, operands, scope } = operation;
  const { library, needs } = scene;
  const args = operands.map((expression, i): Operand => ({
    expression,
    sort: scene.sortOf(expression),
    text: (binds) => write(i, binds),
  }));
  const [a, b, c] = args as [Operand, Operand, Operand];
  const isPlain = args.every(({ sort }) => library.isNumber(sort));
  const call = (name: string): Bound => [atom, `${name}(${args.map(({ text }) => text(0)).join(', ')})`];
  const infix = (sign: string, binds: number): Bound => [binds, `${a.text(binds)} ${sign} ${b.text(binds + 1)}`];
  const fold = folds[op];
  if (fold !== undefined) return [atom, library.fold(a, ...fold)];
  switch (op) {
    case 'neg':
      return [neg, `-${a.text(neg)}`];
    case 'add':
      return infix('+', add);
    case 'sub':
      return infix('-', add);
    case 'mul':
      return infix('*', mul);
    case 'mod':
      if (args.every(({ sort }) => sort === 'static' || sort === 'host')) return infix('%', mul);
      // Python takes the exact remainder, in which 1 mod 0.1 is nearly 0.1 and not 0.
      return [add, `${a.text(add)} - ${b.text(mul)} * ${library.elementwise('floor')}(${a.text(mul)} / ${b.text(mul + 1)})`];
    case 'matmul':
      return infix('@', mul);
    case 'div':
      if (!isPlain || isNeverZero(b.expression, scene)) return infix('/', mul);
      needs('divide');
      return call('divide');
    case 'pow':
      return power(a, b);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
    case 'eq':
    case 'ne':
      return [compare, `${a.text(add)} ${symbols[op] ?? ''} ${b.text(add)}`];
    case 'abs':
      return call(isPlain ? 'abs' : library.elementwise('abs'));
    case 'sign':
      if (isPlain) needs('sign');
      return call(isPlain ? 'sign' : library.elementwise('sign'));
    case 'sqrt':
    case 'log':
      if (!isPlain) return call(library.elementwise(op));
      needs('math');
      if (op === 'sqrt' ? isNeverNegative(a.expression) : isNeverZero(a.expression, scene)) return call(`math.${op}`);
      needs(op);
      return call(op);
    case 'min':
    case 'max':
      if (isPlain) return call(op);
      return [atom, op === 'min' ? library.minimum(a, b) : library.maximum(a, b)];
    case 'select':
      return choice(a, b, c, operation, library);
    case 'norm':
      return [atom, scope === 'tensor' ? library.norm(a) : scene.over(operation, scope)];
    case 'inner':
      return [atom, scope === 'tensor' ? library.sum(product(a, b)) : scene.over(operation, scope)];
    case 'total':
      return [atom, scope === 'tensor' ? library.sum(a.text(0)) : scene.over(operation, scope)];
    case 'transpose':
      return [atom, `${a.text(atom)}.T`];
    default: {
      const helper = library.helpers[op];
      if (helper !== undefined) {
        needs(helper);
        return call(helper);
      }
      const others = inOthers(operation);
      if (others !== undefined) return rule((i, binds) => toPython(others.operands[i]!, scene, binds), others, scene);
      if (isPlain) needs('math');
      return call(isPlain ? `math.${op}` : library.elementwise(op));
    }
  }
}

/** The text of a·b for operands of an inner product. */
export function product(a: Operand, b: Operand): string {
  return `${a.text(mul)} * ${b.text(mul + 1)}`;
}

/** A whole number to the power of another may have more digits than arrays take: it is written as a number with a point. */
function power(a: Operand, b: Operand): Bound {
  const { expression } = a;
  const base = expression.kind === 'number' && /^\d+$/.test(a.text(0)) ? `${a.text(0)}.0` : a.text(atom);
  return [pow, `${base}**${b.text(neg)}`];
}

/** Whether a number is none that may be 0: what is declared so, 1 − βᵗ, and products, roots and powers of such. */
function isNeverZero(expression: Expression, scene: Scene): boolean {
  if (expression.kind === 'number') return expression.value !== 0;
  if (expression.kind === 'name') return scene.isNever(expression.name, 0);
  const { op, operands } = expression;
  const [a, b] = operands;
  if (op === 'sub') {
    const base = b?.kind === 'apply' && b.op === 'pow' ? b.operands[0] : b;
    return a?.kind === 'number' && a.value === 1 && base?.kind === 'name' && scene.isNever(base.name, 1);
  }
  if (op === 'pow') return a !== undefined && isNeverZero(a, scene);
  if (op === 'max') return operands.some((one) => one.kind === 'number' && one.value > 0);
  return ['sqrt', 'mul'].includes(op) && operands.every((one) => isNeverZero(one, scene));
}

/** Whether a number is none that may be negative: names of hyperparameters count as none, since few may be. */
function isNeverNegative(expression: Expression): boolean {
  if (expression.kind === 'number') return expression.value >= 0;
  if (expression.kind === 'name') return true;
  const { op, operands } = expression;
  const [a, b] = operands;
  if (op === 'abs' || op === 'norm' || op === 'sqrt') return true;
  // 1 − βᵗ.
  if (op === 'sub') return a?.kind === 'number' && a.value === 1 && b?.kind === 'apply' && b.op === 'pow';
  if (op === 'pow') return a !== undefined && (isNeverNegative(a) || (b?.kind === 'number' && b.value % 2 === 0));
  if (op === 'max') return operands.some(isNeverNegative);
  return ['add', 'mul', 'div', 'min'].includes(op) && operands.every(isNeverNegative);
}

function choice(condition: Operand, a: Operand, b: Operand, whole: OperationNode, library: ArrayLibrary): Bound {
  if (!library.isNumber(condition.sort)) return library.where(condition, a, b, whole);
  const mixed = library.isNumber(a.sort) !== library.isNumber(b.sort);
  const branch = (one: Operand, binds: number): string =>
    mixed && library.isNumber(one.sort) && library.filled !== undefined ? library.filled(one, whole) : one.text(binds);
  return [select, `${branch(a, compare)} if ${condition.text(compare)} else ${branch(b, select)}`];
}
