/**
 * Tokens to a syntax tree. A recursive-descent parser whose tree keeps what was written, so that LaTeX prints the original text and not a rewritten one.
 * Does not resolve names; `program.ts` does.
 */
import { EquationError, suggestion } from './error.ts';
import { tokenize, type Token } from './lexer.ts';
import { limits } from './limits.ts';
import { functions, operators, type SurfaceOp } from './op.ts';
import { precedence, type Scope } from './operations/operation.ts';
import type { Equation, Expression, NameNode } from './tree.ts';

const comparisons = operators(precedence.compare);
const sums = operators(precedence.add);
const products = operators(precedence.mul);

/** Reads the equations of `owner`. Throws an EquationError at the first place that cannot be read. */
export function parse(owner: string, text: string): Equation[] {
  return new Parser(owner, text).equations();
}

/** Reads one expression, such as a schedule's. */
export function parseExpression(owner: string, text: string): Expression {
  return new Parser(owner, text).only();
}

class Parser {
  private readonly owner: string;
  private readonly text: string;
  private tokens: Token[];
  private next = 0;
  private depth = 0;
  /** Whether what is read stands in a superscript. */
  private raised = false;

  constructor(owner: string, text: string) {
    this.owner = owner;
    this.text = text;
    this.tokens = tokenize(owner, text);
  }

  equations(): Equation[] {
    const out: Equation[] = [];
    while (this.take('newline') !== undefined);
    while (this.peek().kind !== 'end') {
      const name = this.peek();
      if (name.kind !== 'name') this.fail(name, `expected a name to assign to, found ${this.describe(name)}`);
      this.next += 1;
      const arrow = this.peek();
      if (arrow.text !== '<-' && arrow.text !== '=') {
        this.fail(arrow, `expected ← or = after ${this.source(name)}, found ${this.describe(arrow)}`);
      }
      this.next += 1;
      const value = this.expression();
      const span = { start: name.span.start, end: this.tokens[this.next - 1]?.span.end ?? name.span.end };
      const end = this.peek();
      if (end.kind !== 'newline' && end.kind !== 'end') this.unexpected(end);
      while (this.take('newline') !== undefined);
      out.push({
        target: this.name(name),
        lasting: arrow.text === '<-',
        value,
        span,
      });
    }
    return out;
  }

  only(): Expression {
    while (this.take('newline') !== undefined);
    const value = this.expression();
    while (this.take('newline') !== undefined);
    if (this.peek().kind !== 'end') this.unexpected(this.peek());
    return value;
  }

  private expression(): Expression {
    return this.nested(() => {
      const condition = this.comparison();
      if (this.takeSymbol('?') === undefined) return condition;
      const whenTrue = this.expression();
      this.expect(':', 'between the two branches of a condition');
      return this.apply('select', [condition, whenTrue, this.expression()]);
    });
  }

  /** Reads what stands inside something else. The depth is bounded, because what follows walks trees recursively. */
  private nested(read: () => Expression): Expression {
    this.depth += 1;
    if (this.depth > limits.nesting) this.fail(this.peek(), `more than ${String(limits.nesting)} nested operations`);
    const inner = read();
    this.depth -= 1;
    return inner;
  }

  private comparison(): Expression {
    const left = this.sum();
    const op = this.takeOperator(comparisons);
    return op === undefined ? left : this.apply(op, [left, this.sum()]);
  }

  private sum(): Expression {
    let left = this.product();
    for (let op = this.takeOperator(sums); op !== undefined; op = this.takeOperator(sums)) left = this.apply(op, [left, this.product()]);
    return left;
  }

  private product(): Expression {
    let left = this.unary();
    for (let op = this.takeOperator(products); op !== undefined; op = this.takeOperator(products))
      left = this.apply(op, [left, this.unary()]);
    return left;
  }

  private unary(): Expression {
    const minus = this.takeSymbol('-');
    if (minus === undefined) return this.power();
    return this.apply('neg', [this.nested(() => this.unary())], undefined, minus.span.start);
  }

  private power(): Expression {
    let base = this.atom();
    for (let token = this.take('superscript'); token !== undefined; token = this.take('superscript')) {
      if (token.text === 'T') base = this.apply('transpose', [base], token.span.end);
      else base = this.apply('pow', [base, this.exponent(token)], token.span.end);
    }
    if (this.takeSymbol('^') === undefined) return base;
    return this.apply('pow', [base, this.nested(() => this.unary())]);
  }

  /** A superscript such as ᵗ⁺¹ is an expression of its own; its places are those of the superscript as a whole. */
  private exponent(token: Token): Expression {
    const saved = [this.tokens, this.next, this.raised] as const;
    this.tokens = tokenize(this.owner, token.text).map((inner) => ({
      ...inner,
      span: token.span,
    }));
    this.next = 0;
    this.raised = true;
    const value = this.only();
    [this.tokens, this.next, this.raised] = saved;
    return value;
  }

  private atom(): Expression {
    const token = this.peek();
    this.next += 1;
    if (token.kind === 'number') {
      const after = this.peek();
      if (after.kind === 'name' && after.text !== 'mod') {
        this.fail(after, `write a product as ${this.source(token)}·${this.source(after)}`);
      }
      const value = Number(token.text);
      if (!Number.isFinite(value)) this.fail(token, `${this.source(token)} is beyond the largest number, about 1.8e308`);
      return { kind: 'number', value, text: token.text, span: token.span };
    }
    if (token.kind === 'name') {
      if (this.peek().text !== '(') return this.name(token);
      return this.call(token);
    }
    if (token.text === '(') return this.closed(token, ')');
    if (token.text === '√') return this.apply('sqrt', [this.nested(() => this.power())], undefined, token.span.start);
    if (token.text === '|') return this.apply('abs', [this.closed(token, '|')], undefined, token.span.start);
    if (token.text === '||') return this.apply('norm', [this.closed(token, '||')], undefined, token.span.start, this.scope());
    if (token.text === '⟨') {
      const a = this.expression();
      this.expect(',', 'between the two sides of an inner product');
      const b = this.expression();
      this.expect('⟩', 'after an inner product');
      return this.apply('inner', [a, b], undefined, token.span.start, this.scope());
    }
    this.next -= 1;
    return this.unexpected(token);
  }

  private call(name: Token): Expression {
    const [, base = name.text, suffix] = /^(.*?)(?:_(all|group))?$/.exec(name.text) ?? [];
    const known = functions.get(base);
    if (known === undefined || (suffix !== undefined && !known.scoped)) {
      const near = suggestion(base, functions.keys()) || `; there are ${[...functions.keys()].join(', ')}`;
      this.fail(name, `there is no function ${this.source(name)}${near}; a product is written with ·`);
    }
    this.next += 1;
    const operands = [this.expression()];
    while (this.takeSymbol(',') !== undefined) operands.push(this.expression());
    this.expect(')', `after the arguments of ${base}`);
    const arity = known.arguments;
    if (operands.length !== arity)
      this.fail(name, `${base} takes ${String(arity)} argument${arity === 1 ? '' : 's'}, not ${String(operands.length)}`);
    const scope: Scope = suffix === 'all' || suffix === 'group' ? suffix : 'tensor';
    return this.apply(known.op, operands, undefined, name.span.start, scope);
  }

  private closed(open: Token, close: string): Expression {
    const inner = this.expression();
    if (close === '|') this.splitBars();
    if (this.takeSymbol(close) === undefined) {
      this.fail(this.peek(), `expected ${this.pretty(close)} to close the ${this.source(open)}, found ${this.describe(this.peek())}`);
    }
    return inner;
  }

  /** Two ASCII bars that close two absolute values were read as one ‖. */
  private splitBars(): void {
    const token = this.peek();
    if (token.text !== '||' || token.span.end - token.span.start !== 2) return;
    const bar = (start: number): Token => ({ kind: 'symbol', text: '|', span: { start, end: start + 1 } });
    this.tokens.splice(this.next, 1, bar(token.span.start), bar(token.span.start + 1));
  }

  private scope(): Scope {
    const token = this.peek();
    if (token.kind !== 'name' || !token.text.startsWith('_')) return 'tensor';
    if (token.text !== '_all' && token.text !== '_group')
      this.fail(token, 'a reduction runs over one tensor, or over more with the suffix _group or _all');
    this.next += 1;
    return token.text === '_all' ? 'all' : 'group';
  }

  private apply(op: SurfaceOp, operands: Expression[], end?: number, start?: number, scope: Scope = 'tensor'): Expression {
    const from = start ?? operands[0]?.span.start ?? 0;
    const to = end ?? this.tokens[this.next - 1]?.span.end ?? from;
    return {
      kind: 'apply',
      op,
      operands,
      scope,
      span: { start: from, end: to },
    };
  }

  private peek(): Token {
    const token = this.tokens[this.next];
    if (token === undefined) throw new RangeError('no end');
    return token;
  }

  private take(kind: Token['kind']): Token | undefined {
    return this.peek().kind === kind ? this.tokens[this.next++] : undefined;
  }

  private takeSymbol(text: string): Token | undefined {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === text ? this.tokens[this.next++] : undefined;
  }

  /** The next operation if it is one of these, which is then read over. `mod` is a name that stands between operands. */
  private takeOperator(among: ReadonlyMap<string, SurfaceOp>): SurfaceOp | undefined {
    const { kind, text } = this.peek();
    const op = kind === 'symbol' || kind === 'name' ? among.get(text) : undefined;
    if (op !== undefined) this.next += 1;
    return op;
  }

  private expect(text: string, where: string): void {
    if (this.takeSymbol(text) === undefined) {
      this.fail(this.peek(), `expected ${this.pretty(text)} ${where}, found ${this.describe(this.peek())}`);
    }
  }

  /** A name with how it is written, but for one in a superscript, whose letters are raised. */
  private name({ text, span }: Token): NameNode {
    return { kind: 'name', name: text, written: this.raised ? text : this.text.slice(span.start, span.end), span };
  }

  private source(token: Token): string {
    return this.text.slice(token.span.start, token.span.end);
  }

  private describe(token: Token): string {
    if (token.kind === 'end') return 'the end of the text';
    return token.kind === 'newline' ? 'the end of the line' : this.source(token);
  }

  private pretty(text: string): string {
    return text === '||' ? '‖' : text;
  }

  private unexpected(token: Token): never {
    if (token.kind === 'name') this.fail(token, `did not expect ${this.source(token)} here; a product is written with ·`);
    this.fail(token, `did not expect ${this.describe(token)} here`);
  }

  private fail(token: Token, problem: string): never {
    throw new EquationError(this.owner, this.text, token.span, problem);
  }
}
