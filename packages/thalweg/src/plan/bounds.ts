/** The maximum number of scalars and sums in any pass of a program, whatever the outcomes of its conditions, so that memory can be laid out once. */
import { isReduction, topological, type Node } from '../language/graph.ts';
import type { KindTable } from '../language/kind.ts';
import type { Variable } from '../language/variable.ts';

/** The most that one pass needs. */
export interface Bounds {
  readonly scalars: number;
  readonly sums: number;
}

/** Every number that meets an array may become a scalar of one pass, and every sum a sum of it; `gates` are added for a check of gradients. */
export function boundsOf(
  writes: ReadonlyMap<Variable, Node>,
  isArray: (written: Variable) => boolean,
  table: KindTable,
  gates: number,
): Bounds {
  const scalars = new Set<Node>();
  let sums = gates;
  for (const node of topological(writes.values())) {
    if (isReduction(node)) sums += 1;
    if (!isReduction(node) && table.of(node) !== 'array') continue;
    for (const operand of node.operands) if (table.of(operand) !== 'array') scalars.add(operand);
  }
  for (const [written, node] of writes) if (isArray(written) && table.of(node) !== 'array') scalars.add(node);
  return { scalars: scalars.size, sums };
}
