/**
 * The rewrites of the exact plan: rules that make kernels faster and that every backend follows. They keep IEEE semantics, with one documented exception:
 * an array divided by a host scalar is multiplied by the scalar's float64 reciprocal if that is a normal number in the array's type. That choice is a host
 * condition like any other, so `specialize.ts` needs no special case for it.
 */
import type { Node } from '../language/graph.ts';
import { isNormal, normalRange } from './dtype.ts';
import type { Context, Rewrite } from './rewrite.ts';

/** Each line's result stands in the comment beside it. */
export const kernelRules: readonly Rewrite[] = [
  multiplyByReciprocal, //         x / s, x array, s host      → normal(1 / s) ? x·(1 / s) : x / s; x·(1 / s) for bias corrections
  cubeRoot, //                     x^(1/3)                     → cbrt(x), for float32 arrays x; NaN for x < 0 either way
  compareWithNumber, //            min(x, s)                   → −big < 1 / s ? (s < x ? s : x) : min(x, s), and max likewise
];

function multiplyByReciprocal(node: Node, context: Context): Node | undefined {
  const { graph, kind, dtype } = context;
  const [x, s] = node.operands;
  if (node.op !== 'div' || x === undefined || s === undefined || kind(x) !== 'array' || kind(s) !== 'host') return undefined;
  if (s.op === 'const') {
    const value = 1 / Number(s.attribute);
    return isNormal(value, dtype) ? graph.node('mul', [x, graph.constant(value)]) : undefined;
  }
  const reciprocal = graph.node('div', [graph.constant(1), s]);
  if (isBiasCorrection(s, context)) return graph.node('mul', [x, reciprocal]);
  return graph.node('select', [graph.node('normal', [reciprocal], dtype), graph.node('mul', [x, reciprocal]), node]);
}

/** Whether a number is 1 − βᵗ with β in [0, 1): it lies between 2⁻⁵³ and 1, and its reciprocal is normal in either type. */
function isBiasCorrection({ op, operands: [b, t] }: Node, { rangeOf }: Context): boolean {
  if (op !== 'compow' || b?.op !== 'hyper' || t?.op !== 'time') return false;
  const range = rangeOf(String(b.attribute));
  return range !== undefined && range.low >= 0 && range.high <= 1 && !range.contains(1);
}

function cubeRoot(node: Node, { graph, kind, dtype }: Context): Node | undefined {
  const [x, third] = node.operands;
  if (node.op !== 'pow' || x === undefined || kind(x) !== 'array' || dtype !== 'float32') return undefined;
  return third?.op === 'const' && third.attribute === 1 / 3 ? graph.node('cbrt', [x]) : undefined;
}

/**
 * Beside a number s a comparison does what `min` and `max` do, in a fraction of the instructions: it gives x where x is NaN or equal to s. That is wrong
 * only where s is NaN, or the zero that counts as less than x = 0 (for `max`, as more), or is rounded to it; then 1/s is beyond a bound, or NaN.
 */
function compareWithNumber(node: Node, { graph, kind, dtype }: Context): Node | undefined {
  if (node.op !== 'min' && node.op !== 'max') return undefined;
  const [x, s] = node.operands.toSorted((a, b) => Number(kind(a) === 'host') - Number(kind(b) === 'host'));
  if (x === undefined || s === undefined || kind(x) !== 'array' || kind(s) !== 'host') return undefined;
  const inOrder = <T>(a: T, b: T): [T, T] => (node.op === 'min' ? [a, b] : [b, a]);
  const chosen = graph.node('select', [graph.node('lt', inOrder(s, x)), s, x]);
  const bound = (node.op === 'min' ? -1 : 1) / normalRange[dtype][0];
  if (s.op === 'const') {
    const [a, b] = inOrder(bound, 1 / Number(s.attribute));
    return a < b ? chosen : undefined;
  }
  const same = graph.node('lt', inOrder(graph.constant(bound), graph.node('div', [graph.constant(1), s])));
  return graph.node('select', [same, chosen, node]);
}
