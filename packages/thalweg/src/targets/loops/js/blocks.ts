/**
 * Kernels in plain JavaScript, shared by the float64 `reference` and the float32 `fround`: each instruction runs over a block of
 * elements into a typed array, whose stores do the rounding. No code is generated. Reads and writes only the memory it is given.
 */
import { blockOf, foldOf, type Fold } from '../../../plan/dtype.ts';
import type { Coded, Instruction, Kernel } from '../../../plan/kernel.ts';
import { decode, encode, type CodedPlace, type Codes } from '../quantization.ts';
import { argument, segment, word, Words } from '../convention.ts';
import type { Executable } from '../executable.ts';
import { onElements } from './arithmetic.ts';

type Block = Float32Array | Float64Array;

const blockLength = 1024;

/** Makes `kernel` runnable on the arrays in `buffer`. */
export function lowerToBlocks(kernel: Kernel, buffer: ArrayBufferLike): Executable {
  const make = (length: number): Block => (kernel.dtype === 'float32' ? new Float32Array(length) : new Float64Array(length));
  const memory: Block = kernel.dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
  const values = allot(kernel, make);
  const lanes = Array.from({ length: kernel.sums }, () => new Float64Array(blockOf[kernel.dtype]));
  const arrays = new Array<number>(kernel.arrays).fill(0);
  const bytes = memory.BYTES_PER_ELEMENT;
  const words = new Words(buffer);
  const sums = new Float64Array(buffer);
  const codes: Codes = { bytes: new Uint8Array(buffer), halves: new Uint16Array(buffer) };
  const keys = new Uint32Array(buffer);
  kernel.code.forEach((one, i) => {
    if (one.op === 'const') values[i]!.fill(one.value);
  });
  return {
    run(at, from, to) {
      const given = (index: number): number => words.get(at + word * index);
      for (let i = 0; i < arrays.length; i++) arrays[i] = given(argument.arrays + i);
      for (let s = from; s < to; s++) {
        const record = given(argument.table) + s * segment.words * word;
        const [start, end] = [words.get(record + word * segment.start), words.get(record + word * segment.end)];
        const uniforms = given(argument.uniforms) + words.get(record + word * segment.tensor) * given(argument.pitch);
        const key = kernel.draws ? keys[uniforms / bytes + kernel.scalars]! : 0;
        for (const lane of lanes) lane.fill(0);
        kernel.code.forEach((one, i) => {
          if (one.op === 'scalar') values[i]!.fill(memory[uniforms / bytes + one.scalar]!);
        });
        for (let first = start / bytes; first < end / bytes; first += blockLength) {
          const count = Math.min(blockLength, end / bytes - first);
          kernel.code.forEach((one, i) => {
            if ('array' in one && one.coded !== undefined) runCoded(one, one.coded, i, values, codes, arrays, first, count, key);
            else runInstruction(one, i, values, memory, arrays, first, count, bytes, lanes);
          });
        }
        const out = given(argument.sums) / word + s * lanes.length;
        lanes.forEach((lane, r) => (sums[out + r] = combine(lane, foldOf[kernel.dtype])));
      }
    },
  };
}

/** A block for the value of each instruction. One that nothing needs any more is taken again, so that they stay in the cache. */
function allot({ code }: Kernel, make: (length: number) => Block): Block[] {
  const empty = make(0);
  const lastUse = new Map<number, number>();
  code.forEach((one, i) => {
    if ('operand' in one) lastUse.set(one.operand, i);
    if ('operands' in one) for (const operand of one.operands) lastUse.set(operand, i);
  });
  const isFixed = (i: number): boolean => code[i]?.op === 'const' || code[i]?.op === 'scalar';
  const free: Block[] = [];
  const values: Block[] = [];
  code.forEach((one, i) => {
    values.push(one.op === 'store' || 'sum' in one ? empty : isFixed(i) ? make(blockLength) : (free.pop() ?? make(blockLength)));
    const operands = 'operand' in one ? [one.operand] : 'operands' in one ? one.operands : [];
    for (const operand of new Set(operands)) if (lastUse.get(operand) === i && !isFixed(operand)) free.push(values[operand]!);
  });
  return values;
}

function runInstruction(
  one: Instruction,
  index: number,
  values: readonly Block[],
  memory: Block,
  arrays: readonly number[],
  from: number,
  count: number,
  bytes: number,
  lanes: readonly Float64Array[],
): void {
  if (one.op === 'const' || one.op === 'scalar') return;
  if (one.op === 'load') {
    const source = arrays[one.array]! / bytes + from;
    const out = values[index]!;
    for (let k = 0; k < count; k++) out[k] = memory[source + k]!;
  } else if (one.op === 'store') {
    const target = arrays[one.array]! / bytes + from;
    const value = values[one.operand]!;
    for (let k = 0; k < count; k++) memory[target + k] = value[k]!;
  } else if (one.op === 'sum' || one.op === 'dot') {
    const lane = lanes[one.sum]!;
    const a = values[one.operands[0]!]!;
    const b = one.op === 'dot' ? values[one.operands[1]!]! : undefined;
    for (let k = 0; k < count; k++) lane[k % lane.length]! += b === undefined ? a[k]! : a[k]! * b[k]!;
  } else {
    const out = values[index]!;
    const apply = onElements(one.op);
    const a = values[one.operands[0] ?? 0]!;
    const b = values[one.operands[1] ?? one.operands[0] ?? 0]!;
    const c = values[one.operands[2] ?? one.operands[0] ?? 0]!;
    for (let k = 0; k < count; k++) out[k] = apply(a[k]!, b[k]!, c[k]!);
  }
}

/** Decodes what is loaded or rounds what is stored; only kernels of float32 have such arrays. */
function runCoded(
  one: Extract<Instruction, { readonly array: number }>,
  coded: Coded,
  index: number,
  values: readonly Block[],
  codes: Codes,
  arrays: readonly number[],
  from: number,
  count: number,
  key: number,
): void {
  const block = values[one.op === 'load' ? index : one.operand];
  if (!(block instanceof Float32Array)) throw new RangeError('no format of float64');
  const place: CodedPlace = { at: arrays[one.array]!, scalesAt: arrays[coded.scales ?? 0]! };
  if (one.op === 'load') decode(coded.format, codes, place, from, count, block);
  else encode(coded, codes, place, from, block.subarray(0, count), key);
}

/** Adds up the lanes in the one order that all backends use. */
function combine(lane: Float64Array, fold: Fold): number {
  return typeof fold === 'number' ? lane[fold]! : combine(lane, fold[0]) + combine(lane, fold[1]);
}
