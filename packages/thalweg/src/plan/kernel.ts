/**
 * A kernel: straight-line code that is run for each element, in a canonical form without names. Two programs that mean the same have
 * the same key, and so the same compiled code. This is all that a lowering to loops gets to see.
 */
import type { ElementOp, ReduceOp } from '../language/op.ts';
import type { DType } from './dtype.ts';

/** One instruction; operands are numbers of earlier instructions. `scalar` is rounded once from float64 to the array's type. */
export type Instruction =
  | { readonly op: 'load'; readonly array: number }
  | { readonly op: 'scalar'; readonly scalar: number }
  | { readonly op: 'const'; readonly value: number }
  | { readonly op: ElementOp; readonly operands: readonly number[] }
  | {
      readonly op: ReduceOp;
      readonly operands: readonly number[];
      readonly sum: number;
    }
  | { readonly op: 'store'; readonly array: number; readonly operand: number };

/** Code with the number of arrays, scalars and sums it is given. `key` identifies it. */
export interface Kernel {
  readonly key: string;
  readonly dtype: DType;
  readonly code: readonly Instruction[];
  readonly arrays: number;
  readonly scalars: number;
  readonly sums: number;
}

/** Completes code to a kernel with its key. */
export function makeKernel(dtype: DType, code: readonly Instruction[]): Kernel {
  const arrays = Math.max(0, ...code.map((one) => ('array' in one ? one.array + 1 : 0)));
  const scalars = Math.max(0, ...code.map((one) => ('scalar' in one ? one.scalar + 1 : 0)));
  const sums = Math.max(0, ...code.map((one) => ('sum' in one ? one.sum + 1 : 0)));
  return { key: printKernel(dtype, code), dtype, code, arrays, scalars, sums };
}

/** One line per instruction: `%4 = mul %1 %3`. Doubles as the key, so it must tell −0 from 0. */
function printKernel(dtype: DType, code: readonly Instruction[]): string {
  const lines = code.map((one, i) => {
    if (one.op === 'load') return `%${String(i)} = load a${String(one.array)}`;
    if (one.op === 'scalar') return `%${String(i)} = scalar s${String(one.scalar)}`;
    if (one.op === 'const') return `%${String(i)} = const ${Object.is(one.value, -0) ? '-0' : String(one.value)}`;
    if (one.op === 'store') return `store a${String(one.array)} %${String(one.operand)}`;
    const operands = one.operands.map((operand) => `%${String(operand)}`).join(' ');
    return 'sum' in one ? `${one.op} r${String(one.sum)} ${operands}` : `%${String(i)} = ${one.op} ${operands}`;
  });
  return [dtype, ...lines].join('\n');
}

/** How many arrays a pass reads and writes: each is read once and written once. */
export function traffic(kernel: Kernel): {
  readonly loads: number;
  readonly stores: number;
} {
  const loads = kernel.code.filter((one) => one.op === 'load').length;
  return {
    loads,
    stores: kernel.code.filter((one) => one.op === 'store').length,
  };
}
