/**
 * Which states can never be negative, by interval arithmetic on the graph: squares, magnitudes, and averages of them with weights whose ranges are not
 * negative. Rounding is monotonic, so what holds for real numbers holds for floats; NaN has no sign.
 */
import { topological, variableOf, type Node } from '../language/graph.ts';
import { isElementOp } from '../language/op.ts';
import { elements } from '../language/operations/elements.ts';
import { anything, positive, type Interval } from '../language/operations/interval.ts';
import { sums } from '../language/operations/sums.ts';
import type { Program } from '../language/program.ts';
import type { Variable } from '../language/variable.ts';

/** The states of a program that are proven not to be negative, whatever the gradients are. */
export function nonNegativeStates(program: Program): Set<Variable> {
  const candidates = new Set(program.states.keys());
  // Every state is taken to be non-negative until its own equation does not follow from that; a state begins at zero.
  for (let before = -1; before !== candidates.size;) {
    before = candidates.size;
    const intervals = intervalsOf(program, candidates);
    for (const state of candidates) {
      const node = program.writes.get(state);
      if (node === undefined || (intervals.get(node) ?? anything)[0] < 0) candidates.delete(state);
    }
  }
  return candidates;
}

function intervalsOf(program: Program, nonNegative: ReadonlySet<Variable>): Map<Node, Interval> {
  const ranges = new Map(program.hyper.map(({ key, range }) => [key, [range.low, range.high] as const]));
  const known = new Map<Node, Interval>();
  for (const node of topological(program.writes.values())) {
    const [a = anything, b = anything, c = anything] = node.operands.map((operand) => known.get(operand) ?? anything);
    const same = node.operands[0] === node.operands[1];
    known.set(node, leaf(node, ranges, nonNegative) ?? combine(node, [a, b, c], same));
  }
  return known;
}

function leaf(node: Node, ranges: ReadonlyMap<string, Interval>, nonNegative: ReadonlySet<Variable>): Interval | undefined {
  switch (node.op) {
    case 'const':
      return [Number(node.attribute), Number(node.attribute)];
    case 'hyper':
      return ranges.get(String(node.attribute)) ?? anything;
    case 'state': {
      const state = variableOf(node);
      return state !== undefined && nonNegative.has(state) ? positive : anything;
    }
    case 'time':
    case 'shape':
      return positive;
    default:
      return undefined;
  }
}

function combine({ op }: Node, [a, b, c]: readonly [Interval, Interval, Interval], same: boolean): Interval {
  if (isElementOp(op)) return elements[op].range(a, b, c, same);
  return op === 'sum' || op === 'dot' ? sums[op].range(a, b, c, same) : anything;
}
