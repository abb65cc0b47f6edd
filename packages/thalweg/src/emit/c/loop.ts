/** A pass as one readable loop: values that the author named or that are used twice become variables, everything else is inlined. */
import type { Form } from '../../language/form.ts';
import type { Graph, Node } from '../../language/graph.ts';
import { isElementOp } from '../../language/op.ts';
import type { Pass } from '../../plan/passes.ts';
import { indented, typeOf, type Helpers } from '../../targets/loops/c/source.ts';
import { atom, number, operation, wideProduct, type Expression } from './expression.ts';

/** What a loop is told of the step that it is in. */
export interface LoopNames {
  readonly helpers: Helpers;
  /** What an array is called; whether it is one of the step itself, and so declared already. */
  readonly array: (index: number) => string;
  readonly isDeclared: (index: number) => boolean;
  /** The form of an array that is read where it meets a matrix, and what node an array of the step itself holds. */
  readonly spread: (index: number) => Form | undefined;
  readonly held: (index: number) => Node | undefined;
  /** How many elements an array of a form has, and how many rows or columns. */
  readonly size: (form: Form) => string;
  readonly side: (side: 'rows' | 'cols') => string;
  /** The number that a scalar of the pass stands for. */
  readonly scalar: (node: Node) => Expression;
  /** The same rounded to float32; declared among `before` unless it stands outside of all loops. */
  readonly constant: (node: Node, before: string[]) => Expression;
  /** What the author calls a value, and the equation that it is from. */
  readonly named: (node: Node) => { readonly name: string; readonly equation: string } | undefined;
  /** A name that nothing else has. */
  readonly free: (wanted: string) => string;
  /** The variable that a sum is added to. */
  readonly sum: (node: Node) => string;
}

/** The loop over the elements of the tensor at hand, or over those of its rows, its columns or a matrix of them. */
export function readableLoop({ kernel, form, scalars, sums, arrays }: Pass, graph: Graph, names: LoopNames): string[] {
  const type = typeOf[kernel.dtype];
  const { code } = kernel;
  const uses = new Map<number, number>();
  for (const one of code) {
    const operands = 'operands' in one ? one.operands : 'operand' in one ? [one.operand] : [];
    for (const operand of operands) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  }
  const stored = new Set(code.flatMap((one) => (one.op === 'store' ? [one.array] : [])));
  const storedAt = new Set(code.flatMap((one) => (one.op === 'store' ? [one.operand] : [])));
  const comments = new Map<number, string>();
  const at = (array: number): string => `${names.array(array)}[${indexOf(names.spread(array), form)}]`;
  const values: Expression[] = [];
  const nodes: (Node | undefined)[] = [];
  const before: string[] = [];
  const body: string[] = [];
  const stores: string[] = [];
  code.forEach((one, i) => {
    const value = (operand: number): Expression => values[operand]!;
    const keep = (expression: Expression, node: Node | undefined, declared: boolean): void => {
      const known = node === undefined ? undefined : names.named(node);
      [nodes[i], values[i]] = [node, expression];
      // What is only stored needs no variable besides.
      if (storedAt.has(i) && (uses.get(i) ?? 0) < 2) {
        if (known !== undefined) comments.set(i, `/* ${known.equation} */`);
        return;
      }
      if (known === undefined && !declared) return;
      const name = names.free(known?.name ?? 'x');
      if (known !== undefined) body.push(`/* ${known.equation} */`);
      body.push(`const ${type} ${name} = ${expression.text};`);
      values[i] = atom(name);
    };
    if (one.op === 'load') {
      const variable = arrays[one.array]!;
      const node = names.held(one.array) ?? graph.variable(variable.role === 'state' ? 'state' : 'array', variable);
      [nodes[i], values[i]] = [node, atom(at(one.array))];
    } else if (one.op === 'const') {
      [nodes[i], values[i]] = [graph.constant(one.value), number(one.value, type)];
    } else if (one.op === 'scalar') {
      const node = scalars[one.scalar]!;
      nodes[i] = node;
      values[i] = type === 'double' ? names.scalar(node) : names.constant(node, before);
    } else if (one.op === 'store') {
      const { text } = value(one.operand);
      // What is stored may not be read from what another store has overwritten.
      const reads = [...stored].some((array) => array !== one.array && text.includes(at(array)));
      const kept = reads ? names.free(`new_${names.array(one.array)}`) : text;
      const comment = comments.get(one.operand);
      if (comment !== undefined) (reads ? body : stores).push(comment);
      if (reads) body.push(`const ${type} ${kept} = ${text};`);
      stores.push(`${at(one.array)} = ${kept};`);
    } else if ('sum' in one) {
      const [a, b] = one.operands.map(value);
      body.push(`${names.sum(sums[one.sum]!)} += ${b === undefined ? a!.text : wideProduct(a!, b, type).text};`);
    } else if (isElementOp(one.op)) {
      const operands = one.operands.map((operand) => nodes[operand]);
      const node = operands.every((operand) => operand !== undefined) ? graph.node(one.op, operands) : undefined;
      const isCondition = code.some((other) => other.op === 'select' && other.operands[0] === i);
      const several = (uses.get(i) ?? 0) > 1 && !isCondition;
      keep(operation(one.op, one.operands.map(value), type, names.helpers), node, several);
    }
  });
  const pointers = arrays.flatMap((_, i) =>
    names.isDeclared(i) ? [] : [`${stored.has(i) ? '' : 'const '}${type} *${names.array(i)} = x->${names.array(i)};`],
  );
  const inner = [...body, ...stores];
  if (!inner.some((line) => /\[(row|col)\]/.test(line)))
    return [...before, ...pointers, `for (size_t i = 0; i < ${names.size(form)}; i++) {`, ...indented(inner), '}'];
  const [rows, cols] = [0, 1].map((side) => (form.charAt(side) === '1' ? '1' : names.side(form.charAt(side) === 'r' ? 'rows' : 'cols')));
  return [
    ...before,
    ...pointers,
    `for (size_t row = 0, i = 0; row < ${rows!}; row++)`,
    ...indented([`for (size_t col = 0; col < ${cols!}; col++, i++) {`, ...indented(inner), '}']),
  ];
}

/** Which element of an array is read at element `i`, in row `row` and column `col` of a matrix. */
function indexOf(spread: Form | undefined, form: Form): string {
  if (spread === undefined || spread === form) return 'i';
  return !spread.startsWith('1') ? 'row' : spread.endsWith('1') ? '0' : 'col';
}
