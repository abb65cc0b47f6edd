/**
 * Storage formats of states that are not stored in the parameters' type. Arithmetic is always float32: a kernel decodes what it loads and rounds what it
 * stores (`targets/loops/quantization.ts`). Decides which state gets which format.
 */
import { wholeForm } from '../language/form.ts';
import { topological, variableOf, type Node } from '../language/graph.ts';
import { isElementOp } from '../language/op.ts';
import { elements } from '../language/operations/elements.ts';
import type { Program } from '../language/program.ts';
import { variable, type Variable } from '../language/variable.ts';
import { nonNegativeStates } from './sign.ts';

/** How states are stored: in the parameters' type (`'float32'`), or quantized. */
export type StorageType = 'float32' | 'bfloat16' | 'float8';

/** A format of less than four bytes: `float8` has a sign, `ufloat8` none and twice as many exponents. */
export type Format = 'bfloat16' | 'float8' | 'ufloat8';

/** What lies in an array of the arena: numbers of its type, codes of a format, or the scales of blocks of such codes. */
export type Content = 'plain' | Format | 'scales';

/** By how much an offset into an array of float32 is shifted to give the one into an array of this content. */
export const shiftOf: Readonly<Record<Content, number>> = { plain: 0, bfloat16: 1, float8: 2, ufloat8: 2, scales: 7 };

/** Elements that share a scale in a format of eight bits. */
export const scaled = 32;

/** Whether a format has a scale for each block. */
export function isScaled(format: Format | undefined): boolean {
  return format === 'float8' || format === 'ufloat8';
}

/** The array that holds the scales of a state. */
export function scalesOf({ key }: Variable): Variable {
  return variable('scales', key);
}

/** An array's format, and which random bits of an element decide how it is rounded; undefined where that is to the nearest. */
export interface Quantization {
  readonly format: Format;
  readonly draw: number | undefined;
}

/** No state has a format of its own. */
export const plain: ReadonlyMap<Variable, Quantization> = new Map();

/**
 * The formats of the states that have one where `wish` is asked for: every array with an element for each of the parameter's, but for those
 * that the definition keeps. With `float8`, a state that is divided by or rooted must be provably not negative, or a value rounded to zero
 * would make the step explode; one that is not is `bfloat16`.
 */
export function codingsOf(program: Program, wish: StorageType): ReadonlyMap<Variable, Quantization> {
  if (wish === 'float32') return plain;
  const states = [...program.states].filter(
    ([, { kind, form = wholeForm, storage }]) => kind === 'array' && form === wholeForm && storage === 'any',
  );
  const nonNegative = wish === 'float8' ? nonNegativeStates(program) : new Set<Variable>();
  const delicate = wish === 'float8' ? delicateStates(program) : new Set<Variable>();
  const formatOf = (state: Variable): Format => {
    if (wish === 'bfloat16') return wish;
    return nonNegative.has(state) ? 'ufloat8' : delicate.has(state) ? 'bfloat16' : 'float8';
  };
  return new Map(states.map(([state], draw) => [state, { format: formatOf(state), draw }]));
}

/** States on whose value a divisor, a root, a logarithm or a power depends. */
function delicateStates({ writes, evaluation }: Program): Set<Variable> {
  const reached = (roots: readonly Node[]): Set<Variable> => {
    const nodes = new Set(topological(roots));
    const read = [...nodes].filter(({ op }) => op === 'state').flatMap((node) => variableOf(node) ?? []);
    return new Set([...read, ...[...writes].filter(([, node]) => nodes.has(node)).map(([written]) => written)]);
  };
  const all = topological([...writes.values(), ...(evaluation === undefined ? [] : [evaluation])]);
  const points = all.flatMap(({ op, operands }) => (isElementOp(op) ? operands.filter((_, i) => elements[op].delicate === i) : []));
  return reached(points);
}
