/**
 * The form (shape relative to the parameter) of each node: leaves have given forms, a state has the form of what is assigned to it, and operands must
 * broadcast.
 */
import { meet, wholeForm, type Form } from './form.ts';
import { arrayOperands, isReduction, topological, type Node } from './graph.ts';
import { dependencies, stateOf } from './kind.ts';
import type { Origins } from './origin.ts';
import { isRoutineOp } from './op.ts';
import { routines } from './operations/routines.ts';
import { parameter, variable, type Variable } from './variable.ts';

/** The forms of states; undefined for numbers. */
export type FormsOfStates = ReadonlyMap<Variable, { readonly form: Form | undefined }>;

/** The form of each node given those of the array states; undefined for a number. */
export class FormTable {
  /** Nodes whose operands do not fit together, with what is wrong. */
  readonly misfits = new Map<Node, string>();
  private readonly memo = new Map<Node, Form | undefined>();
  private readonly states: FormsOfStates;
  private readonly known: (node: Node) => Form | undefined;

  /** `known` tells the forms of nodes that do not follow from their operands any more. */
  constructor(states: FormsOfStates, known: (node: Node) => Form | undefined = () => undefined) {
    this.states = states;
    this.known = known;
  }

  /** The form of a node. */
  of(node: Node): Form | undefined {
    if (!this.memo.has(node)) for (const part of topological([node], this.memo)) this.memo.set(part, this.compute(part));
    return this.memo.get(node);
  }

  private compute(node: Node): Form | undefined {
    if (node.op === 'array') return wholeForm;
    if (node.op === 'state') return stateOf(this.states, node)?.form;
    const known = this.known(node);
    if (known !== undefined) return known;
    const forms = arrayOperands(node).map((operand) => this.memo.get(operand));
    if (isRoutineOp(node.op)) {
      if (node.op === 'spread') return String(node.attribute).slice(0, 2) as Form;
      // A number is refused as an operand, but for one that a condition put in the place of an array of the whole form.
      const [a = wholeForm, b = wholeForm] = forms;
      const form = routines[node.op].form(a, b);
      const { takes } = routines[node.op];
      const numbers = node.operands.some((operand, i) => takes[i] !== 'matrix' && this.memo.get(operand) !== undefined);
      if (form === undefined || forms.includes(undefined) || numbers) this.misfits.set(node, routines[node.op].needs);
      return form ?? wholeForm;
    }
    const met = forms.reduce((whole, form) => {
      if (whole === undefined || form === undefined) return whole ?? form;
      const both = meet(whole, form);
      if (both === undefined) this.misfits.set(node, `shapes ${describe(whole)} and ${describe(form)} do not broadcast`);
      return both ?? whole;
    }, undefined);
    return isReduction(node) ? undefined : met;
  }
}

function describe(form: Form): string {
  const word = (dimension: string): string => (dimension === 'r' ? 'rows' : dimension === 'c' ? 'cols' : '1');
  return `${word(form.charAt(0))} × ${word(form.charAt(1))}`;
}

/** Infers the forms of the array states from what is assigned to them. */
export function inferForms(writes: ReadonlyMap<Variable, Node>): Map<Variable, { readonly form: Form }> {
  const states = new Map<Variable, { readonly form: Form }>();
  const order = dependencies(writes);
  // A form may follow from itself and never settle, which `verifyForms` finds.
  let changed = true;
  for (let round = 0; changed && round < order.length + 4; round++) {
    changed = false;
    const table = new FormTable(states);
    for (const [name, node] of order) {
      const form = name === parameter ? undefined : table.of(node);
      if (form === undefined || states.get(name)?.form === form) continue;
      states.set(name, { form });
      changed = true;
    }
  }
  return states;
}

/** What has the form of the parameter, whatever is assigned to it. */
const wholeVariables = [parameter, variable('evaluation')];

/** Throws an EquationError at the first node whose operands do not fit together, and where `w` would get another form. */
export function verifyForms(writes: ReadonlyMap<Variable, Node>, forms: FormsOfStates, origins: Origins): void {
  const table = new FormTable(forms);
  for (const node of topological(writes.values())) {
    table.of(node);
    const misfit = table.misfits.get(node);
    if (misfit !== undefined) origins.refuse(misfit, writes, node);
  }
  for (const [written, value] of writes) {
    const form = forms.get(written)?.form;
    if (form !== undefined && form !== table.of(value)) origins.refuseAssignment('the state would be transposed in every step', written);
  }
  for (const whole of wholeVariables) {
    const value = writes.get(whole);
    const form = value === undefined ? undefined : table.of(value);
    if (form !== undefined && meet(form, wholeForm) !== wholeForm)
      origins.refuseAssignment(`${whole === parameter ? 'w' : 'where to evaluate'} is rows × cols, and this is ${describe(form)}`, whole);
  }
}
