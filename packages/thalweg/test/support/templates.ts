/** How every operation of the language is written, with X, Y, … for its operands: from the table of the language, so that a new one is tried by itself. */
import { isElementOp, precedence, sugar, type SugarOp } from '../../src/language/op.ts';
import { written, type Syntax } from '../../src/language/syntax.ts';

const letters = ['X', 'Y', 'Z', 'U', 'V', 'W'];

function template(one: Syntax): string | undefined {
  if (one.as === 'prefix') return `${one.printed}(X)`;
  if (one.as === 'infix') return `(X) ${one.token} (Y)`;
  return one.as === 'call' ? `${one.name}(${letters.slice(0, one.arguments).join(', ')})` : undefined;
}

const isSugar = (op: string): op is SugarOp => Object.hasOwn(sugar, op);
const worksOn = (op: string): string => (isElementOp(op) ? 'elements' : isSugar(op) ? sugar[op] : 'matrices');

/** Operations on elements: of one operand, of two, and those that compare, as signs. Shorter ways to write some are among them. */
export function elementTemplates(): { readonly unary: string[]; readonly binary: string[]; readonly comparisons: string[] } {
  const all = written.filter(([op]) => worksOn(op) === 'elements');
  const compares = (one: Syntax): boolean => one.as === 'infix' && one.binds === precedence.compare;
  const texts = all.flatMap(([, one]) => (compares(one) ? [] : (template(one) ?? [])));
  return {
    unary: [...texts.filter((text) => !text.includes('Y')), '|(X)|', '√|(X)|', '√(X)', '(X)²', '(X)^3', '(X)^(1/3)'],
    binary: [...texts.filter((text) => text.includes('Y')), '(X)·(Y)', '(X) + (Y)', '(|(X)|)^(Y)'],
    comparisons: all.flatMap(([, one]) => (one.as === 'infix' && compares(one) ? [one.token] : [])),
  };
}

/** Sums over a tensor, a group and all parameters, of these texts. */
export function sumTemplates(first: string, second: string): string[] {
  const texts = written.flatMap(([op, one]) => (worksOn(op) === 'sums' && one.as === 'call' ? [one] : []));
  return ['', '_group', '_all'].flatMap((scope) =>
    texts.map((one) => `${one.name}${scope}(${[first, second].slice(0, one.arguments).join(', ')})`),
  );
}

/** Every operation that is written as a call, between operands or before one, whatever it works on. */
export function allTemplates(): string[] {
  return written.flatMap(([, one]) => {
    const text = template(one);
    const scoped = one.as === 'call' && one.scoped ? ['_all', '_group'].map((scope) => (text ?? '').replace('(', `${scope}(`)) : [];
    return text === undefined ? [] : [text, ...scoped];
  });
}

/** A template with these texts for its operands. */
export function fill(template: string, ...operands: readonly string[]): string {
  return template.replaceAll(/[X-ZU-W]/g, (letter) => operands[letters.indexOf(letter)] ?? operands[0] ?? '');
}
