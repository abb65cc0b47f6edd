/** The names in an emitted shader: the author's names as unique identifiers that are not reserved words of WGSL. */
import { printEquations } from '../../language/print.ts';
import { freeName, inputVariable } from '../../language/part.ts';
import type { Node } from '../../language/graph.ts';
import type { Program } from '../../language/program.ts';
import { spell } from '../../language/symbol.ts';
import { gradient, parameter, variable, type Variable } from '../../language/variable.ts';
import { rewrite } from '../../plan/rewrite.ts';
import { words } from '../../targets/loops/wgsl/language.ts';
import { identifier } from '../identifiers.ts';

/** The identifiers of one file. */
export class Names {
  private readonly taken = new Set<string>(words());

  /** `wanted`, or with a number where it is taken. */
  give(wanted: string): string {
    const id = freeName(identifier(wanted, 'x'), (candidate) => this.taken.has(candidate));
    this.taken.add(id);
    return id;
  }
}

/** A name with what stands for it in the author's notation. */
export interface Named {
  readonly id: string;
  readonly written: string;
}

/** A buffer, and what its element is called in a shader. */
export interface NamedBuffer extends Named {
  readonly element: string;
}

/** The buffers of a program: w, g, inputs, states, and where to evaluate. */
export function bufferNames(program: Program, names: Names, arrays: readonly Variable[]): Map<Variable, NamedBuffer> {
  const out = new Map<Variable, NamedBuffer>();
  const symbols = new Map(program.inputs.map((input) => [inputVariable(input), input.symbol]));
  const targets = new Map(
    program.assignments.flatMap(({ variable: of, equation }) => (of === undefined ? [] : [[of, equation.target] as const])),
  );
  for (const array of arrays) {
    const target = targets.get(array);
    const written = array === parameter ? 'w' : array === gradient ? 'g' : (target?.written ?? symbols.get(array) ?? 'where to evaluate');
    const plain = array.role === 'evaluation' ? 'evaluation' : spell(written);
    const id = names.give(plain);
    out.set(array, { id, written, element: names.give(`${id}_i`) });
  }
  return out;
}

/** What equations assign, by the nodes that the plan has for it: an identifier, and the equation. The first of several equations with one value counts. */
export function assignedNames(program: Program, names: Names): Map<Node, { readonly id: string; readonly equation: string }> {
  const key = (index: number): Variable => variable('operand', `equation ${String(index)}`);
  const all = new Map(program.assignments.map(({ node }, index) => [key(index), node]));
  const planned = rewrite({ ...program, writes: all }, 'float32');
  const out = new Map<Node, { readonly id: string; readonly equation: string }>();
  program.assignments.forEach(({ equation }, index) => {
    const node = planned.get(key(index));
    if (node === undefined || out.has(node) || node.operands.length === 0) return;
    const { name } = equation.target;
    out.set(node, { id: names.give(equation.lasting || name === 'g' ? `${name}_new` : name), equation: printEquations([equation]) });
  });
  return out;
}
