/**
 * Kernels to WebAssembly SIMD: one loop that reads each array once and writes it once, two vectors a turn (a block of elements where these share
 * a scale), one local per instruction, around which a loop over segments. Pure: kernel in, bytes out. Sums run in float64 lanes in the order that `blocks.ts` follows too.
 *
 * The function is called as `convention.ts` says, with i32s; the words that it reads are addresses of the memory's kind.
 */
import { Code } from './assembler/code.ts';
import { encodeModule, type MemoryKind } from './assembler/module.ts';
import { bytesOf } from '../../../plan/dtype.ts';
import type { Kernel } from '../../../plan/kernel.ts';
import { argument, segment, word } from '../convention.ts';
import { CodingEmitter, shiftsOf } from './quantization.ts';
import { OperationEmitter } from './operations.ts';
import { SumEmitter } from './sums.ts';

const vectorBytes = 16;

const [argumentsAt, fromSegment, toSegment] = [0, 1, 2];

/** The module of a kernel for a kind of memory. */
export function lowerToWasm(kernel: Kernel, memory: MemoryKind): Uint8Array<ArrayBuffer> {
  return new Emitter(kernel, memory).module();
}

class Emitter {
  private readonly kernel: Kernel;
  private readonly code = new Code(3);
  private readonly memory: MemoryKind;
  private readonly wide: boolean;
  private readonly shape: 'f32x4' | 'f64x2';
  private readonly coding: CodingEmitter;
  private readonly shifts: readonly number[];
  /** Vectors in a turn, and the bytes of each array by which the loop then advances; tensors are padded to them. */
  private readonly vectors: number;
  private readonly stride: number;
  private readonly bases: number[];
  private readonly pointers: number[];
  private readonly operations: OperationEmitter;
  private readonly sums: SumEmitter;
  private readonly invariant = new Map<number, number>();
  /** Those of them that hold +0, whose bits need no choosing. */
  private readonly zeros = new Set<number>();
  /** Addresses and offsets: of the arguments, the segment at hand, its uniforms and sums, where it ends, and the place in it. */
  private readonly at: Readonly<Record<'arguments' | 'record' | 'uniforms' | 'out' | 'end' | 'position', number>>;

  constructor(kernel: Kernel, memory: MemoryKind) {
    this.kernel = kernel;
    this.memory = memory;
    this.wide = kernel.dtype === 'float64';
    this.shape = this.wide ? 'f64x2' : 'f32x4';
    const locals = (count: number, type: 'i32' | 'i64'): number[] => Array.from({ length: count }, () => this.code.local(type));
    const address = (): number => this.code.local(memory.address);
    this.bases = locals(kernel.arrays, memory.address);
    this.pointers = locals(kernel.arrays, memory.address);
    this.coding = new CodingEmitter(this.code, kernel, this.pointers);
    this.shifts = shiftsOf(kernel);
    this.operations = new OperationEmitter(this.code, kernel, (local) => this.zeros.has(local));
    this.vectors = this.coding.vectors ?? 2;
    this.stride = this.vectors * vectorBytes;
    this.sums = new SumEmitter(this.code, kernel);
    this.at = { arguments: address(), record: address(), uniforms: address(), out: address(), end: address(), position: address() };
  }

  module(): Uint8Array<ArrayBuffer> {
    const { code } = this;
    this.prologue();
    code.while(
      () => code.get(fromSegment).get(toSegment).op('i32.lt_u'),
      () => {
        this.segment();
        code.get(fromSegment).i32(1).op('i32.add').set(fromSegment);
      },
    );
    return encodeModule(code, this.memory, this.operations.helpers);
  }

  /** Appends arithmetic on addresses. */
  private address(op: 'add' | 'sub' | 'mul' | 'and' | 'shr_u' | 'lt_u'): Code {
    return this.code.op(`${this.memory.address}.${op}`);
  }

  /** Pushes a number as an address. */
  private offset(value: number): Code {
    return this.memory.address === 'i64' ? this.code.i64(value) : this.code.i32(value);
  }

  /** Pushes an i32 as an address. */
  private widened(local: number): Code {
    this.code.get(local);
    return this.memory.address === 'i64' ? this.code.op('i64.extend_i32_u') : this.code;
  }

  /** Pushes a word of the arguments or of the segment. */
  private word(base: number, index: number): Code {
    return this.code.get(base).load(`${this.memory.address}.load`, word * index);
  }

  /** Loads addresses and constants into locals, and finds the first segment and its sums. */
  private prologue(): void {
    const { code, kernel, at } = this;
    this.widened(argumentsAt).set(at.arguments);
    this.bases.forEach((base, i) => this.word(at.arguments, argument.arrays + i).set(base));
    const advanced = (from: number, bytes: number): Code => {
      this.word(at.arguments, from);
      this.widened(fromSegment);
      this.offset(bytes);
      this.address('mul');
      return this.address('add');
    };
    advanced(argument.table, segment.words * word).set(at.record);
    if (kernel.sums > 0) advanced(argument.sums, kernel.sums * word).set(at.out);
    kernel.code.forEach((one, i) => {
      if (one.op !== 'scalar' && one.op !== 'const') return;
      const local = code.local('v128');
      this.invariant.set(i, local);
      if (one.op === 'scalar') return;
      code[this.shape](one.value);
      code.set(local);
      if (Object.is(one.value, 0)) this.zeros.add(local);
    });
  }

  /** Runs over one segment, and moves on to the next record and its sums. */
  private segment(): void {
    const { code, kernel, at, stride } = this;
    const partial = kernel.sums > 0 || this.coding.vectors !== undefined;
    this.scalars();
    this.sums.startSegment();
    const whole = code.local(this.memory.address);
    this.word(at.record, segment.end).set(at.end);
    this.word(at.record, segment.start).set(at.position);
    // The end in whole turns from the start: what is left of a turn is apart where no sum or scale must see the padding, else the last turn's.
    code.get(at.end).get(at.position);
    this.address('sub');
    if (!partial) {
      this.offset(stride - 1);
      this.address('add');
    }
    this.offset(-stride);
    this.address('and').get(at.position);
    this.address('add').set(whole);
    this.coding.startSegment(
      () => code.get(at.uniforms).load('v128.load32_splat', kernel.scalars * bytesOf[kernel.dtype]),
      () => {
        code.get(at.position);
        this.offset(Math.log2(bytesOf[kernel.dtype]));
        this.address('shr_u');
        if (this.memory.address === 'i64') code.op('i32.wrap_i64');
      },
    );
    const before = (end: number) => (): void => {
      code.get(at.position).get(end);
      this.address('lt_u');
    };
    code.while(before(whole), () => {
      this.turn();
      this.advance(at.position, stride);
    });
    if (partial) {
      before(at.end)();
      code.if(() => {
        this.turn(this.tailMasks());
      });
    }
    if (kernel.sums > 0) {
      this.sums.endSegment(at.out);
      this.advance(at.out, kernel.sums * word);
    }
    this.advance(at.record, segment.words * word);
  }

  private advance(local: number, bytes: number): void {
    this.code.get(local);
    this.offset(bytes);
    this.address('add').set(local);
  }

  /** Loads the scalars of the segment's tensor. */
  private scalars(): void {
    const { code, kernel, at } = this;
    if (kernel.scalars === 0 && !kernel.draws) return;
    this.word(at.record, segment.tensor);
    this.word(at.arguments, argument.pitch);
    this.address('mul');
    this.word(at.arguments, argument.uniforms);
    this.address('add').set(at.uniforms);
    kernel.code.forEach((one, i) => {
      const local = this.invariant.get(i);
      if (one.op !== 'scalar' || local === undefined) return;
      code
        .get(at.uniforms)
        .load(this.wide ? 'v128.load64_splat' : 'v128.load32_splat', one.scalar * bytesOf[kernel.dtype])
        .set(local);
    });
  }

  /** One turn of the loop: some vectors of each array. With masks, sums and scales see only the elements before the end. */
  private turn(masks?: readonly number[]): void {
    const { code, kernel, coding } = this;
    this.bases.forEach((base, i) => {
      code.get(base).get(this.at.position);
      if (this.shifts[i]! > 0) {
        this.offset(this.shifts[i]!);
        this.address('shr_u');
      }
      this.address('add').set(this.pointers[i]!);
    });
    coding.startTurn(kernel.code.flatMap((one) => (one.op === 'load' && one.coded !== undefined ? [{ ...one, coded: one.coded }] : [])));
    for (let k = 0; k < this.vectors; k++) this.vector(k, masks?.[k]);
    coding.endTurn();
  }

  private vector(k: number, mask: number | undefined): void {
    const { code, kernel, coding, operations, sums } = this;
    coding.startVector(k);
    sums.startVector();
    const values = new Map(this.invariant);
    const local = (operand: number): number => values.get(operand)!;
    kernel.code.forEach((one, i) => {
      if (one.op === 'const' || one.op === 'scalar') return;
      if (one.op === 'load') {
        const out = code.local('v128');
        values.set(i, out);
        if (one.coded !== undefined) coding.load({ ...one, coded: one.coded }, k);
        else {
          code.get(this.pointers[one.array]!).load('v128.load', vectorBytes * k);
          sums.loaded(out, this.pointers[one.array]!, vectorBytes * k + vectorBytes / 2);
        }
        code.set(out);
      } else if (one.op === 'store') {
        if (one.coded !== undefined) coding.store({ ...one, coded: one.coded }, k, local(one.operand), mask);
        else {
          code
            .get(this.pointers[one.array]!)
            .get(local(one.operand))
            .store('v128.store', vectorBytes * k);
        }
      } else if ('sum' in one) sums.add(one, k % 2, one.operands.map(local), mask);
      else values.set(i, operations.emit(one.op, one.operands.map(local)));
    });
    coding.endVector(k);
  }

  /** For each vector of the last, partial turn: all ones where the element lies before the end. */
  private tailMasks(): number[] {
    const { code } = this;
    const offsets = this.wide ? [0, 0, 8, 8] : [0, 4, 8, 12];
    return Array.from({ length: this.vectors }, (_, k) => {
      const mask = code.local('v128');
      code.get(this.at.end).get(this.at.position);
      this.address('sub');
      if (this.memory.address === 'i64') code.op('i32.wrap_i64');
      code
        .op('i32x4.splat')
        .v128(offsets.flatMap((offset) => [offset + vectorBytes * k, 0, 0, 0]))
        .op('i32x4.gt_s')
        .set(mask);
      return mask;
    });
  }
}
