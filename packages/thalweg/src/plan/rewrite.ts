/**
 * Rewrites, applied once so that every target computes the same: those of every plan, and others if given (`kernel-rules.ts`). They all keep IEEE
 * semantics. Separate from the others, so that a page which traces does not include those.
 */
import { rebuild, type Graph, type Node } from '../language/graph.ts';
import { KindTable, type Kind } from '../language/kind.ts';
import { isComparison, isElementOp } from '../language/op.ts';
import { elements } from '../language/operations/elements.ts';
import type { Program } from '../language/program.ts';
import type { Range } from '../language/range.ts';
import type { Variable } from '../language/variable.ts';
import type { DType } from './dtype.ts';

/** Where a node stands. */
export interface Context {
  readonly graph: Graph;
  readonly kind: (node: Node) => Kind;
  readonly dtype: DType;
  /** Where a hyperparameter must lie. */
  readonly rangeOf: (key: string) => Range | undefined;
}

/** A rewrite looks at a node whose operands are rewritten and returns what to put in its place, or undefined. */
export type Rewrite = (node: Node, context: Context) => Node | undefined;

/** The rewrites of every plan; each line's result stands in the comment beside it. */
const always: readonly Rewrite[] = [
  foldConstants, //                1 / 2                       → 0.5, in float64, for constants of the text
  complementOfPower, //            1 − βᵗ                      → compow(β, t) = −expm1(t·log β), for host scalars
  sameBranches, //                 c ? x : x                   → x
];

function foldConstants(node: Node, { graph }: Context): Node | undefined {
  if (!isElementOp(node.op) || isComparison(node.op) || node.operands.some((operand) => operand.op !== 'const')) return undefined;
  const [a = 0, b = 0, c = 0] = node.operands.map((operand) => Number(operand.attribute));
  return graph.constant(elements[node.op].value(a, b, c));
}

function complementOfPower(node: Node, { graph, kind }: Context): Node | undefined {
  const [one, power] = node.operands;
  if (node.op !== 'sub' || one?.op !== 'const' || one.attribute !== 1 || power?.op !== 'pow') return undefined;
  return kind(power) === 'host' ? graph.node('compow', power.operands) : undefined;
}

function sameBranches(node: Node): Node | undefined {
  return node.op === 'select' && node.operands[1] === node.operands[2] ? node.operands[1] : undefined;
}

/** The program's writes after the rewrites of every plan and these besides, for arrays of this type. */
export function rewrite({ graph, writes, states, hyper }: Program, dtype: DType, besides: readonly Rewrite[] = []): Map<Variable, Node> {
  const rewrites = [...always, ...besides];
  const table = new KindTable(states);
  const ranges = new Map(hyper.map(({ key, range }) => [key, range]));
  const context: Context = { graph, kind: (node) => table.of(node), dtype, rangeOf: (key) => ranges.get(key) };
  return rebuild(writes, (node, operands) => {
    const plain = graph.node(node.op, operands, node.attribute);
    for (const apply of rewrites) {
      const result = apply(plain, context);
      if (result !== undefined) return result;
    }
    return plain;
  });
}
