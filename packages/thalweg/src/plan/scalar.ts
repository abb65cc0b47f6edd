/**
 * The scalars of a step as expressions: the node types they may consist of, for everything that computes them: as code for one loop, as source of another
 * language, or traced by a framework. Scalars that depend on sums are no different; they only have to wait for the sums. Knows graphs and the rules of
 * plans; computes nothing.
 */
import type { Node } from '../language/graph.ts';
import { isElementOp } from '../language/op.ts';
import type { ElementOp } from '../language/operations/elements.ts';
import { Variable } from '../language/variable.ts';
import type { DType } from './dtype.ts';

/**
 * A number that is given: the step t; a hyperparameter's value, or its schedule's over its base, by key; the rank, rows, cols or size of the tensor; an
 * input; a state as the last step left it, of the step or of each tensor; a sum Σ x or Σ a·b that a pass leaves.
 */
export type ScalarLeaf =
  | { readonly kind: 'time' | 'hyper' | 'factor' | 'shape'; readonly name: string }
  | { readonly kind: 'input' | 'state'; readonly of: Variable }
  | { readonly kind: 'sum'; readonly sum: Node };

/** What a node is if it is given; undefined for what is computed. */
export function leafOf(node: Node): ScalarLeaf | undefined {
  const { op: kind, attribute } = node;
  if (kind === 'time' || kind === 'hyper' || kind === 'factor' || kind === 'shape') return { kind, name: String(attribute) };
  if ((kind === 'input' || kind === 'state') && attribute instanceof Variable) return { kind, of: attribute };
  return kind === 'sum' || kind === 'dot' ? { kind: 'sum', sum: node } : undefined;
}

/** What becomes of a number: `T` is what an operand is, `R` what is made of it. */
export interface ScalarVisitor<T, R = T> {
  constant(value: number): R;
  leaf(leaf: ScalarLeaf): R;
  operation(op: ElementOp, operands: readonly T[]): R;
  /** Whether x is a normal number of a type: not zero, denormal, infinite or NaN. */
  normal(x: T, dtype: DType): R;
  /** 1 − bᵗ, without cancellation where b is near 1. */
  compow(b: T, t: T): R;
}

/** What a visitor makes of a node, whose operands are what `of` says. Throws a RangeError for an array. */
export function visitScalar<T, R>(node: Node, visitor: ScalarVisitor<T, R>, of: (operand: Node) => T): R {
  const leaf = leafOf(node);
  if (leaf !== undefined) return visitor.leaf(leaf);
  const { op, attribute, operands } = node;
  const [a, b] = operands;
  if (op === 'const') return visitor.constant(Number(attribute));
  if (op === 'normal') return visitor.normal(of(a!), attribute === 'float64' ? attribute : 'float32');
  if (op === 'compow') return visitor.compow(of(a!), of(b!));
  if (isElementOp(op)) return visitor.operation(op, operands.map(of));
  throw new RangeError(`${op} is no number of a step`);
}

/** What a visitor makes of the numbers `slots`, which stand with operands before users. */
export function scalarExpressions<T>(slots: readonly { readonly node: Node }[], visitor: ScalarVisitor<T>): Map<Node, T> {
  const made = new Map<Node, T>();
  for (const { node } of slots)
    made.set(
      node,
      visitScalar(node, visitor, (operand) => made.get(operand)!),
    );
  return made;
}
