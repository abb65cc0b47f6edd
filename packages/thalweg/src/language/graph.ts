/**
 * The graph: nodes that are equal are the same object (hash-consing), and names stand outside the key, so that two texts which mean
 * the same compile to the same kernel. Knows operations and leaves; knows nothing of kinds, passes or backends.
 */
import type { ElementOp, ReduceOp, Scope } from './op.ts';

/**
 * What a leaf stands for: a number, a hyperparameter's value, the factor of its schedule, the step t, a scalar input, an array that
 * exists before the step (`w`, `g` or a tensor input), or a state as the last step left it.
 */
export type LeafOp = 'const' | 'hyper' | 'factor' | 'time' | 'input' | 'array' | 'state';

/** Operations on scalars that a plan adds: is it a normal number in an array's type; 1 − bᵗ without cancellation. */
export type PlanOp = 'normal' | 'compow';

/** Any node's operation. */
export type NodeOp = LeafOp | ElementOp | ReduceOp | PlanOp;

/** A node of the graph. `attribute` is a constant's value, a leaf's name, a reduction's scope, or empty. */
export interface Node {
  readonly id: number;
  readonly op: NodeOp;
  readonly operands: readonly Node[];
  readonly attribute: string | number;
}

/** A table of nodes in which equal nodes are one object. */
export class Graph {
  private readonly table = new Map<string, Node>();

  /** The node with this operation, these operands and this attribute; made if it does not exist. */
  node(op: NodeOp, operands: readonly Node[] = [], attribute: string | number = ''): Node {
    const value = Object.is(attribute, -0) ? '-0' : String(attribute);
    const key = `${op}|${value}|${operands.map((operand) => String(operand.id)).join(',')}`;
    const known = this.table.get(key);
    if (known !== undefined) return known;
    const made: Node = { id: this.table.size, op, operands, attribute };
    this.table.set(key, made);
    return made;
  }

  /** A constant. */
  constant(value: number): Node {
    return this.node('const', [], value);
  }

  /** A sum over tensors of x, or of a·b. */
  reduce(op: ReduceOp, operands: readonly Node[], scope: Scope): Node {
    return this.node(op, operands, scope);
  }
}

/** Whether a node sums over tensors. */
export function isReduction(node: Node): boolean {
  return node.op === 'sum' || node.op === 'dot';
}

/** The tensors that a reduction runs over. */
export function scopeOf(reduction: Node): Scope {
  const scope = reduction.attribute;
  return scope === 'all' || scope === 'group' ? scope : 'tensor';
}

/** All nodes that `roots` need, operands before users. */
export function topological(roots: Iterable<Node>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    node.operands.forEach(visit);
    order.push(node);
  };
  for (const root of roots) visit(root);
  return order;
}

/** One line per node, operands by number: `%7 = mul %3 %5`. For THALWEG_DEBUG and tests. */
export function printGraph(roots: ReadonlyMap<string, Node>): string {
  const order = topological(roots.values());
  const number = new Map(order.map((node, i) => [node, i]));
  const reference = (node: Node): string => `%${String(number.get(node) ?? -1)}`;
  const lines = order.map((node) => {
    const attribute = node.attribute === '' ? '' : ` ${String(node.attribute)}`;
    return [reference(node), '=', node.op + attribute, ...node.operands.map(reference)].join(' ');
  });
  return [...lines, ...[...roots].map(([name, node]) => `${name} <- ${reference(node)}`)].join('\n');
}

/** Rebuilds `roots` bottom-up: `visit` gets each node with its operands already rebuilt and returns what stands in its place. */
export function rebuild<K>(roots: ReadonlyMap<K, Node>, visit: (node: Node, operands: readonly Node[]) => Node): Map<K, Node> {
  const done = new Map<Node, Node>();
  for (const node of topological(roots.values())) {
    done.set(
      node,
      visit(
        node,
        node.operands.map((operand) => done.get(operand) ?? operand),
      ),
    );
  }
  return new Map([...roots].map(([name, node]) => [name, done.get(node) ?? node]));
}
