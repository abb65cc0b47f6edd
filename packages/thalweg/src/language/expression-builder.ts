/** Expressions to nodes: resolves names in one scope, and says what each operation of a text becomes in the graph. Knows no equations and no parts. */
import { EquationError, suggestion, type Span } from './error.ts';
import { Graph, topological, type Node, type NodeOp } from './graph.ts';
import { isComparison, isElementOp, isSugar, operations, type SurfaceOp } from './op.ts';
import { arithmetic } from './operations/arithmetic.ts';
import type { ElementOp } from './operations/elements.ts';
import type { Building, Scope } from './operations/operation.ts';
import type { RoutineOp } from './operations/routines.ts';
import { sugar } from './operations/sugar.ts';
import { Origins, type Origin } from './origin.ts';
import { parseExpression } from './parser.ts';
import { spell } from './symbol.ts';
import type { Expression, OperationNode } from './tree.ts';
import { variable } from './variable.ts';

/** The graph of one equation over `t` and named constants, such as a schedule's. */
export function buildExpression(owner: string, text: string, constants: ReadonlyMap<string, number>): { graph: Graph; value: Node } {
  const graph = new Graph();
  const names = new Map<string, Node>([['t', graph.node('time')]]);
  for (const [symbol, value] of constants) names.set(spell(symbol), graph.constant(value));
  const origins = new Origins();
  const constant = (symbol: string): string => `give its value as a constant: { ${symbol}: 1 }`;
  const value = new ExpressionBuilder(owner, text, graph, names, origins, constant).number(parseExpression(owner, text));
  const ofArrays = topological([value]).find(({ op }) => op !== 'time' && op !== 'const' && !isElementOp(op));
  if (ofArrays !== undefined) origins.refuse('a function of t has no arrays', new Map([[variable('evaluation'), value]]), ofArrays);
  return { graph, value };
}

function asHyperparameter(symbol: string): string {
  return spell(symbol) === 'theta' ? 'the parameter is called w' : `declare a hyperparameter as hyper: { name: ['${symbol}', 0] }`;
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
    if (isComparison(node.op)) this.fail(expression.span, 'a comparison is not a number; write condition ? a : b');
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
      if (known.includes(spell(a)) && known.includes(spell(b))) return `; write a product as ${a}·${b}`;
    }
    // A letter such as β may stand for β₁, but for no other letter.
    const near = suggestion(name, written.length > 1 ? known : known.filter((one) => one.startsWith(name)));
    return near === '' ? `; ${this.declaring(written)}` : near;
  }

  private apply({ op, operands, scope }: OperationNode): Node {
    const { takes } = operations[op];
    const nodes = operands.map((operand, i) => (takes[i] === 'condition' ? this.condition(operand) : this.number(operand)));
    return make(this.graph, op, nodes, scope);
  }

  private condition(expression: Expression): Node {
    const node = this.build(expression);
    if (!isComparison(node.op)) this.fail(expression.span, 'a condition needs a comparison, such as t > 5');
    return node;
  }
}

/** The node of an operation on operands, of which the parser has counted as many as it takes. */
function make(graph: Graph, op: SurfaceOp, operands: readonly Node[], scope: Scope): Node {
  const pair = [operands[0]!, operands[1] ?? operands[0]!] as const;
  if (isSugar(op)) return sugar[op].build(building(graph), pair, scope);
  return operations[op].build?.(building(graph), pair, scope) ?? graph.node(op, operands);
}

/** The number that a node is, with its sign; NaN for anything else. */
function numberOf({ op, operands, attribute }: Node): number {
  if (op === 'neg' && operands[0] !== undefined) return -numberOf(operands[0]);
  return op === 'const' ? Number(attribute) : NaN;
}

/** What builds nodes in a graph. */
function building(graph: Graph): Building<Node, ElementOp | RoutineOp> {
  const node =
    (of: NodeOp) =>
    (...operands: readonly Node[]): Node =>
      graph.node(of, operands);
  return {
    ...arithmetic({ constant: (value) => graph.constant(value), sign: node('sign'), select: node('select') }, node),
    apply: (of, ...operands) => graph.node(of, operands),
    sum: (x, scope) => graph.reduce('sum', [x], scope),
    dot: (x, y, scope) => graph.reduce('dot', [x, y], scope),
    time: () => graph.node('time'),
    shape: (name) => graph.node('shape', [], name),
    numberOf,
  };
}
