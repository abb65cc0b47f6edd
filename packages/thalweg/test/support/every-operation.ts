/** For each operation on elements a method that computes it of an array, of a number of the step, and of a number that is made of a sum. */
import { optimizer, type Method } from 'thalweg';
import { elementTemplates, fill } from './templates.ts';

/** Each operation as an equation: w becomes what it gives for g and 0.7. */
export function everyAlone(): (readonly [operation: string, method: Method])[] {
  const { unary, binary } = elementTemplates();
  return [...unary, ...binary].map((template, i) => {
    const make = optimizer({ name: `alone_${String(i)}`, hyper: { lr: ['η', 1] }, equations: `w ← η·(${fill(template, 'g', '0.7')})` });
    return [template, make()] as const;
  });
}

/** The methods, with what they compute, of operands for which every operation is a number of moderate size. */
export function everyOperation(): (readonly [operation: string, method: Method])[] {
  const { unary, binary, comparisons } = elementTemplates();
  const all = [...unary, ...binary, ...comparisons.map((sign) => `(X) ${sign} (Y) ? 1 : 2`)];
  return all.map((template, i) => {
    const equations = `
      a = ${fill(template, '0.3 + |g|', '0.7 + |w|')}
      b = ${fill(template, 'β₁', '0.5')}
      c = ${fill(template, '0.1 + ‖g‖', '0.9')}
      w ← w − η·(a + b + c)
    `;
    const make = optimizer({ name: `operation_${String(i)}`, hyper: { lr: ['η', 0.01], beta1: ['β₁', 0.9, '[0, 1)'] }, equations });
    return [template, make()] as const;
  });
}
