/** What operations that are written in terms of others (`operations/sugar.ts`) become in a tree, for targets that write trees. */
import { arithmetic } from './operations/arithmetic.ts';
import type { ElementOp } from './operations/elements.ts';
import type { Building } from './operations/operation.ts';
import type { RoutineOp } from './operations/routines.ts';
import { sugar, type SugarOp } from './operations/sugar.ts';
import { nameNode, numberNode, operationNode, type Expression, type OperationNode } from './tree.ts';

const special = {
  constant: numberNode,
  sign: (a: Expression): Expression => operationNode('sign', [a]),
  select: (condition: Expression, a: Expression, b: Expression): Expression => operationNode('select', [condition, a, b]),
};

const trees: Building<Expression, ElementOp | RoutineOp> = {
  ...arithmetic<Expression>(
    special,
    (op) =>
      (...operands) =>
        operationNode(op, operands),
  ),
  apply: (op, ...operands) => operationNode(op, operands),
  sum: (x, scope) => operationNode('total', [x], scope),
  dot: (a, b, scope) => operationNode('inner', [a, b], scope),
  time: () => nameNode('t'),
  shape: (name) => nameNode(name),
  numberOf: (x) => (x.kind === 'number' ? x.value : NaN),
};

/** The operation in terms of others; undefined where it is none of those. */
export function inOthers({ op, operands: [a, b], scope }: OperationNode): OperationNode | undefined {
  if (!Object.hasOwn(sugar, op) || a === undefined) return undefined;
  const tree = sugar[op as SugarOp].build(trees, [a, b ?? a], scope);
  return tree.kind === 'apply' ? tree : undefined;
}
