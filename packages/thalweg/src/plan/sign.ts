/**
 * Which states can never be negative, by interval arithmetic on the graph: squares, magnitudes, and averages of them with weights whose
 * ranges say that they are not negative. Rounding keeps an order, so what holds for real numbers holds for floats; NaN is no sign.
 */
import { topological, variableOf, type Node } from '../language/graph.ts';
import { isElementOp, type ElementOp, type ReduceOp } from '../language/op.ts';
import type { Program } from '../language/program.ts';
import type { Variable } from '../language/variable.ts';

type Interval = readonly [low: number, high: number];

const anything: Interval = [-Infinity, Infinity];
const positive: Interval = [0, Infinity];

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
  return isElementOp(op) || op === 'sum' || op === 'dot' ? intervals[op](a, b, c, same) : anything;
}

type Combine = (a: Interval, b: Interval, c: Interval, same: boolean) => Interval;

const nonNegative: Combine = () => positive;
const outcome: Combine = () => [0, 1];
const bothPositive: Combine = (a, b) => (a[0] >= 0 && b[0] >= 0 ? positive : anything);

/** Where the result of each operation lies given where its operands do; `same` says that the first two are one. */
const intervals: Readonly<Record<ElementOp | ReduceOp, Combine>> = {
  neg: (a) => [-a[1], -a[0]],
  abs: nonNegative,
  sign: (a) => (a[0] >= 0 ? [0, 1] : [-1, 1]),
  sqrt: nonNegative,
  cbrt: nonNegative,
  exp: nonNegative,
  log: () => anything,
  cos: () => anything,
  floor: (a) => [Math.floor(a[0]), Math.floor(a[1])],
  add: (a, b) => sane(a[0] + b[0], a[1] + b[1]),
  sub: (a, b) => sane(a[0] - b[1], a[1] - b[0]),
  mul: (a, b, _, same) => (same ? positive : bothPositive(a, b, a, same)),
  div: bothPositive,
  pow: (a, b) => (a[0] >= 0 && b[0] >= 0 ? [0, a[1] <= 1 ? 1 : Infinity] : anything),
  min: (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
  max: (a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
  lt: outcome,
  le: outcome,
  eq: outcome,
  ne: outcome,
  select: (_, b, c) => [Math.min(b[0], c[0]), Math.max(b[1], c[1])],
  sum: (a) => (a[0] >= 0 ? positive : anything),
  dot: (_, __, ___, same) => (same ? positive : anything),
};

/** ∞ − ∞ says nothing. */
function sane(low: number, high: number): Interval {
  return [Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high];
}
