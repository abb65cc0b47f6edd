/**
 * The programs of a method by tensor shape: if a condition on the shape selects equations, a file has a branch for each outcome. The possible outcomes are
 * found by trying shapes. Knows programs; writes only the conditions.
 */
import { topological, type Node } from '../../language/graph.ts';
import type { Program } from '../../language/program.ts';
import { UnsupportedError } from '../../language/run-error.ts';
import { cohorts } from '../../plan/cohort.ts';
import type { Helpers } from '../../targets/loops/c/source.ts';
import { atom, inside, type Expression } from './expression.ts';
import { ScalarWriter } from './scalars.ts';

/** What a step does with tensors of some shapes. */
export interface ShapedProgram {
  readonly program: Program;
  /** The conditions on the shape with their outcomes. */
  readonly decided: ReadonlyMap<Node, boolean>;
}

/** The programs, those of matrices first, and the shapes that have none. Throws an UnsupportedError where no shape has one. */
export function programsOf(program: Program): { readonly programs: readonly ShapedProgram[]; readonly onlyMatrices: boolean } {
  const found = new Map<string, ShapedProgram>();
  const refused: { readonly shape: readonly number[]; readonly error: UnsupportedError }[] = [];
  for (const shape of shapesToTry(program)) {
    try {
      const [one] = cohorts(program, new Map([['a tensor', shape]]));
      if (one !== undefined)
        found.set(JSON.stringify([...one.decided.values()]), found.get(JSON.stringify([...one.decided.values()])) ?? one);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      refused.push({ shape, error });
    }
  }
  const [first] = refused;
  if (found.size === 0 && first !== undefined) throw first.error;
  return { programs: [...found.values()], onlyMatrices: refused.some(({ shape }) => shape.length < 2) };
}

/** Shapes with every rank up to 4, and with sizes around each number that the program compares with. */
function shapesToTry({ writes, evaluation }: Program): number[][] {
  const roots = [...writes.values(), ...(evaluation === undefined ? [] : [evaluation])];
  const constants = topological(roots).flatMap(({ op, attribute }) => (op === 'const' ? [Number(attribute)] : []));
  const near = constants.filter((one) => Number.isInteger(one) && one > 0 && one < 2 ** 20).flatMap((one) => [one - 1, one, one + 1]);
  const sizes = [...new Set([3, 2, 1, ...near])].filter((size) => size > 0).slice(0, 24);
  const pairs = sizes.flatMap((rows) => sizes.map((cols) => [rows, cols]));
  return [...pairs, ...pairs.map((pair) => [...pair, 1]), [2, 2, 2, 2], ...sizes.map((size) => [size]), []];
}

/** A condition of C on the tensor `x` that holds for the shapes of a program. */
export function conditionOf({ decided }: ShapedProgram, helpers: Helpers, shape: (name: string) => string): string {
  const writer = new ScalarWriter(helpers, (leaf) => atom('name' in leaf ? shape(leaf.name) : ''));
  const made = new Map<Node, Expression>();
  for (const node of topological(decided.keys()))
    made.set(node, comparison(node, made) ?? writer.write(node, (operand) => made.get(operand)!));
  const conditions = [...decided].map(([condition, holds]) =>
    holds ? inside(made.get(condition)!, 3) : `!(${made.get(condition)!.text})`,
  );
  return conditions.join(' && ');
}

/** `x->rank >= 2` for what the graph has as 2 ≤ rank. */
function comparison({ op, operands: [a, b] }: Node, made: ReadonlyMap<Node, Expression>): Expression | undefined {
  if ((op !== 'le' && op !== 'lt' && op !== 'eq') || a === undefined || b === undefined) return undefined;
  const whole = (node: Node): string | undefined => (node.op === 'const' && Number.isInteger(node.attribute) ? String(node.attribute) : undefined); // prettier-ignore
  const sign = { le: '>=', lt: '>', eq: '==' }[op];
  const left = whole(a);
  if (left !== undefined) return { text: `${inside(made.get(b)!, 6)} ${sign} ${left}`, binds: 5 };
  const right = whole(b);
  return right === undefined ? undefined : { text: `${inside(made.get(a)!, 6)} ${sign.replace('>', '<')} ${right}`, binds: 5 };
}
