/**
 * The invariants of kernels, on which targets may rely. Each rule is a name and a test of one instruction. Tests check every kernel of every optimizer and
 * of random programs, and break each rule once; in training they run only with THALWEG_DEBUG.
 */
import { isComparison, isElementOp } from '../language/op.ts';
import { elements } from '../language/operations/elements.ts';
import { sums } from '../language/operations/sums.ts';
import { isScaled } from './format.ts';
import { makeKernel, type Instruction, type Kernel } from './kernel.ts';

/** What an instruction reads. */
function operandsOf(one: Instruction): readonly number[] {
  if ('operands' in one) return one.operands;
  return one.op === 'store' ? [one.operand] : [];
}

/** Whether an instruction gives a value that others can read. */
function givesValue(one: Instruction): boolean {
  return one.op !== 'store' && !('sum' in one);
}

/** An array that is loaded or stored, or the number of a scalar, a constant or a sum: what a kernel must name only once. */
function subject(one: Instruction): string | undefined {
  if (one.op === 'load' || one.op === 'store') return `${one.op} ${String(one.array)}`;
  if (one.op === 'scalar') return `scalar ${String(one.scalar)}`;
  if (one.op === 'const') return `const ${Object.is(one.value, -0) ? '-0' : String(one.value)}`;
  return 'sum' in one ? `sum ${String(one.sum)}` : undefined;
}

/** The numbers of the arrays that hold scales. */
function scalesIn({ code }: Kernel): number[] {
  return code.flatMap((one) => ('array' in one ? (one.coded?.scales ?? []) : []));
}

/** Each rule: whether instruction `i` of a kernel follows it. */
export const kernelRules = {
  'an operand is the value of an earlier instruction': ({ code }, one, i) =>
    operandsOf(one).every((operand) => operand >= 0 && operand < i && givesValue(code[operand]!)),
  'an operation has as many operands as it takes': (_, one) => {
    if ('sum' in one) return one.operands.length === sums[one.op].operands;
    return !('operands' in one) || (isElementOp(one.op) && one.operands.length === elements[one.op].takes.length);
  },
  'a condition is a comparison, and a comparison is a condition': ({ code }, one) => {
    const takes = 'operands' in one && !('sum' in one) ? elements[one.op].takes : [];
    return operandsOf(one).every((operand, k) => isComparison(code[operand]?.op ?? '') === (takes[k] === 'condition'));
  },
  'stores come last': ({ code }, one, i) => one.op === 'store' || code.slice(0, i).every(({ op }) => op !== 'store'),
  'an array is loaded once and stored once, a scalar, a constant and a sum are there once': ({ code }, one, i) =>
    subject(one) === undefined || code.slice(0, i).every((other) => subject(other) !== subject(one)),
  'no operation on elements is computed twice': ({ code }, one, i) =>
    !('operands' in one) || 'sum' in one || code.slice(0, i).every((other) => !sameOperation(one, other)),
  'every value is used': ({ code }, one, i) => !givesValue(one) || code.some((other) => operandsOf(other).includes(i)),
  'arrays, scalars and sums are numbered without gaps': (kernel, one) => {
    const all = kernel.code.flatMap((other) => ('array' in other ? [other.array, other.coded?.scales ?? other.array] : []));
    if ('array' in one) return Array.from({ length: one.array }, (_, k) => k).every((k) => all.includes(k));
    if (one.op === 'scalar')
      return one.scalar === 0 || kernel.code.some((other) => other.op === 'scalar' && other.scalar === one.scalar - 1);
    return !('sum' in one) || one.sum === 0 || kernel.code.some((other) => 'sum' in other && other.sum === one.sum - 1);
  },
  'the numbers and the key of a kernel are those of its code': (kernel) => {
    const made = makeKernel(kernel.dtype, kernel.code);
    return (['key', 'arrays', 'scalars', 'sums', 'draws'] as const).every((name) => kernel[name] === made[name]);
  },
  'an algorithm in float32 works on float32': ({ dtype }, { op }) =>
    dtype === 'float32' || !isElementOp(op) || elements[op].compute.in !== 'float32',
  'a format is for float32, has scales if it needs some, and rounds only what is stored': ({ dtype }, one) => {
    if (!('array' in one) || one.coded === undefined) return true;
    const { format, scales, draw } = one.coded;
    return dtype === 'float32' && isScaled(format) === (scales !== undefined) && (one.op === 'store' || draw === undefined);
  },
  'scales are of one array, and are no values': (kernel, one) => {
    if (!('array' in one)) return true;
    const own = one.coded?.scales;
    const others = kernel.code.filter((other) => 'array' in other && other.array !== one.array && other.coded?.scales === own);
    return !scalesIn(kernel).includes(one.array) && (own === undefined || others.length === 0);
  },
} as const satisfies Readonly<Record<string, (kernel: Kernel, one: Instruction, i: number) => boolean>>;

function sameOperation(one: Instruction & { readonly operands: readonly number[] }, other: Instruction): boolean {
  return other.op === one.op && 'operands' in other && other.operands.join() === one.operands.join();
}

/** Throws a RangeError that names the first rule that a kernel breaks, and where. */
export function verifyKernel(kernel: Kernel): void {
  for (const [rule, follows] of Object.entries(kernelRules)) {
    kernel.code.forEach((one, i) => {
      if (!follows(kernel, one, i)) throw new RangeError(`instruction ${String(i)}, ${one.op}: it must hold that ${rule}\n${kernel.key}`);
    });
  }
}
