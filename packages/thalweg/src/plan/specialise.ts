/**
 * Host conditions whose branches are arrays. A step knows each such condition before it touches an array, so there is one variant of
 * the program per combination of outcomes that really occurs, each without the branches not taken. RAdam's threshold, a state's first
 * value and the reciprocal rule all come through here.
 */
import { rebuild, topological, type Graph, type Node } from '../language/graph.ts';
import { KindTable, type Kind } from '../language/kind.ts';

/** The conditions to decide on the host before each step, in a fixed order. */
export function hostConditions(roots: Iterable<Node>, states: ReadonlyMap<string, Kind>): Node[] {
  const table = new KindTable(states);
  const found = new Set<Node>();
  for (const node of topological(roots)) {
    const condition = conditionOf(node, table);
    if (condition !== undefined) found.add(condition);
  }
  return [...found];
}

/** The writes with each host condition replaced by its outcome. */
export function specialise(
  graph: Graph,
  writes: ReadonlyMap<string, Node>,
  states: ReadonlyMap<string, Kind>,
  outcomes: ReadonlyMap<Node, boolean>,
): Map<string, Node> {
  const table = new KindTable(states);
  return rebuild(writes, (node, operands) => {
    const condition = conditionOf(node, table);
    const outcome = condition === undefined ? undefined : outcomes.get(condition);
    if (outcome === undefined) return graph.node(node.op, operands, node.attribute);
    const taken = operands[outcome ? 1 : 2];
    if (taken === undefined) throw new RangeError('a condition has two branches');
    return taken;
  });
}

/** The condition of a choice between arrays, or between values that need a sum over arrays, if it is known on the host. */
function conditionOf(node: Node, table: KindTable): Node | undefined {
  const [condition, a, b] = node.operands;
  if (node.op !== 'select' || condition === undefined || a === undefined || b === undefined) return undefined;
  const branches = [table.of(a), table.of(b)];
  return table.of(condition) === 'host' && branches.some((kind) => kind !== 'host') ? condition : undefined;
}
