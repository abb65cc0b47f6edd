/** Expressions back to text in the language, and the changes of names that joining schedules needs. Knows trees only. */
import { precedence } from './op.ts';
import type { Expression } from './parser.ts';
import { syntax } from './syntax.ts';

/** The text of an expression; parsing it gives the same expression. */
export function printExpression(expression: Expression): string {
  return print(expression, 0);
}

function print(expression: Expression, binds: number): string {
  if (expression.kind === 'number') return expression.text;
  if (expression.kind === 'name') return expression.name;
  const { op, operands, scope } = expression;
  const [a, b, c] = operands;
  const how = syntax[op];
  const fence = (own: number, text: string): string => (own < binds ? `(${text})` : text);
  if (how.as === 'choice' && a !== undefined && b !== undefined && c !== undefined)
    return fence(precedence.select, `${print(a, precedence.compare)} ? ${print(b, 0)} : ${print(c, 0)}`);
  if (how.as === 'prefix' && a !== undefined) return fence(precedence.neg, `${how.printed}${print(a, precedence.neg)}`);
  if (how.as === 'infix' && a !== undefined && b !== undefined) {
    const left = op === 'pow' ? precedence.atom : how.binds;
    return fence(how.binds, `${print(a, left)}${how.printed}${print(b, how.binds + 1)}`);
  }
  const suffix = scope === 'tensor' ? '' : `_${scope}`;
  return `${how.as === 'call' ? how.name : op}${suffix}(${operands.map((operand) => print(operand, 0)).join(', ')})`;
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
