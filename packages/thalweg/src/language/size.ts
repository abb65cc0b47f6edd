/** Rejects programs that are too large to compile quickly, at the place that exceeds a limit. Counts nodes; compiles nothing. */
import { isReduction, isRoutine, topological, type Node } from './graph.ts';
import type { KindTable } from './kind.ts';
import { limits } from './limits.ts';
import { isElementOp } from './op.ts';
import type { Origins } from './origin.ts';
import type { Variable } from './variable.ts';

/** Throws an EquationError where a program passes one of its limits. */
export function verifySize(writes: ReadonlyMap<Variable, Node>, kinds: KindTable, origins: Origins): void {
  const last = [...writes.keys()][limits.assignments];
  if (last !== undefined) origins.refuseAssignment(`more than ${String(limits.assignments)} assignments with ←`, last);
  const level = new Map<Node, number>();
  const deciding = new Set<string>();
  const fixed = new Set<Node>();
  const shapes = new Set<Node>();
  let most = 0;
  for (const [i, node] of topological(writes.values()).entries()) {
    const refuse = (problem: string): never => origins.refuse(problem, writes, node);
    const below = node.operands.reduce((deepest, operand) => Math.max(deepest, level.get(operand) ?? 0), 0);
    const own = isReduction(node) || isRoutine(node) ? below + 1 : below;
    level.set(node, own);
    most = Math.max(most, own);
    for (const one of decidesOn(node, kinds)) deciding.add(one);
    if (node.op === 'const' || node.op === 'shape' || (isElementOp(node.op) && node.operands.every((operand) => fixed.has(operand))))
      fixed.add(node);
    if (node.op === 'select' && fixed.has(node.operands[0]!) && !fixed.has(node)) shapes.add(node.operands[0]!);
    if (i >= limits.operations) refuse(`more than ${String(limits.operations)} operations in one program`);
    if (most > limits.levels)
      refuse(`more than ${String(limits.levels)} sums, norms or matrix operations that each depend on the one before`);
    if ((i + 1) * (most + 1) > limits.recomputed)
      refuse(`too much to recompute after each of ${String(most)} sums, norms or matrix operations that each depend on the one before`);
    if (deciding.size > limits.conditions)
      refuse(`more than ${String(limits.conditions)} scalars in one program that decide a condition, divide an array or bound one`);
    if (shapes.size > limits.shapes) refuse(`more than ${String(limits.shapes)} conditions on the shape in one program`);
  }
}

/** What may choose the variant of a program, as `plan/rewrite.ts` and `plan/specialize.ts` have it: numbers of the step and what they do. */
function decidesOn({ op, operands }: Node, kinds: KindTable): readonly string[] {
  const named = (some: readonly Node[]): string[] => some.map(({ id }) => `${op} ${String(id)}`);
  const isHost = (node: Node | undefined): boolean => node !== undefined && node.op !== 'const' && kinds.of(node) === 'host';
  const isArray = (node: Node | undefined): boolean => node !== undefined && kinds.of(node) === 'array';
  const [a, b, c] = operands;
  if (op === 'select') return isHost(a) && [b, c].some((branch) => branch !== undefined && kinds.of(branch) !== 'host') ? named([a!]) : [];
  if (op === 'div') return isArray(a) && isHost(b) ? named([b!]) : [];
  if (op !== 'min' && op !== 'max') return [];
  return operands.some(isArray) ? named(operands.filter(isHost)) : [];
}
