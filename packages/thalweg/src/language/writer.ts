/**
 * Trees to text, for every language with infix operators: walks an expression and adds parentheses where the target's precedence requires them. A target is
 * a table of rules, one for each operation. Knows no target.
 */
import type { SurfaceOp } from './op.ts';
import type { Scope } from './operations/operation.ts';
import type { Expression, NameNode, NumberNode, OperationNode } from './tree.ts';

/** A text and how tightly it binds: it stands in parentheses where something tighter is needed. */
export type Bound = readonly [binds: number, text: string];

/** Writes operand `index` of an operation where something that binds as tightly as `binds` is needed. */
export type WriteOperand = (index: number, binds: number) => string;

/**
 * How an operation is written: how tightly it binds, and a template, or a function of what it is applied to. In a template `$a2` is the first operand,
 * in parentheses if it binds less tightly than 2, `$b3` the second; `$.b4` is set off from what stands before it if it begins with a digit or a sign; `$_`
 * is the scope of a sum.
 */
export type Rule = readonly [binds: number, template: string] | ((write: WriteOperand, operation: OperationNode) => Bound);

/** How a language is written. */
export interface Dialect {
  readonly rule: (op: SurfaceOp) => Rule;
  readonly number: (node: NumberNode) => Bound;
  readonly name: (node: NameNode) => string;
  /** What `$_` stands for. */
  readonly scopes: Readonly<Record<Scope, string>>;
  readonly parentheses: (text: string) => string;
  /** Whether what binds as tightly as `own` needs parentheses where `binds` is asked for; by default, if it is less. */
  readonly encloses?: (own: number, binds: number) => boolean;
  /** Sets an operand that begins with a digit or a sign off from what stands before it. */
  readonly setOff?: (text: string) => string;
}

/** The text of an expression. */
export function write(expression: Expression, dialect: Dialect, binds = 0): string {
  const [own, text] = bound(expression, dialect);
  const encloses = dialect.encloses?.(own, binds) ?? own < binds;
  return encloses ? dialect.parentheses(text) : text;
}

function bound(expression: Expression, dialect: Dialect): Bound {
  if (expression.kind === 'number') return dialect.number(expression);
  if (expression.kind === 'name') return [Infinity, dialect.name(expression)];
  const { op, operands, scope } = expression;
  const operand: WriteOperand = (index, binds) => {
    const one = operands[index];
    if (one === undefined) throw new RangeError(`${op} has no operand ${String(index)}`);
    return write(one, dialect, binds);
  };
  const rule = dialect.rule(op);
  if (typeof rule === 'function') return rule(operand, expression);
  const [own, template] = rule;
  const text = template.replace(/\$(?:_|(\.?)([a-f])(\d))/g, (_, dot: string | undefined, letter: string, inner: string) => {
    if (dot === undefined) return dialect.scopes[scope];
    const printed = operand('abcdef'.indexOf(letter), Number(inner));
    return dot === '.' && /^[\d-]/.test(printed) ? (dialect.setOff?.(printed) ?? printed) : printed;
  });
  return [own, text];
}
