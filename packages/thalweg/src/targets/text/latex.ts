/** Equations to LaTeX, as they were written: from their trees, before any rewriting. Pure. */
import { operations } from '../../language/op.ts';
import { precedence } from '../../language/operations/operation.ts';
import { nameToLatex } from '../../language/symbol.ts';
import type { Equation, Expression, NumberNode } from '../../language/tree.ts';
import { write, type Bound, type Dialect } from '../../language/writer.ts';

const { neg, pow, atom } = precedence;

const dialect: Omit<Dialect, 'name'> = {
  rule: (op) => operations[op].latex,
  number: numberToLatex,
  scopes: { tensor: '', group: '_{\\mathrm{group}}', all: '_{\\mathrm{all}}' },
  parentheses: (text) => `\\left(${text}\\right)`,
  // What begins with a sign stands in parentheses wherever it stands beside something else.
  encloses: (own, binds) => own < binds || (own === neg && binds > 0),
  setOff: (text) => `\\cdot ${text}`,
};

/** LaTeX of an expression; `name` typesets names, which are given in their ASCII spelling. */
export function expressionToLatex(expression: Expression, name: (spelling: string) => string = nameToLatex): string {
  return write(expression, { ...dialect, name: (node) => name(node.name) });
}

/** An equation as LaTeX: the name, an arrow or an equals sign, and the value. */
export interface EquationLatex {
  readonly name: string;
  readonly sign: string;
  readonly value: string;
}

/**
 * LaTeX of the equations of one part. An arrow says that a name has another value than before: one that lasts, the gradient that is replaced, and a temporary
 * that had a value already. `name` typesets names, which are given in their ASCII spelling.
 */
export function equationsToLatex(equations: readonly Equation[], name: (spelling: string) => string = nameToLatex): EquationLatex[] {
  const known = new Set(['g']);
  return equations.map(({ target, lasting, value }) => {
    const again = lasting || known.has(target.name);
    known.add(target.name);
    return { name: name(target.name), sign: again ? '\\leftarrow' : '=', value: expressionToLatex(value, name) };
  });
}

/** Lines of LaTeX aligned at their signs; those of several parts are separated by a little space. */
export function aligned(parts: readonly (readonly EquationLatex[])[]): string {
  const blocks = parts.map((lines) => lines.map(({ name, sign, value }) => `${name} &${sign} ${value}`).join(' \\\\\n'));
  return `\\begin{aligned}\n${blocks.filter((block) => block !== '').join(' \\\\[4pt]\n')}\n\\end{aligned}`;
}

/** 1e-8 is 10⁻⁸ and 2.5e3 is 2.5·10³. What is put in the place of a name may be negative, or no finite number. */
function numberToLatex({ value, text }: NumberNode): Bound {
  if (Number.isNaN(value)) return [atom, '\\mathrm{NaN}'];
  const sign = value < 0 ? '-' : '';
  if (!Number.isFinite(value)) return [value < 0 ? neg : atom, `${sign}\\infty`];
  const digits = text.replace(/^[-−]/, '');
  const [mantissa = '', exponent] = digits.toLowerCase().replace('−', '-').split('e');
  if (exponent === undefined) return [value < 0 ? neg : atom, sign + digits];
  const power = `10^{${String(Number(exponent))}}`;
  const latex = Number(mantissa) === 1 ? power : `${mantissa} \\cdot ${power}`;
  return [value < 0 ? neg : pow, sign + latex];
}
