/** Expressions back to text in the language, and the changes of names that joining schedules needs. Knows trees only. */
import { precedence, printing } from './op.ts';
import type { Expression } from './parser.ts';

const infix: Readonly<Record<string, string>> = {
  add: ' + ', sub: ' − ', mul: '·', matmul: ' @ ', div: '/', mod: ' mod ', pow: '^', lt: ' < ', le: ' ≤ ', gt: ' > ', ge: ' ≥ ', eq: ' == ', ne: ' ≠ ',
}; // prettier-ignore

/** The text of an expression; parsing it gives the same expression. */
export function printExpression(expression: Expression): string {
  return print(expression, 0);
}

function print(expression: Expression, binds: number): string {
  if (expression.kind === 'number') return expression.text;
  if (expression.kind === 'name') return expression.name;
  const { op, operands, scope } = expression;
  const [a, b, c] = operands;
  const own = op === 'select' ? precedence.select : op === 'div' ? precedence.mul : printing[op][0];
  const fence = (text: string): string => (own < binds ? `(${text})` : text);
  if (op === 'select' && a !== undefined && b !== undefined && c !== undefined) {
    return fence(`${print(a, precedence.compare)} ? ${print(b, 0)} : ${print(c, 0)}`);
  }
  if (op === 'neg' && a !== undefined) return fence(`−${print(a, precedence.neg)}`);
  const symbol = infix[op];
  if (symbol !== undefined && a !== undefined && b !== undefined) {
    const left = op === 'pow' ? precedence.atom : own;
    return fence(`${print(a, left)}${symbol}${print(b, own + 1)}`);
  }
  const suffix = scope === 'tensor' ? '' : `_${scope}`;
  return `${op === 'total' ? 'sum' : op}${suffix}(${operands.map((operand) => print(operand, 0)).join(', ')})`;
}

/** The expression with each name replaced by what `replace` returns for it, if anything. */
export function substitute(expression: Expression, replace: (name: string) => Expression | undefined): Expression {
  if (expression.kind === 'number') return expression;
  if (expression.kind === 'name') return replace(expression.name) ?? expression;
  return {
    ...expression,
    operands: expression.operands.map((operand) => substitute(operand, replace)),
  };
}
