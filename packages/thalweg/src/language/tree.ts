/**
 * The syntax tree of equations, as their author wrote them: every name in the author's spelling, every node with its place in the text. Trees are
 * immutable. Knows no grammar and no meaning; `parser.ts` reads texts, `print.ts` writes them, `program.ts` gives names their meaning.
 */
import type { Span } from './error.ts';
import type { SurfaceOp } from './op.ts';
import type { Scope } from './operations/operation.ts';

/** A number, with its digits as written. */
export interface NumberNode {
  readonly kind: 'number';
  readonly value: number;
  readonly text: string;
  readonly span: Span;
}

/** A name: its ASCII spelling, which identifies it (`m_hat`), and how the author wrote it (`m̂`). */
export interface NameNode {
  readonly kind: 'name';
  readonly name: string;
  readonly written: string;
  readonly span: Span;
}

/** An operation on operands; `scope` says which tensors a sum or norm runs over. */
export interface OperationNode {
  readonly kind: 'apply';
  readonly op: SurfaceOp;
  readonly operands: readonly Expression[];
  readonly scope: Scope;
  readonly span: Span;
}

/** An expression. */
export type Expression = NumberNode | NameNode | OperationNode;

/** `target ← value`, which assigns `w` or a state, or `target = value`, which assigns a temporary. */
export interface Equation {
  readonly target: NameNode;
  readonly lasting: boolean;
  readonly value: Expression;
  readonly span: Span;
}

/** The span of nodes that were not parsed from a text. */
const nowhere: Span = { start: 0, end: 0 };

/** A number that was not parsed from a text; `text` is how it is printed. */
export function numberNode(value: number, text = String(value)): NumberNode {
  return { kind: 'number', value, text, span: nowhere };
}

/** A name that was not parsed from a text. */
export function nameNode(name: string, written = name): NameNode {
  return { kind: 'name', name, written, span: nowhere };
}

/** An operation that was not parsed from a text. */
export function operationNode(op: SurfaceOp, operands: readonly Expression[], scope: Scope = 'tensor'): OperationNode {
  return { kind: 'apply', op, operands, scope, span: nowhere };
}

/** The names that an expression reads, in their ASCII spelling, in the order in which they stand there. */
export function namesIn(expression: Expression): string[] {
  if (expression.kind === 'name') return [expression.name];
  return expression.kind === 'number' ? [] : expression.operands.flatMap(namesIn);
}

/** The expression with each node for which `replace` returns another replaced by that, from the outermost inwards; what was put in is not looked at again. */
export function substitute(expression: Expression, replace: (node: Expression) => Expression | undefined): Expression {
  const other = replace(expression);
  if (other !== undefined) return other;
  if (expression.kind !== 'apply') return expression;
  return { ...expression, operands: expression.operands.map((operand) => substitute(operand, replace)) };
}

/** The equations with names replaced, those that are assigned and those that are read; `names` maps ASCII spellings to new names. */
export function renameNames(equations: readonly Equation[], names: ReadonlyMap<string, NameNode>): Equation[] {
  const renamed = (node: NameNode): NameNode => {
    const other = names.get(node.name);
    return other === undefined ? node : { ...other, span: node.span };
  };
  return equations.map((equation) => ({
    ...equation,
    target: renamed(equation.target),
    value: substitute(equation.value, (node) => (node.kind === 'name' ? renamed(node) : undefined)),
  }));
}
