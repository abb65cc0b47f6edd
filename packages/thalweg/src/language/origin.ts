/** Where the parts of a program were written, for errors found after parsing. Knows nodes and texts; checks nothing itself. */
import { EquationError, type Span } from './error.ts';
import { topological, type Node } from './graph.ts';
import type { Expression } from './tree.ts';
import type { Variable } from './variable.ts';

/** A place in a text of an owner. */
export interface Origin {
  readonly owner: string;
  readonly text: string;
  readonly span: Span;
}

/** The places of a program's nodes and of what is assigned to its variables. */
export class Origins {
  private readonly nodes = new Map<Node, Origin>();
  private readonly assignments = new Map<Variable, Origin>();
  private readonly trees: Map<Expression, Node> | undefined;
  private first: Origin | undefined;

  /** What each expression became is kept in `trees`, where given. */
  constructor(trees?: Map<Expression, Node>) {
    this.trees = trees;
  }

  /** What an expression became. */
  became(expression: Expression, node: Node): void {
    this.trees?.set(expression, node);
  }

  /** Where a node was written; the first of several places counts. */
  wrote(node: Node, origin: Origin): void {
    this.first ??= origin;
    if (!this.nodes.has(node)) this.nodes.set(node, origin);
  }

  /** Where a value was assigned; the last of several places counts. */
  assigned(variable: Variable, origin: Origin): void {
    this.first ??= origin;
    this.assignments.set(variable, origin);
  }

  /** Throws an EquationError where a node stands, or else what was made of it, or what is assigned to the variable that it is part of. */
  refuse(problem: string, writes: ReadonlyMap<Variable, Node>, node: Node): never {
    const above = new Set([node]);
    let origin = this.nodes.get(node);
    for (const [written, value] of writes) {
      if (origin !== undefined) break;
      for (const part of topological([value])) {
        if (!part.operands.some((operand) => above.has(operand))) continue;
        above.add(part);
        origin ??= this.nodes.get(part);
      }
      if (above.has(value)) origin ??= this.assignments.get(written);
    }
    this.throwAt(origin, problem);
  }

  /** Throws an EquationError where a variable is assigned. */
  refuseAssignment(problem: string, written: Variable): never {
    this.throwAt(this.assignments.get(written), problem);
  }

  private throwAt(origin: Origin | undefined, problem: string): never {
    const { owner, text, span } = origin ?? this.first ?? { owner: 'equations', text: '', span: { start: 0, end: 0 } };
    throw new EquationError(owner, text, span, problem);
  }
}
