/**
 * A kernel: straight-line code that runs for each element, in a canonical form without names. Two programs with the same meaning have the same key, and so
 * share compiled code. It is all that a target with loops is given.
 */
import type { ElementOp } from '../language/operations/elements.ts';
import type { ReduceOp } from '../language/operations/sums.ts';
import type { DType } from './dtype.ts';
import { isScaled, shiftOf, type Format } from './format.ts';

/** How an array is stored that is not of the kernel's type. */
export interface Coded {
  readonly format: Format;
  /** Which random bits of an element decide how it is rounded; undefined for the nearest value. */
  readonly draw: number | undefined;
  /** The array of its blocks' scales, if it has some. */
  readonly scales: number | undefined;
}

/** One instruction; operands are numbers of earlier instructions. `scalar` is rounded once from float64 to the array's type. */
export type Instruction =
  | { readonly op: 'load'; readonly array: number; readonly coded?: Coded | undefined }
  | { readonly op: 'scalar'; readonly scalar: number }
  | { readonly op: 'const'; readonly value: number }
  | { readonly op: ElementOp; readonly operands: readonly number[] }
  | {
      readonly op: ReduceOp;
      readonly operands: readonly number[];
      readonly sum: number;
    }
  | { readonly op: 'store'; readonly array: number; readonly operand: number; readonly coded?: Coded | undefined };

/** Code with the number of arrays, scalars and sums it is given; its stores come last. `key` identifies it. */
export interface Kernel {
  readonly key: string;
  readonly dtype: DType;
  readonly code: readonly Instruction[];
  readonly arrays: number;
  readonly scalars: number;
  readonly sums: number;
  /** Whether it draws random bits: the tensor's key follows its scalars. */
  readonly draws: boolean;
}

/** Completes code to a kernel with its key. */
export function makeKernel(dtype: DType, code: readonly Instruction[]): Kernel {
  const arrays = Math.max(0, ...code.map((one) => ('array' in one ? Math.max(one.array, one.coded?.scales ?? 0) + 1 : 0)));
  const scalars = Math.max(0, ...code.map((one) => ('scalar' in one ? one.scalar + 1 : 0)));
  const sums = Math.max(0, ...code.map((one) => ('sum' in one ? one.sum + 1 : 0)));
  const draws = code.some((one) => one.op === 'store' && one.coded?.draw !== undefined);
  return { key: printKernel(dtype, code), dtype, code, arrays, scalars, sums, draws };
}

/** One line per instruction: `%4 = mul %1 %3`. Doubles as the key, so it must tell −0 from 0. */
function printKernel(dtype: DType, code: readonly Instruction[]): string {
  const lines = code.map((one, i) => {
    if (one.op === 'load') return `%${String(i)} = load ${place(one)}`;
    if (one.op === 'scalar') return `%${String(i)} = scalar s${String(one.scalar)}`;
    if (one.op === 'const') return `%${String(i)} = const ${Object.is(one.value, -0) ? '-0' : String(one.value)}`;
    if (one.op === 'store') return `store ${place(one)} %${String(one.operand)}`;
    const operands = one.operands.map((operand) => `%${String(operand)}`).join(' ');
    return 'sum' in one ? `${one.op} r${String(one.sum)} ${operands}` : `%${String(i)} = ${one.op} ${operands}`;
  });
  return [dtype, ...lines].join('\n');
}

/** `a2`, or `a2:float8/a3?1` for one with a format, scales and random bits. */
function place({ array, coded }: { readonly array: number; readonly coded?: Coded | undefined }): string {
  if (coded === undefined) return `a${String(array)}`;
  const scales = coded.scales === undefined ? '' : `/a${String(coded.scales)}`;
  return `a${String(array)}:${coded.format}${scales}${coded.draw === undefined ? '' : `?${String(coded.draw)}`}`;
}

/** How many arrays a pass reads and writes, each once; one with a format of its own counts for the part of its bytes. */
export function traffic(kernel: Kernel): {
  readonly loads: number;
  readonly stores: number;
} {
  let [loads, stores] = [0, 0];
  for (const one of kernel.code) {
    if (one.op === 'load') loads += weightOf(one.coded?.format);
    if (one.op === 'store') stores += weightOf(one.coded?.format);
  }
  return { loads, stores };
}

/** What reading or writing an array of a format costs, beside one of the kernel's type. */
export function weightOf(format: Format | undefined): number {
  if (format === undefined) return 1;
  return 2 ** -shiftOf[format] + (isScaled(format) ? 2 ** -shiftOf.scales : 0);
}
