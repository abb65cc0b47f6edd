/** How every operation of the language is written, with X, Y, … for its operands: from the objects of the operations, so that a new one is tried by itself. */
import { isElementOp, isSugar, written } from '../../src/language/op.ts';
import type { Written } from '../../src/language/operations/operation.ts';
import { sugar } from '../../src/language/operations/sugar.ts';

const letters = ['X', 'Y', 'Z', 'U', 'V', 'W'];

function template({ text, takes }: Written): string | undefined {
  if (text.as === 'prefix') return `${text.printed}(X)`;
  if (text.as === 'infix') return `(X) ${text.token} (Y)`;
  return text.as === 'call' ? `${text.name}(${letters.slice(0, takes.length).join(', ')})` : undefined;
}

const worksOn = (op: string): string => (isElementOp(op) ? 'elements' : isSugar(op) ? sugar[op].on : 'matrices');

/** Operations on elements: of one operand, of two, and those that compare, as signs. Shorter ways to write some are among them. */
export function elementTemplates(): { readonly unary: string[]; readonly binary: string[]; readonly comparisons: string[] } {
  const all = written.filter(([op]) => worksOn(op) === 'elements').map(([, one]) => one);
  const texts = all.flatMap((one) => (one.compares === true ? [] : (template(one) ?? [])));
  return {
    unary: [...texts.filter((text) => !text.includes('Y')), '|(X)|', '√|(X)|', '√(X)', '(X)²', '(X)^3', '(X)^(1/3)'],
    binary: [...texts.filter((text) => text.includes('Y')), '(X)·(Y)', '(X) + (Y)', '(|(X)|)^(Y)'],
    comparisons: all.flatMap(({ text, compares }) => (text.as === 'infix' && compares === true ? [text.token] : [])),
  };
}

/** Sums over a tensor, a group and all parameters, of these texts. */
export function sumTemplates(first: string, second: string): string[] {
  const all = written.filter(([op]) => worksOn(op) === 'sums').map(([, one]) => one);
  return ['', '_group', '_all'].flatMap((scope) =>
    all.flatMap(({ text, takes }) =>
      text.as === 'call' ? [`${text.name}${scope}(${[first, second].slice(0, takes.length).join(', ')})`] : [],
    ),
  );
}

/** Every operation that is written as a call, between operands or before one, whatever it works on. */
export function allTemplates(): string[] {
  return written.flatMap(([, one]) => {
    const text = template(one);
    const scoped =
      one.text.as === 'call' && one.text.scoped ? ['_all', '_group'].map((scope) => (text ?? '').replace('(', `${scope}(`)) : [];
    return text === undefined ? [] : [text, ...scoped];
  });
}

/** A template with these texts for its operands. */
export function fill(template: string, ...operands: readonly string[]): string {
  return template.replaceAll(/[X-ZU-W]/g, (letter) => operands[letters.indexOf(letter)] ?? operands[0] ?? '');
}
