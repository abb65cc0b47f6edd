/**
 * Prepares a program's routines: broadcasts rows and columns where they meet matrices, and names the arrays for operands and results of each routine, so
 * that every specialization of the program finds them in the same place.
 */
import { meet, wholeForm, type Form } from '../language/form.ts';
import { FormTable, type FormsOfStates } from '../language/form-table.ts';
import {
  arrayOperands,
  fingerprint,
  isReduction,
  isRoutine,
  rebuild,
  topological,
  variableOf,
  type Graph,
  type Node,
} from '../language/graph.ts';
import { isElementOp } from '../language/op.ts';
import { parameter, variable, type Variable } from '../language/variable.ts';

/** The writes with a `spread` wherever arrays of different forms meet, and with the names of its arrays in each routine. */
export function prepareRoutines(graph: Graph, writes: ReadonlyMap<Variable, Node>, states: FormsOfStates): Map<Variable, Node> {
  if (!topological(writes.values()).some(isRoutine)) return new Map(writes);
  const table = new FormTable(states);
  const spread = (node: Node, form: Form): Node => {
    const own = table.of(node);
    return own === undefined || own === form ? node : graph.node('spread', [node], form);
  };
  const numbers = mayBecomeNumbers(writes, table);
  const met = rebuild(writes, (node, operands) => {
    if (!isElementOp(node.op) && !isReduction(node)) return graph.node(node.op, operands, node.attribute);
    const forms = operands.map((operand) => table.of(operand)).filter((form) => form !== undefined);
    const form = forms.reduce((all, one) => meet(all, one) ?? all, forms[0] ?? wholeForm);
    return graph.node(
      node.op,
      operands.map((operand, i) => {
        const known = node.operands[i];
        // A sum over rows, columns or squares stays one where its operand becomes a number.
        const pinned = isReduction(node) && form !== wholeForm && known !== undefined && numbers.has(known);
        return pinned ? graph.node('spread', [operand], form) : spread(operand, form);
      }),
      node.attribute,
    );
  });
  const w = met.get(parameter);
  if (w !== undefined) met.set(parameter, spread(w, wholeForm));
  return rebuild(met, (node, operands) => {
    if (!isRoutine(node)) return graph.node(node.op, operands, node.attribute);
    const form = node.op === 'spread' ? String(node.attribute) : '';
    const names = [node, ...arrayOperands(node)].map(fingerprint);
    return graph.node(node.op, operands, [form, ...names].join(' '));
  });
}

/** The arrays that are numbers where a condition of the step takes one of its branches. */
function mayBecomeNumbers(writes: ReadonlyMap<Variable, Node>, table: FormTable): Set<Node> {
  const found = new Set<Node>();
  const isNumber = (node: Node): boolean => found.has(node) || table.of(node) === undefined;
  for (const node of topological(writes.values())) {
    if (!isElementOp(node.op) || table.of(node) === undefined) continue;
    const [condition, ...branches] = node.operands;
    const chooses = node.op === 'select' && condition !== undefined && table.of(condition) === undefined && branches.some(isNumber);
    if (chooses || node.operands.every(isNumber)) found.add(node);
  }
  return found;
}

/** The array that holds a routine's result, and those that hold its operands unless these are arrays already. */
export function routineArrays(routine: Node): { readonly result: Variable; readonly operands: readonly Variable[] } {
  const [, result, ...operands] = String(routine.attribute).split(' ');
  return { result: variable('result', result), operands: operands.map((operand) => variable('operand', operand)) };
}

/** The array that holds a node's value whenever a routine may read it, if there is one: a gradient, an input or a result. */
export function standing(node: Node): Variable | undefined {
  if (node.op === 'array' && node.attribute !== parameter) return variableOf(node);
  return isRoutine(node) ? routineArrays(node).result : undefined;
}

/** The arrays that a prepared program needs besides parameters, gradients, inputs and states. */
export function scratchArrays(writes: ReadonlyMap<Variable, Node>, states: FormsOfStates): Map<Variable, Form> {
  const table = new FormTable(states);
  const out = new Map<Variable, Form>();
  for (const node of topological(writes.values())) {
    if (!isRoutine(node)) continue;
    const { result, operands } = routineArrays(node);
    out.set(result, table.of(node) ?? wholeForm);
    arrayOperands(node).forEach((operand, i) => {
      const array = operands[i];
      if (array !== undefined && standing(operand) === undefined)
        out.set(array, table.of(operand) ?? (node.op === 'spread' ? table.of(node) : undefined) ?? wholeForm);
    });
  }
  return out;
}
