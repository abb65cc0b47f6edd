/**
 * The denormal rule, for float32 only and the same on every backend: in every sixteenth step, a value assigned to an array is set to zero if it is below a
 * limit. WebAssembly cannot flush denormals, and rounding keeps a decaying moment from ever reaching zero, so without this rule every parameter whose
 * gradient stays zero would be slow forever. Since the comparison would add half of AdamW's time in cache, most steps omit it; in 16 steps a moment at the
 * limit comes nowhere near the denormals. Applied once, to the graph, as a condition of the step like any other; later equations of the same step see the
 * stored value.
 */
import { isRoutine, rebuild, variableOf, type Graph, type Node } from '../language/graph.ts';
import { KindTable, type KindsOfStates } from '../language/kind.ts';
import { parameter, type Variable } from '../language/variable.ts';
import type { DType } from './dtype.ts';

/**
 * The limits. A parameter loses its denormals only. A state is cut earlier, so that what a step makes of it, such as η·m, is normal too;
 * for ε ≥ 2⁻³⁰ a second moment below the limit is nothing beside ε.
 */
export const denormalLimits = { parameter: 2 ** -126, state: 2 ** -110 } as const;

/** The rule holds in the steps whose t this divides: a power of two, so that t over it is exact. */
export const denormalPeriod = 16;

/** The writes with the rule applied; `states` are the kinds of the states. */
export function flushDenormals(
  graph: Graph,
  writes: ReadonlyMap<Variable, Node>,
  states: KindsOfStates,
  dtype: DType,
): Map<Variable, Node> {
  if (dtype !== 'float32') return new Map(writes);
  const table = new KindTable(states);
  const limitOf = (written: Variable): number => (written === parameter ? denormalLimits.parameter : denormalLimits.state);
  const periods = graph.node('mul', [graph.node('time'), graph.constant(1 / denormalPeriod)]);
  const now = graph.node('eq', [periods, graph.node('floor', [periods])]);
  const flush = (node: Node, limit: number): Node => {
    const small = graph.node('lt', [graph.node('abs', [node]), graph.constant(limit)]);
    return graph.node('select', [now, graph.node('select', [small, graph.constant(0), node]), node]);
  };
  const limits = new Map<Node, number>();
  for (const [written, node] of writes) {
    if (table.of(node) === 'array' && !isGiven(node)) limits.set(node, Math.min(limits.get(node) ?? Infinity, limitOf(written)));
  }
  const flushed = rebuild(writes, (node, operands) => {
    const plain = graph.node(node.op, operands, node.attribute);
    const limit = limits.get(node);
    return limit === undefined ? plain : flush(plain, limit);
  });
  for (const [written, node] of writes) {
    const idle = variableOf(node) === written;
    const plain = flushed.get(written);
    if (isGiven(node) && !idle && plain !== undefined) flushed.set(written, flush(plain, limitOf(written)));
  }
  return flushed;
}

/** What a step computes is flushed where it is computed; an array that it is given, or a routine's result, only where it is stored. */
function isGiven(node: Node): boolean {
  return node.op === 'array' || node.op === 'state' || isRoutine(node);
}
