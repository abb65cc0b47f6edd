/**
 * Expressions to nodes: looks names up in one scope, and says what each operation of a text becomes in the graph. Knows no statements and no
 * parts.
 */
import { EquationError, suggestion, type Span } from './error.ts';
import { Graph, type Node } from './graph.ts';
import { isComparison, type ElementOp, type Scope, type SurfaceOp } from './op.ts';
import { Origins, type Origin } from './origin.ts';
import { parseExpression } from './parser.ts';
import type { RoutineOp } from './routine.ts';
import { spell } from './symbol.ts';
import type { Expression, OperationNode } from './tree.ts';

/** The graph of one equation over `t` and named constants, such as a schedule's. */
export function buildExpression(owner: string, text: string, constants: ReadonlyMap<string, number>): { graph: Graph; value: Node } {
  const graph = new Graph();
  const names = new Map<string, Node>([['t', graph.node('time')]]);
  for (const [symbol, value] of constants) names.set(spell(symbol), graph.constant(value));
  const builder = new ExpressionBuilder(
    owner,
    text,
    graph,
    names,
    new Origins(),
    (symbol) => `a constant is given by name: { ${symbol}: 1 }`,
  );
  return { graph, value: builder.number(parseExpression(owner, text)) };
}

function asHyperparameter(symbol: string): string {
  return spell(symbol) === 'theta' ? 'the parameter is called w' : `a hyperparameter is declared: hyper: { name: ['${symbol}', 0] }`;
}

/** Builds the nodes of expressions in one scope of names. */
export class ExpressionBuilder {
  readonly names: Map<string, Node>;
  /** Names that exist but not yet, with what to say when they are read. */
  readonly unready = new Map<string, string>();
  private readonly owner: string;
  private readonly text: string;
  private readonly graph: Graph;
  private readonly origins: Origins;
  private readonly declaring: (symbol: string) => string;

  /** `declaring` says how a symbol becomes known. */
  constructor(owner: string, text: string, graph: Graph, names: Map<string, Node>, origins: Origins, declaring = asHyperparameter) {
    this.owner = owner;
    this.text = text;
    this.graph = graph;
    this.names = names;
    this.origins = origins;
    this.declaring = declaring;
    names.set('pi', graph.constant(Math.PI));
  }

  /** The node of an expression that must be a number. */
  number(expression: Expression): Node {
    const node = this.build(expression);
    if (isComparison(node.op)) this.fail(expression.span, 'a comparison is no number; write condition ? a : b');
    return node;
  }

  fail(span: Span, problem: string): never {
    throw new EquationError(this.owner, this.text, span, problem);
  }

  /** A place in the text. */
  origin(span: Span): Origin {
    return { owner: this.owner, text: this.text, span };
  }

  private build(expression: Expression): Node {
    const node = this.nodeOf(expression);
    this.origins.became(expression, node);
    return node;
  }

  private nodeOf(expression: Expression): Node {
    if (expression.kind === 'number') return this.graph.constant(expression.value);
    if (expression.kind === 'name') {
      const node = this.names.get(expression.name);
      if (node !== undefined) return node;
      const written = this.text.slice(expression.span.start, expression.span.end);
      const reason = this.unready.get(expression.name);
      this.fail(expression.span, reason ?? `${written} is not known${this.remedy(written, expression.name)}`);
    }
    const node = this.apply(expression);
    this.origins.wrote(node, this.origin(expression.span));
    return node;
  }

  /** What may make good a name that is not known: it is two names, it is misspelt, or it has to be declared. */
  private remedy(written: string, name: string): string {
    const known = [...this.names.keys()];
    for (let i = 1; i < written.length; i++) {
      const [a, b] = [written.slice(0, i), written.slice(i)];
      if (known.includes(spell(a)) && known.includes(spell(b))) return `; write the multiplication out: ${a}·${b}`;
    }
    // A letter such as β may stand for β₁, but for no other letter.
    const near = suggestion(name, written.length > 1 ? known : known.filter((one) => one.startsWith(name)));
    return near === '' ? `; ${this.declaring(written)}` : near;
  }

  private apply(expression: OperationNode): Node {
    const { op, operands, scope } = expression;
    if (op === 'select') {
      const [condition, a, b] = operands;
      if (condition === undefined || a === undefined || b === undefined) throw new RangeError('a condition has three operands');
      const test = this.build(condition);
      if (!isComparison(test.op)) this.fail(condition.span, 'a condition needs a comparison, such as t > 5');
      return this.graph.node('select', [test, this.number(a), this.number(b)]);
    }
    return builders[op](
      this.graph,
      operands.map((operand) => this.number(operand)),
      scope,
    );
  }
}

/** Makes the node of an operation on these operands. */
type Build = (graph: Graph, operands: readonly Node[], scope: Scope) => Node;

const plain =
  (op: ElementOp | RoutineOp): Build =>
  (graph, operands) =>
    graph.node(op, operands);

/** The first operand, and another: as many as an operation has, which the parser has counted. */
const pair = (operands: readonly Node[]): readonly [Node, Node] => [operands[0]!, operands[1] ?? operands[0]!];

const dot: Build = (graph, operands, scope) => graph.reduce('dot', pair(operands), scope);

const mean =
  (op: 'rowSum' | 'colSum', count: 'cols' | 'rows'): Build =>
  (graph, operands) =>
    graph.node('div', [graph.node(op, operands), graph.node('shape', [], count)]);

/** What each operation of a text becomes in the graph. */
const builders: Readonly<Record<SurfaceOp, Build>> = {
  neg: plain('neg'),
  abs: plain('abs'),
  sign: plain('sign'),
  sqrt: plain('sqrt'),
  cbrt: plain('cbrt'),
  exp: plain('exp'),
  log: plain('log'),
  cos: plain('cos'),
  floor: plain('floor'),
  add: plain('add'),
  sub: plain('sub'),
  mul: plain('mul'),
  div: plain('div'),
  pow: (graph, operands) => power(graph, ...pair(operands)),
  min: plain('min'),
  max: plain('max'),
  lt: plain('lt'),
  le: plain('le'),
  gt: (graph, operands) => graph.node('lt', operands.toReversed()),
  ge: (graph, operands) => graph.node('le', operands.toReversed()),
  eq: plain('eq'),
  ne: plain('ne'),
  select: plain('select'),
  mod: (graph, operands) => {
    const [a, b] = pair(operands);
    return graph.node('sub', [a, graph.node('mul', [b, graph.node('floor', [graph.node('div', [a, b])])])]);
  },
  norm: (graph, operands, scope) => graph.node('sqrt', [dot(graph, operands, scope)]),
  inner: dot,
  total: (graph, operands, scope) => graph.reduce('sum', operands, scope),
  noise: (graph, operands) => graph.node('noise', [...operands, graph.node('time')]),
  rowMean: mean('rowSum', 'cols'),
  colMean: mean('colSum', 'rows'),
  matmul: plain('matmul'),
  transpose: plain('transpose'),
  rowSum: plain('rowSum'),
  colSum: plain('colSum'),
  rowMax: plain('rowMax'),
  colMax: plain('colMax'),
  newtonSchulz: plain('newtonSchulz'),
  inverseRoot: plain('inverseRoot'),
  eigenvectors: plain('eigenvectors'),
  orthonormal: plain('orthonormal'),
};

/** A small whole exponent is a product, ½ a root: exact, and the same on every backend. */
function power(graph: Graph, base: Node, exponent: Node): Node {
  const n = exponent.op === 'const' ? Number(exponent.attribute) : NaN;
  if (n === 0.5) return graph.node('sqrt', [base]);
  if (!Number.isInteger(n) || n === 0 || Math.abs(n) > 8) return graph.node('pow', [base, exponent]);
  const product = (k: number): Node => {
    if (k === 1) return base;
    const half = product(Math.floor(k / 2));
    const square = graph.node('mul', [half, half]);
    return k % 2 === 0 ? square : graph.node('mul', [square, base]);
  };
  return n > 0 ? product(n) : graph.node('div', [graph.constant(1), product(-n)]);
}
