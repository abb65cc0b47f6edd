/**
 * Operations as source text of languages with infix operators, with as few parentheses as needed. A language defines its operators and functions; WGSL,
 * JavaScript and the authors' notation are such. Pure.
 */
import { arithmetic, type Arithmetic } from '../../../language/operations/arithmetic.ts';
import { elements, type ElementOp } from '../../../language/operations/elements.ts';

/** A text, and how tightly it binds. */
export interface Term {
  readonly text: string;
  readonly binds: number;
}

/** How tightly things bind, from what has to stand in parentheses nearly everywhere to what never has to. */
export const binding = { choice: 0, compare: 1, add: 2, mul: 3, sign: 4, atom: 5 } as const;

/** What a language calls things. */
export interface Language {
  /** Signs that stand between two operands. */
  readonly signs: Readonly<Record<'add' | 'sub' | 'mul' | 'div' | 'lt' | 'le' | 'eq' | 'ne', string>>;
  readonly minus: string;
  /** The function of an operation that is a call. */
  readonly call: (op: ElementOp) => string;
  readonly constant: (value: number) => Term;
  /** `condition` is a comparison. */
  readonly choice: (condition: Term, a: Term, b: Term) => Term;
}

/** A name, or another text that never needs parentheses. */
export const atom = (text: string): Term => ({ text, binds: binding.atom });

/** A call of a function. */
export const call = (name: string, ...operands: readonly Term[]): Term => atom(`${name}(${operands.map(({ text }) => text).join(', ')})`);

/** The text of a term that stands where only what binds as tightly as `least` may. */
export function within({ text, binds }: Term, least: number): string {
  return binds < least ? `(${text})` : text;
}

const places = { add: binding.add, sub: binding.add, mul: binding.mul, div: binding.mul } as const;

/** The operations on elements in a language. */
export class Notation {
  private readonly language: Language;
  private readonly arithmetic: Arithmetic<Term>;

  constructor(language: Language) {
    this.language = language;
    const { signs, minus } = language;
    const special = { constant: language.constant, sign: (a: Term) => call(language.call('sign'), a), select: language.choice };
    this.arithmetic = arithmetic<Term>(special, (op) => (a, b) => {
      if (op === 'neg') return { text: minus + within(a, binding.atom), binds: binding.sign };
      if (op === 'abs' || op === 'sqrt' || op === 'floor') return call(language.call(op), a);
      if (op === 'min' || op === 'max') return call(language.call(op), a, b);
      if (op === 'lt' || op === 'le' || op === 'eq' || op === 'ne')
        return { text: `${within(a, binding.add)} ${signs[op]} ${within(b, binding.add)}`, binds: binding.compare };
      const binds = places[op];
      // Subtraction and division read from the left, and sums keep the order in which their author added.
      return { text: `${within(a, binds)}${signs[op]}${within(b, binds + 1)}`, binds };
    });
  }

  /** A constant. */
  constant(value: number): Term {
    return this.language.constant(value);
  }

  /** An operation on operands. */
  operation(op: ElementOp, [a, b, c]: readonly Term[]): Term {
    const { compute } = elements[op];
    const none = atom('');
    if (compute.in === 'own') return compute.over(this.arithmetic, a ?? none, b ?? none, c ?? none);
    const name = this.language.call(op);
    return b === undefined ? call(name, a ?? none) : call(name, a ?? none, b);
  }
}

/** A number as most languages write it: with a dot or an exponent. */
export function decimal(value: number): Term {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return { text: /[.e]/.test(text) ? text : `${text}.0`, binds: text.startsWith('-') ? binding.sign : binding.atom };
}
