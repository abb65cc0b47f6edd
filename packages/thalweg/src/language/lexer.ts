/**
 * Text to tokens. Folds look-alikes and ASCII spellings (`<-` is ←, `*` is ·, `||` is ‖) but keeps each token's place in the text
 * as the user wrote it, so that errors can point there. Knows no grammar.
 */
import { EquationError, type Span } from './error.ts';
import { limits } from './limits.ts';
import { continuesName, pairs, spell, startsName, superscript } from './symbol.ts';

/** The kind of a token: a number, a name, an exponent written as superscripts, a symbol, the end of an equation, or the end of the text. */
export type TokenKind = 'number' | 'name' | 'superscript' | 'symbol' | 'newline' | 'end';

/** A token: `text` is its normalized spelling, `span` its place in the text. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly span: Span;
}

const folded = /* @__PURE__ */ pairs('←·⋅∙×∗⊙−–—÷∕≤⩽≥⩾≠≟‖∥〈〉∣', '<- * * * * * * - - - / / <= <= >= >= != == || || ⟨ ⟩ |');

const symbols = /* @__PURE__ */ '<- <= >= != == || + - * / @ ^ ( ) , ? : = < > | √ ⟨ ⟩'.split(' ');
/** What an equation cannot end with. */
const continuing = /* @__PURE__ */ symbols.filter((one) => !/[()|⟨⟩]/.test(one));

/** What other languages write, with what is written here. */
const foreign = [
  ['**', 'a power is written with ^'],
  [':=', 'write ← or <- to assign w or a state, = for a temporary'],
] as const;

/**
 * Splits the equations of `owner` into tokens, each in its ASCII spelling with its place in the text; also useful for other texts in the same notation,
 * such as functions of x and y. Throws an EquationError at a character that is not part of the language, or if the text exceeds the limits.
 *
 * @example
 * ```ts
 * import { tokenize } from 'thalweg';
 * tokenize('f', 'x² − π').map(({ text }) => text); // ['x', '2', '-', 'pi', '']
 * ```
 */
export function tokenize(owner: string, written: string): Token[] {
  // Signs of full width, as East Asian keyboards write them, stand where plain ones do.
  const text = written.replace(/[！-～]/g, (one) => one.normalize('NFKC'));
  const tokens: Token[] = [];
  let depth = 0;
  let equationStart = 0;
  let at = 0;
  const refuse = (length: number, problem: string): never => {
    throw new EquationError(owner, written, { start: at, end: at + length }, problem);
  };
  const allow = (count: number, most: number, what: string, length: number): void => {
    if (count > most) refuse(length, `more than ${String(most)} ${what}`);
  };
  const push = (kind: TokenKind, token: string, length: number): void => {
    tokens.push({ kind, text: token, span: { start: at, end: at + length } });
    if (kind === 'newline') equationStart = tokens.length;
    else allow(length, limits.name, `characters in one ${kind}`, length);
    allow(tokens.length, limits.symbols, 'symbols in one text', length);
    allow(tokens.length - equationStart, limits.equation, 'symbols in one equation', length);
    at += length;
  };
  if (text.length > limits.characters) at = limits.characters;
  allow(text.length, limits.characters, 'characters in one text', 1);
  while (at < text.length) {
    const rest = text.slice(at);
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character === '\n' || character === ';') {
      const last = tokens.at(-1);
      const open = depth > 0 || (last?.kind === 'symbol' && continuing.includes(last.text));
      if (open || last === undefined || last.kind === 'newline') at += 1;
      else push('newline', '\n', 1);
    } else if (/[\s\u200b]/.test(character)) {
      at += character.length;
    } else if (character === '#' || rest.startsWith('//')) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (/[0-9.]/.test(character)) {
      const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(rest)?.[0] ?? '.';
      if (number === '.') refuse(1, 'a number needs a digit before or after the point');
      push('number', number, number.length);
    } else if (superscript(character) !== undefined) {
      let exponent = '';
      for (const c of rest) {
        const plain = superscript(c);
        if (plain === undefined) break;
        exponent += plain;
      }
      push('superscript', exponent, exponent.length);
    } else if (startsName(character)) {
      let length = 0;
      for (const c of rest) {
        if (!continuesName(c)) break;
        length += c.length;
      }
      push('name', spell(rest.slice(0, length)), length);
    } else {
      for (const [sign, here] of foreign) if (rest.startsWith(sign)) refuse(sign.length, here);
      const plain = folded.get(character);
      const symbol = plain ?? symbols.find((s) => rest.startsWith(s));
      if (symbol === undefined) return refuse(character.length, `${JSON.stringify(character)} has no meaning here`);
      if (symbol === '(' || symbol === '⟨') depth += 1;
      if (symbol === ')' || symbol === '⟩') depth = Math.max(0, depth - 1);
      push('symbol', symbol, plain === undefined ? symbol.length : character.length);
    }
  }
  push('end', '', 0);
  return tokens;
}
