/**
 * Host conditions whose branches are arrays. A step knows each such condition before it touches an array, so there is one specialization of the program per
 * combination of outcomes that occurs, each without the branches not taken. RAdam's threshold, a state's initial value and the reciprocal rule are all
 * handled here, and so are conditions on a tensor's shape (`cohort.ts`).
 */
import { wholeForm } from '../language/form.ts';
import type { FormTable } from '../language/form-table.ts';
import { arrayOperands, isReduction, isRoutine, rebuild, topological, type Graph, type Node } from '../language/graph.ts';
import { KindTable, type KindsOfStates } from '../language/kind.ts';
import type { Variable } from '../language/variable.ts';

/** The conditions to decide on the host before each step, in a fixed order. */
export function hostConditions(roots: Iterable<Node>, states: KindsOfStates): Node[] {
  const table = new KindTable(states);
  const found = new Set<Node>();
  for (const node of topological(roots)) {
    const [condition, a, b] = node.operands;
    if (node.op !== 'select' || condition === undefined || a === undefined || b === undefined) continue;
    const branches = [table.of(a), table.of(b)];
    if (table.of(condition) === 'host' && branches.some((kind) => kind !== 'host')) found.add(condition);
  }
  return [...found];
}

/**
 * The writes with each decided condition replaced by its outcome, and what only the branches not taken needed left out. With `forms`, a number that
 * comes in the place of rows, columns or squares under a sum or a routine is spread to their form; without, that of the whole is meant.
 */
export function specialize(
  graph: Graph,
  writes: ReadonlyMap<Variable, Node>,
  outcomes: ReadonlyMap<Node, boolean>,
  forms?: FormTable,
): Map<Variable, Node> {
  return rebuild(writes, (node, given) => {
    const operands = forms === undefined ? given : inTheirForms(graph, forms, node, given);
    const [condition] = node.operands;
    const outcome = node.op === 'select' && condition !== undefined ? outcomes.get(condition) : undefined;
    if (outcome === undefined) return graph.node(node.op, operands, node.attribute);
    const taken = operands[outcome ? 1 : 2];
    if (taken === undefined) throw new RangeError('no branches');
    return taken;
  });
}

function inTheirForms(graph: Graph, forms: FormTable, node: Node, operands: readonly Node[]): readonly Node[] {
  if (!isRoutine(node) && !isReduction(node)) return operands;
  const arrays = new Set(arrayOperands(node));
  return operands.map((operand, i) => {
    const before = node.operands[i];
    const form = before !== undefined && arrays.has(before) ? forms.of(before) : undefined;
    return form === undefined || form === wholeForm || forms.of(operand) !== undefined ? operand : graph.node('spread', [operand], form);
  });
}
