/**
 * The order of a step in which some sums run over several parameters: what is done for each parameter, and what is done once in between. Such a sum, if
 * read by an equation of each parameter, becomes a statement of its own before it. Knows models; no target.
 */
import type { Expression, OperationNode } from '../language/tree.ts';
import type { InspectedPart } from '../define/inspection.ts';
import { isSum, type Line, type Model } from './model.ts';

/** A sum over parameters that stands for itself, under a name of its own. */
export interface Hoisted {
  readonly id: string;
  readonly part: InspectedPart;
  readonly operation: OperationNode;
}

/** What is done: an equation, or a sum. */
export type Statement = { readonly line: Line } | { readonly hoisted: Hoisted };

/** Statements that are done for each parameter, one parameter after another, or once. */
export interface Block {
  readonly each: boolean;
  readonly statements: readonly Statement[];
}

/** The step as blocks, and the names of the sums that stand for themselves. */
export interface Blocks {
  readonly blocks: readonly Block[];
  readonly hoisted: ReadonlyMap<OperationNode, string>;
}

const words: Readonly<Record<string, string>> = { norm: 'norm', inner: 'inner', total: 'total' };

/** Splits a step. `alone` says which sums of an equation that is computed once stand for themselves, too. */
export function blocksOf(model: Model, alone: (operation: OperationNode) => boolean = () => false): Blocks {
  const hoisted = new Map<OperationNode, string>();
  const blocks: { each: boolean; statements: Statement[] }[] = [];
  const add = (each: boolean, statement: Statement): void => {
    const last = blocks.at(-1);
    if (last?.each === each) last.statements.push(statement);
    else blocks.push({ each, statements: [statement] });
  };
  for (const line of model.lines) {
    const each = isEach(line);
    const { value } = line.equation;
    if (!each && !line.equation.lasting && value.kind === 'apply' && isJointSum(value) && alone(value)) {
      add(false, { hoisted: { id: line.target.id, part: line.part, operation: value } });
      continue;
    }
    for (const operation of jointSums(line.equation.value)) {
      if (!each && !alone(operation)) continue;
      const id = model.identifiers.give(`${words[operation.op] ?? 'total'}_${operation.scope}`);
      hoisted.set(operation, id);
      add(false, { hoisted: { id, part: line.part, operation } });
    }
    add(each, { line });
  }
  return { blocks, hoisted };
}

/** Whether an equation is one of each parameter. */
export function isEach({ kind }: Pick<Line, 'kind'>): boolean {
  return kind === 'array' || kind === 'tensor';
}

/** Whether an operation is a sum over several parameters. */
function isJointSum(operation: OperationNode): boolean {
  return isSum(operation) && operation.scope !== 'tensor';
}

/** The outermost sums over several parameters. */
export function jointSums(expression: Expression): OperationNode[] {
  if (expression.kind !== 'apply') return [];
  if (isJointSum(expression)) return [expression];
  return expression.operands.flatMap(jointSums);
}
