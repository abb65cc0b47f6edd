/**
 * A program as its equations say it: without the rules that only exactness asks for and without a split into passes, for who traces it whole. What
 * `prepare(…, { exact: false })` begins with; apart, so that a page which traces carries no planner.
 */
import { rebuild, type Node } from '../language/graph.ts';
import { KindTable } from '../language/kind.ts';
import type { Program } from '../language/program.ts';
import type { Variable } from '../language/variable.ts';
import type { DType } from './dtype.ts';
import { rewrite } from './rewrite.ts';
import { prepareRoutines } from './routines.ts';

/** What a step writes, with rows and columns spread where they meet matrices. */
export function plainWrites(program: Program, dtype: DType): Map<Variable, Node> {
  return prepareRoutines(program.graph, rewrite(program, dtype, false), program.states);
}

/** The writes with every quotient of an array and a number as a product with the number's reciprocal: one division a step and not one an element. */
export function withReciprocals({ graph, states }: Program, writes: ReadonlyMap<Variable, Node>): Map<Variable, Node> {
  const kinds = new KindTable(states);
  return rebuild(writes, (node, operands) => {
    const [a, b] = operands;
    if (node.op !== 'div' || a === undefined || b === undefined || kinds.of(a) !== 'array' || kinds.of(b) === 'array')
      return graph.node(node.op, operands, node.attribute);
    return graph.node('mul', [a, graph.node('div', [graph.constant(1), b])]);
  });
}
