/**
 * The graph: equal nodes are the same object (hash-consing), and names are not part of a node's key, so that two texts with the same meaning compile to the
 * same kernel. Knows operations and leaves; knows nothing of kinds, passes or backends.
 */
import { isRoutineOp } from './op.ts';
import type { ElementOp } from './operations/elements.ts';
import type { Scope } from './operations/operation.ts';
import { routines, type RoutineOp } from './operations/routines.ts';
import type { ReduceOp } from './operations/sums.ts';
import { Variable } from './variable.ts';

/**
 * What a leaf stands for: a number, a hyperparameter's value, the factor of its schedule, the step t, a scalar input, the rank, rows,
 * columns or size of the tensor, an array that exists before the step (`w`, `g` or a tensor input), or a state as the last step left it.
 */
export type LeafOp = 'const' | 'hyper' | 'factor' | 'time' | 'input' | 'shape' | 'array' | 'state';

/** Operations on scalars that a plan adds: is it a normal number in an array's type; 1 − bᵗ without cancellation. */
export type PlanOp = 'normal' | 'compow';

/** Any node's operation. */
export type NodeOp = LeafOp | ElementOp | ReduceOp | RoutineOp | PlanOp;

/** What a node is besides its operation and operands. */
export type Attribute = string | number | Variable;

/** A node of the graph. `attribute` is a constant's value, a leaf's name or variable, a reduction's scope and label, a routine's names, or empty. */
export interface Node {
  readonly id: number;
  readonly op: NodeOp;
  readonly operands: readonly Node[];
  readonly attribute: Attribute;
}

/** A table of nodes in which equal nodes are one object. */
export class Graph {
  private readonly table = new Map<string, Node>();

  /** The node with this operation, these operands and this attribute; made if it does not exist. */
  node(op: NodeOp, operands: readonly Node[] = [], attribute: Attribute = ''): Node {
    const key = `${op}|${keyOf(attribute)}|${operands.map((operand) => String(operand.id)).join(',')}`;
    const known = this.table.get(key);
    if (known !== undefined) return known;
    const made: Node = { id: this.table.size, op, operands, attribute };
    this.table.set(key, made);
    return made;
  }

  /** What a variable holds before the step: an array that is given, a scalar input, or a state as the last step left it. */
  variable(op: 'array' | 'input' | 'state', of: Variable): Node {
    return this.node(op, [], of);
  }

  /** A constant. */
  constant(value: number): Node {
    return this.node('const', [], value);
  }

  /** A sum over tensors of x, or of a·b. One over several tensors has a label, by which groups know the same sum. */
  reduce(op: ReduceOp, operands: readonly Node[], scope: Scope): Node {
    return this.node(op, operands, scope === 'tensor' ? scope : `${scope} ${operands.map(fingerprint).join(' ')}`);
  }
}

/** A text that only equal attributes of an operation have. */
function keyOf(attribute: Attribute): string {
  if (attribute instanceof Variable) return attribute.key;
  return Object.is(attribute, -0) ? '-0' : String(attribute);
}

/** The variable whose value before the step a leaf is, if it is one. */
export function variableOf({ attribute }: Node): Variable | undefined {
  return attribute instanceof Variable ? attribute : undefined;
}

const fingerprints = new WeakMap<Node, string>();

/** A short text that nodes have in common, in any graph, if and only if they are built alike (but for a chance of about 2⁻⁶⁴). */
export function fingerprint(node: Node): string {
  const known = fingerprints.get(node);
  if (known !== undefined) return known;
  for (const part of topological([node], fingerprints)) {
    fingerprints.set(
      part,
      digest(`${part.op}|${keyOf(part.attribute)}|${part.operands.map((operand) => fingerprints.get(operand)).join(',')}`),
    );
  }
  return fingerprints.get(node) ?? '';
}

/** Two 32-bit hashes of the FNV-1a kind, with different primes. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x27d4eb2f;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

/** Whether a node sums over tensors. */
export function isReduction(node: Node): boolean {
  return node.op === 'sum' || node.op === 'dot';
}

/** Whether a node is a routine on whole matrices. */
export function isRoutine(node: Node): boolean {
  return isRoutineOp(node.op);
}

/** The operands of a node that are arrays, as far as its operation tells: a routine's later ones are numbers. */
export function arrayOperands(node: Node): readonly Node[] {
  if (!isRoutineOp(node.op)) return node.operands;
  const { takes } = routines[node.op];
  return node.operands.filter((_, i) => takes[i] === 'matrix');
}

/** The tensors that a reduction runs over. */
export function scopeOf(reduction: Node): Scope {
  const [scope] = String(reduction.attribute).split(' ');
  return scope === 'all' || scope === 'group' ? scope : 'tensor';
}

/**
 * All nodes that `roots` need, operands before users; those that are `known` already are left out, and so is what only they need. `operandsOf`
 * says what a node needs, if that is not every operand; where nodes need each other, the first that is met comes last. Without recursion: a
 * graph may be as deep as it has nodes.
 */
export function topological(
  roots: Iterable<Node>,
  known: { has(node: Node): boolean } = nothing,
  operandsOf: (node: Node) => readonly Node[] = ({ operands }) => operands,
): Node[] {
  const order: Node[] = [];
  const begun = new Set<Node>();
  const ended = new Set<Node>();
  for (const root of roots) {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (!begun.has(node) && !known.has(node)) {
        begun.add(node);
        const operands = operandsOf(node);
        for (let i = operands.length - 1; i >= 0; i--) if (!begun.has(operands[i]!) && !known.has(operands[i]!)) stack.push(operands[i]!);
        continue;
      }
      stack.pop();
      if (ended.has(node) || known.has(node)) continue;
      ended.add(node);
      order.push(node);
    }
  }
  return order;
}

const nothing: ReadonlySet<Node> = new Set();

/** One line per node, operands by number: `%7 = mul %3 %5`. For THALWEG_DEBUG and tests. */
export function printGraph(roots: ReadonlyMap<string | Variable, Node>): string {
  const order = topological(roots.values());
  const number = new Map(order.map((node, i) => [node, i]));
  const reference = (node: Node): string => `%${String(number.get(node) ?? -1)}`;
  const lines = order.map((node) => {
    const attribute = node.attribute === '' ? '' : ` ${String(node.attribute)}`;
    return [reference(node), '=', node.op + attribute, ...node.operands.map(reference)].join(' ');
  });
  return [...lines, ...[...roots].map(([name, node]) => `${String(name)} <- ${reference(node)}`)].join('\n');
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
