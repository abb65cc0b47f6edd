/**
 * Rewrites, done once here so that every lowering computes the same. Only those that keep IEEE semantics, and one documented
 * exception: an array divided by a host scalar is multiplied by the scalar's float64 reciprocal when that is a normal number in the
 * array's type. That choice is a host condition like any other, so `specialize.ts` needs no special case for it.
 */
import { rebuild, type Graph, type Node } from '../language/graph.ts';
import { KindTable, type Kind } from '../language/kind.ts';
import { isComparison, isElementOp } from '../language/op.ts';
import { elements } from '../language/operations/elements.ts';
import type { Program } from '../language/program.ts';
import type { Range } from '../language/range.ts';
import type { Variable } from '../language/variable.ts';
import { isNormal, normalRange, type DType } from './dtype.ts';

interface Context {
  readonly graph: Graph;
  readonly kind: (node: Node) => Kind;
  readonly dtype: DType;
  /** Where a hyperparameter must lie. */
  readonly rangeOf: (key: string) => Range | undefined;
}

/** A rewrite looks at a node whose operands are rewritten and returns what to put in its place, or undefined. */
type Rewrite = (node: Node, context: Context) => Node | undefined;

/** The rewrites of every plan; each line's result stands in the comment beside it. */
const always: readonly Rewrite[] = [
  foldConstants, //                1 / 2                       → 0.5, in float64, for constants of the text
  complementOfPower, //            1 − βᵗ                      → compow(β, t) = −expm1(t·log β), for host scalars
  sameBranches, //                 c ? x : x                   → x
];

/** Those of the exact plan besides: rules by which kernels are faster, and which every backend of it follows. */
const ofKernels: readonly Rewrite[] = [
  multiplyByReciprocal, //         x / s, x array, s host      → normal(1 / s) ? x·(1 / s) : x / s; x·(1 / s) for bias corrections
  cubeRoot, //                     x^(1/3)                     → cbrt(x), for float32 arrays x; NaN for x < 0 either way
  compareWithNumber, //            min(x, s)                   → −big < 1 / s ? (s < x ? s : x) : min(x, s), and max likewise
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
  const least = node.op === 'min';
  const chosen = graph.node('select', [graph.node('lt', least ? [s, x] : [x, s]), s, x]);
  const bound = 1 / normalRange[dtype][0];
  if (s.op === 'const') {
    const reciprocal = 1 / Number(s.attribute);
    return (least ? -bound < reciprocal : reciprocal < bound) ? chosen : undefined;
  }
  const reciprocal = graph.node('div', [graph.constant(1), s]);
  const same = graph.node('lt', least ? [graph.constant(-bound), reciprocal] : [reciprocal, graph.constant(bound)]);
  return graph.node('select', [same, chosen, node]);
}

function sameBranches(node: Node): Node | undefined {
  return node.op === 'select' && node.operands[1] === node.operands[2] ? node.operands[1] : undefined;
}

/** The program's writes after all rewrites, for arrays of this type; without `exact`, only after those that every plan has. */
export function rewrite({ graph, writes, states, hyper }: Program, dtype: DType, exact = true): Map<Variable, Node> {
  const rewrites = exact ? [...always, ...ofKernels] : always;
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
