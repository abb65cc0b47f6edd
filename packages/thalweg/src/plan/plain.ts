/**
 * A program as its equations state it: without the rules that only exactness requires and without a split into passes, for targets that trace the whole
 * step. The first stage of `prepare(…, { exact: false })`; separate, so that a page which traces does not include the planner.
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
  return prepareRoutines(program.graph, rewrite(program, dtype), program.states);
}

/**
 * The writes in operations of a framework that has neither quotients nor differences: each is a product with a reciprocal, or a sum with what is negated. Of numbers
 * these are taken once a step and not of every element: a / s is a·(1/s), and a − s·b is a + (−s)·b, which is the same number.
 */
export function withoutInverses({ graph, states }: Program, writes: ReadonlyMap<Variable, Node>): Map<Variable, Node> {
  const kinds = new KindTable(states);
  const isArray = (node: Node): boolean => kinds.of(node) === 'array';
  return rebuild(writes, (node, operands) => {
    const [a, b] = operands;
    if (a !== undefined && b !== undefined) {
      if (node.op === 'div' && isArray(a) && !isArray(b)) return graph.node('mul', [a, graph.node('div', [graph.constant(1), b])]);
      const [number, array] = node.op !== 'sub' || b.op !== 'mul' ? [] : isArray(b.operands[0]!) ? [...b.operands].reverse() : b.operands;
      if (number !== undefined && array !== undefined && !isArray(number) && isArray(array))
        return graph.node('add', [a, graph.node('mul', [graph.node('neg', [number]), array])]);
    }
    return graph.node(node.op, operands, node.attribute);
  });
}
