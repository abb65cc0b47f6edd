/**
 * Which programs can update some rows of a sparse parameter and leave the others unchanged. The result must not depend on the other rows: a sum over the
 * table has to be one over the given rows, and a state's initial value has to exist whenever a row first gets a gradient.
 */
import { isReduction, isRoutine, topological, variableOf, type Node } from '../language/graph.ts';
import { KindTable } from '../language/kind.ts';
import { isElementOp } from '../language/op.ts';
import { elements } from '../language/operations/elements.ts';
import { sums } from '../language/operations/sums.ts';
import type { Program } from '../language/program.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';

/** What forbids stepping rows alone, to be read after the name of a parameter; undefined where nothing does. */
export function whyNotLazy(program: Program): string | undefined {
  if (program.evaluation !== undefined) return 'is evaluated at other weights than are trained, which takes every row';
  if (program.inputs.some(({ kind }) => kind === 'tensor')) return 'needs an input array with the size of the parameter';
  const nodes = topological(lasting(program).map(([, node]) => node));
  if (nodes.some(isRoutine)) return 'has matrix operations or noise in its equations';
  const table = new KindTable(program.states);
  const first = new Set(firstValues(program).values());
  const early = nodes.some((node) => isFirstStep(node) && ['tensor', 'array'].includes(table.of(node)) && !first.has(node.operands[1]!));
  if (early) return 'has other equations at t = 1, and a row may get its first gradient later';
  const zeros = new Set<Node>();
  for (const node of nodes) if (vanishes(node, (operand) => zeros.has(operand))) zeros.add(node);
  const blind = nodes.some((node) => isReduction(node) && !zeros.has(node));
  return blind ? 'has a norm or sum in its equations over elements without a gradient' : undefined;
}

/** The program that gives every state of a table its first value, on whole tables; the states that start at zero need none. */
export function firstProgram(program: Program): Program {
  return { ...program, inputs: [], writes: firstValues(program), evaluation: undefined };
}

/** What is written and lasts: not what a step only tells. */
function lasting({ writes, states }: Program): [Variable, Node][] {
  return [...writes].filter(([written]) => written === parameter || states.has(written));
}

/** The states' first values: what stands for a state at t = 1 and depends on no step. */
function firstValues(program: Program): Map<Variable, Node> {
  const found = new Map<Variable, Node>();
  for (const node of topological(lasting(program).map(([, node]) => node))) {
    const [, value, last] = node.operands;
    const state = last?.op === 'state' ? variableOf(last) : undefined;
    if (!isFirstStep(node) || value === undefined || state === undefined || program.states.get(state)?.kind !== 'array') continue;
    const given = topological([value]);
    const reads = given.some(
      (part) => part.op === 'state' || part.op === 'input' || (part.op === 'array' && variableOf(part) !== parameter),
    );
    if (!reads && !given.some(isReduction)) found.set(state, value);
  }
  return found;
}

/** Whether a node is `t == 1 ? a : b`, or the like with another number. */
function isFirstStep({ op, operands: [condition] }: Node): boolean {
  return op === 'select' && condition?.op === 'eq' && condition.operands.some((operand) => operand.op === 'time');
}

/** Whether a node is 0 where g is, if those operands are that `are` says so. */
function vanishes({ op, operands, attribute }: Node, are: (operand: Node) => boolean): boolean {
  if (op === 'array') return attribute === gradient;
  if (op === 'const') return attribute === 0;
  const isSum = op === 'sum' || op === 'dot';
  if (!isSum && !isElementOp(op)) return false;
  const rule = isSum ? sums[op].zeroWhere : elements[op].zeroWhere;
  if (rule === 'any') return operands.some(are);
  if (rule === 'first') return operands.slice(0, 1).every(are);
  if (rule === 'rest') return operands.slice(1).every(are);
  return (isSum || elements[op].value(0, 0, 0) === 0) && operands.every(are);
}
