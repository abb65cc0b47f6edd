/** Trees back to text in the equation language, as an author would write it: √v̂, β₁ᵗ, ‖g‖. Parsing the text gives the same tree. Knows trees only. */
import { operations, type SurfaceOp } from './op.ts';
import { precedence } from './operations/operation.ts';
import { superscriptOf } from './symbol.ts';
import type { Equation, Expression } from './tree.ts';
import { write, type Dialect, type Rule } from './writer.ts';

const { select, neg, pow, atom } = precedence;

/** The rule that follows from how an operation is read: operators from the left, powers from the right, comparisons alone. */
function plainRule(op: SurfaceOp): Rule {
  const { text: one, takes } = operations[op];
  if (one.as === 'prefix') return [neg, `${one.printed}$a4`];
  if (one.as === 'infix') return [one.binds, `$a${String(one.left)}${one.printed}$b${String(one.binds + 1)}`];
  if (one.as === 'choice') return [select, '$a1 ? $b0 : $c0'];
  if (one.as === 'nothing') return [atom, `${op}($a0)`];
  return [atom, `${one.name}$_(${takes.map((_, i) => `$${'abcdef'.charAt(i)}0`).join(', ')})`];
}

/** Operations that authors write in a way that depends on the operands. */
const usual: Readonly<Partial<Record<SurfaceOp, Rule>>> = {
  // A bar does not tell whether it opens or closes, so only what has none inside stands between two.
  abs: (operand) => {
    const inner = operand(0, 0);
    return [atom, /[|‖]/.test(inner) ? `abs(${inner})` : `|${inner}|`];
  },
  // Where the exponent is a whole number or a letter that can be raised, it is; ^ is read from the right.
  pow: (operand, { operands: [, exponent] }) => {
    const raised = exponent?.kind === 'apply' ? undefined : superscriptOf(operand(1, atom));
    return [pow, operand(0, atom) + (raised ?? `^${operand(1, neg)}`)];
  },
};

const number: Dialect['number'] = ({ text }) => [/^[-−]/.test(text) ? neg : atom, text];
const scopes: Dialect['scopes'] = { tensor: '', group: '_group', all: '_all' };
const parentheses: Dialect['parentheses'] = (text) => `(${text})`;

// Two tables in full: what is made by spreading one into the other, no bundler leaves out where nothing is printed.
const plain: Dialect = { rule: plainRule, number, name: ({ name }) => name, scopes, parentheses };
const asWritten: Dialect = {
  rule: (op) => usual[op] ?? operations[op].usual ?? plainRule(op),
  number,
  name: ({ written }) => written,
  scopes,
  parentheses,
};

/** The text of an expression. */
export function printExpression(expression: Expression): string {
  return write(expression, asWritten);
}

/** The text of equations, one a line. */
export function printEquations(equations: readonly Equation[]): string {
  return equations.map(({ target, lasting, value }) => `${target.written} ${lasting ? '←' : '='} ${printExpression(value)}`).join('\n');
}

/** The text of an expression with functions by their names and names by their spellings: schedules are saved so, and compared by it. */
export function printPlain(expression: Expression): string {
  return write(expression, plain);
}
