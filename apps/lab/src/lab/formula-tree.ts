/**
 * A typed function as a tree: split into tokens by the lexer of the library, so that what the editor of equations offers can be written here
 * too (`·`, `−`, `²`, `π`), and every name checked against a list. Knows neither derivatives nor pages.
 */
import { EquationError, tokenize, type Token } from 'thalweg';
import { FormulaError } from './formula-error.ts';

/** An operation of two operands. */
export type Binary = '+' | '-' | '*' | '/' | '^';

/** Functions of one argument. */
export const functionNames = ['sin', 'cos', 'tan', 'exp', 'log', 'sqrt', 'abs', 'tanh', 'sinh', 'cosh', 'atan'] as const;

/** A function of one argument. */
export type FunctionName = (typeof functionNames)[number];

/** A function as written. */
export type Tree =
  | { readonly kind: 'number'; readonly value: number; readonly latex: string; readonly code: string }
  | { readonly kind: 'variable'; readonly name: 'x' | 'y' }
  | { readonly kind: 'negative'; readonly of: Tree }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly of: Tree }
  | { readonly kind: 'binary'; readonly op: Binary; readonly left: Tree; readonly right: Tree };

/** The longest function, and how deep its parentheses may be nested. */
export const [longest, deepest] = [240, 20];

const constants: Readonly<Record<string, Tree>> = {
  pi: { kind: 'number', value: Math.PI, latex: '\\pi', code: 'Math.PI' },
  e: { kind: 'number', value: Math.E, latex: 'e', code: 'Math.E' },
};

const made = 'a formula is made of numbers, x, y, + − · / ^ and functions';

/** Reads a function of x and y. Throws a FormulaError that says what cannot stand there and what can. */
export function treeOf(text: string): Tree {
  if (text.trim() === '') throw new FormulaError('Type a formula in x and y, such as x² + 3·y².');
  if (text.length > longest) throw new FormulaError(`A formula may have ${String(longest)} characters; this has ${String(text.length)}.`);
  return new Reader(text, tokens(text)).whole();
}

function tokens(text: string): Token[] {
  try {
    return tokenize('f(x, y)', text).filter(({ kind }) => kind !== 'newline');
  } catch (error) {
    if (error instanceof EquationError) throw new FormulaError(`This cannot be read. ${error.message}`);
    throw error;
  }
}

/** What an operator means, as the library's own expressions have it: powers bind tightest and to the right, then signs, then products. */
class Reader {
  readonly #text: string;
  #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string, all: readonly Token[]) {
    [this.#text, this.#tokens] = [text, all];
  }

  whole(): Tree {
    const tree = this.#sum();
    const left = this.#peek();
    if (left.kind !== 'end') this.#unexpected(left);
    return tree;
  }

  #sum(): Tree {
    let left = this.#product();
    for (let op = this.#take('+', '-'); op !== undefined; op = this.#take('+', '-'))
      left = { kind: 'binary', op: op as Binary, left, right: this.#product() };
    return left;
  }

  #product(): Tree {
    let left = this.#signed();
    for (let op = this.#take('*', '/'); op !== undefined; op = this.#take('*', '/'))
      left = { kind: 'binary', op: op as Binary, left, right: this.#signed() };
    return left;
  }

  #signed(): Tree {
    if (this.#take('+') !== undefined) return this.#signed();
    return this.#take('-') === undefined ? this.#power() : { kind: 'negative', of: this.#signed() };
  }

  #power(): Tree {
    let base = this.#atom();
    for (let token = this.#peek(); token.kind === 'superscript'; token = this.#peek()) {
      this.#next += 1;
      base = { kind: 'binary', op: '^', left: base, right: new Reader(token.text, tokens(token.text)).whole() };
    }
    return this.#take('^') === undefined ? base : { kind: 'binary', op: '^', left: base, right: this.#signed() };
  }

  #atom(): Tree {
    const token = this.#peek();
    this.#next += 1;
    if (token.kind === 'number') return this.#number(token);
    if (token.kind === 'name') return this.#peek().text === '(' ? this.#call(token) : this.#name(token);
    if (token.text === '(') return this.#closed(')');
    if (token.text === '|') return { kind: 'call', name: 'abs', of: this.#closed('|') };
    if (token.text === '√') return { kind: 'call', name: 'sqrt', of: this.#power() };
    return this.#unexpected(token);
  }

  #number(token: Token): Tree {
    const value = Number(token.text);
    const after = this.#peek();
    if (after.kind === 'name' || after.text === '(')
      throw new FormulaError(
        `Write the multiplication out: ${this.#source(token)}·${this.#source(after)}${after.text === '(' ? '…)' : ''}.`,
      );
    if (!Number.isFinite(value)) throw new FormulaError(`${this.#source(token)} is beyond the largest number, about 1.8e308.`);
    return { kind: 'number', value, latex: latexOf(value), code: String(value) };
  }

  #name(token: Token): Tree {
    if (token.text === 'x' || token.text === 'y') return { kind: 'variable', name: token.text };
    const known = Object.hasOwn(constants, token.text) ? constants[token.text] : undefined;
    if (known === undefined)
      throw new FormulaError(`${this.#source(token)} is not known: a formula has x, y, π, e, numbers and functions.`);
    return known;
  }

  #call(token: Token): Tree {
    const name = functionNames.find((one) => one === token.text);
    if (name === undefined) {
      const product = ['x', 'y', 'pi', 'e'].includes(token.text) ? `Write the multiplication out: ${this.#source(token)}·(…). ` : '';
      throw new FormulaError(`${product}${this.#source(token)} is not allowed as a function; there are ${functionNames.join(', ')}.`);
    }
    this.#next += 1;
    if (this.#peek().text === ')') throw new FormulaError(`${name} takes one argument.`);
    const of = this.#closed(')', `${name} takes one argument.`);
    return { kind: 'call', name, of };
  }

  /** What stands between an opening sign, which has been read, and `close`. */
  #closed(close: string, otherwise?: string): Tree {
    this.#depth += 1;
    if (this.#depth > deepest) throw new FormulaError(`The parentheses are nested more than ${String(deepest)} deep.`);
    const inner = this.#sum();
    this.#depth -= 1;
    if (this.#take(close) !== undefined) return inner;
    const found = this.#peek();
    if (found.text === ',' && otherwise !== undefined) throw new FormulaError(otherwise);
    if (found.kind !== 'end') return this.#unexpected(found);
    throw new FormulaError(`This cannot be read: a ${close} is missing at the end.`);
  }

  #unexpected(token: Token): never {
    if (token.kind === 'end') throw new FormulaError('This cannot be read: it ends where a number, a name or a parenthesis should follow.');
    if (token.kind === 'symbol' && !['(', ')', '+', '*', '/', '^', '|', ','].includes(token.text))
      throw new FormulaError(`${this.#source(token)} is not allowed: ${made}.`);
    throw new FormulaError(`This cannot be read: ${this.#source(token)} cannot stand at place ${String(token.span.start + 1)}.`);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', span: { start: this.#text.length, end: this.#text.length } };
  }

  #take(...signs: readonly string[]): string | undefined {
    const { kind, text } = this.#peek();
    if (kind !== 'symbol' || !signs.includes(text)) return undefined;
    this.#next += 1;
    return text;
  }

  #source({ span }: Token): string {
    return this.#text.slice(span.start, span.end);
  }
}

function latexOf(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  return exponent === undefined ? mantissa : `${mantissa}\\cdot 10^{${exponent.replace('+', '')}}`;
}
