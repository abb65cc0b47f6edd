/** Equations to LaTeX, as they were written: from the parsed text, before any rewriting. Pure. */
import { precedence, printing } from '../../language/op.ts';
import type { Expression, Statement } from '../../language/parser.ts';
import { nameToLatex } from '../../language/symbol.ts';

const scopes = {
  tensor: '',
  group: '_{\\mathrm{group}}',
  all: '_{\\mathrm{all}}',
} as const;

/** LaTeX of an expression. */
export function expressionToLatex(expression: Expression): string {
  return print(expression, 0);
}

/** LaTeX of statements: one aligned line each. Lines of several parts are separated by a little space. */
export function statementsToLatex(parts: readonly (readonly Statement[])[]): string {
  const blocks = parts.map((statements) =>
    statements
      .map(({ name, lasting, value }) => `${nameToLatex(name)} &${lasting ? '\\leftarrow' : '='} ${expressionToLatex(value)}`)
      .join(' \\\\\n'),
  );
  return `\\begin{aligned}\n${blocks.filter((block) => block !== '').join(' \\\\[4pt]\n')}\n\\end{aligned}`;
}

function print(expression: Expression, binds: number): string {
  if (expression.kind === 'number') return numberToLatex(expression.text);
  if (expression.kind === 'name') return nameToLatex(expression.name);
  const { op, operands, scope } = expression;
  const [own, latex] = printing[op];
  const text = latex.replace(/\$(?:_|(\.?)([a-e])(\d))/g, (_, dot: string | undefined, letter: string, inner: string) => {
    if (dot === undefined) return scopes[scope];
    const operand = operands['abcde'.indexOf(letter)];
    if (operand === undefined) throw new RangeError(`${op} has no operand ${letter}`);
    const printed = print(operand, Number(inner));
    return dot === '.' && /^[\d-]/.test(printed) ? `\\cdot ${printed}` : printed;
  });
  return own < binds || (own === precedence.neg && binds > 0) ? `\\left(${text}\\right)` : text;
}

/** 1e-8 is 10⁻⁸ and 2.5e3 is 2.5·10³. */
function numberToLatex(text: string): string {
  const match = /^(.*?)e([+-]?\d+)$/i.exec(text);
  if (match === null) return text;
  const power = `10^{${String(Number(match[2]))}}`;
  return Number(match[1]) === 1 ? power : `${match[1] ?? ''} \\cdot ${power}`;
}
