/**
 * Kernels to WebAssembly SIMD: one loop that reads each array once and writes it once, two vectors a turn, one local per instruction.
 * Pure: kernel in, bytes out. Sums run in float64 lanes in the order that `blocks.ts` follows too.
 *
 * The function is `run(arguments, start, end, out)`: byte addresses of the argument block and of the sums, byte offsets into arrays.
 */
import { Code, type PlainInstruction } from '../assembler/code.ts';
import { encodeModule } from '../assembler/module.ts';
import type { ElementOp } from '../language/op.ts';
import { bytesOf } from '../plan/dtype.ts';
import type { Instruction, Kernel } from '../plan/kernel.ts';
import { emitElementary, upperHalf } from './wasm-elementary.ts';

/** The loop advances by this many bytes of each array; tensors are padded to it. */
export const stride = 32;

const [argumentsAt, startAt, endAt, outAt] = [0, 1, 2, 3];

/** Where a kernel finds its scalars: after one i32 address per array, aligned to 8. */
export function scalarOffset(kernel: Kernel): number {
  return (kernel.arrays * 4 + 7) & ~7;
}

/** Bytes of the block of arguments. */
export function argumentBytes(kernel: Kernel): number {
  return scalarOffset(kernel) + kernel.scalars * bytesOf[kernel.dtype];
}

/** The module of a kernel. */
export function lowerToWasm(kernel: Kernel): Uint8Array<ArrayBuffer> {
  return new Emitter(kernel).module();
}

/** Composites that are not one instruction. */
type Simple = Exclude<ElementOp, 'sign' | 'exp' | 'log' | 'cos' | 'pow' | 'select'>;

const float32Ops: Readonly<Record<Simple, PlainInstruction>> = {
  neg: 'f32x4.neg', abs: 'f32x4.abs', sqrt: 'f32x4.sqrt', floor: 'f32x4.floor',
  add: 'f32x4.add', sub: 'f32x4.sub', mul: 'f32x4.mul', div: 'f32x4.div', min: 'f32x4.min', max: 'f32x4.max',
  lt: 'f32x4.lt', le: 'f32x4.le', eq: 'f32x4.eq', ne: 'f32x4.ne',
}; // prettier-ignore

const float64Ops: Readonly<Record<Simple, PlainInstruction>> = {
  neg: 'f64x2.neg', abs: 'f64x2.abs', sqrt: 'f64x2.sqrt', floor: 'f64x2.floor',
  add: 'f64x2.add', sub: 'f64x2.sub', mul: 'f64x2.mul', div: 'f64x2.div', min: 'f64x2.min', max: 'f64x2.max',
  lt: 'f64x2.lt', le: 'f64x2.le', eq: 'f64x2.eq', ne: 'f64x2.ne',
}; // prettier-ignore

class Emitter {
  private readonly kernel: Kernel;
  private readonly code = new Code(4);
  private readonly wide: boolean;
  private readonly bases: number[];
  private readonly pointers: number[];
  private readonly invariant = new Map<number, number>();
  /** For each sum, the float64 lanes of each vector of a turn: two vectors of two lanes for float32, one for float64. */
  private readonly lanes: number[][];
  private readonly position: number;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.wide = kernel.dtype === 'float64';
    const locals = (count: number, type: 'i32' | 'v128'): number[] => Array.from({ length: count }, () => this.code.local(type));
    this.bases = locals(kernel.arrays, 'i32');
    this.pointers = locals(kernel.arrays, 'i32');
    this.lanes = Array.from({ length: kernel.sums }, () => locals(this.wide ? 2 : 4, 'v128'));
    this.position = this.code.local('i32');
  }

  module(): Uint8Array<ArrayBuffer> {
    const { code, position, kernel } = this;
    this.prologue();
    const whole = code.local('i32');
    code.get(startAt).set(position);
    code.get(endAt).get(startAt).op('i32.sub').i32(-stride).op('i32.and').get(startAt).op('i32.add').set(whole);
    code.while(
      () => code.get(position).get(whole).op('i32.lt_u'),
      () => {
        this.turn();
        code.get(position).i32(stride).op('i32.add').set(position);
      },
    );
    if (kernel.sums > 0) {
      code.get(position).get(endAt).op('i32.lt_u');
      code.if(() => {
        this.turn(this.tailMasks());
      });
      this.epilogue();
    }
    return encodeModule(4, code);
  }

  /** Loads addresses, scalars and constants into locals. */
  private prologue(): void {
    const { code, kernel } = this;
    this.bases.forEach((base, i) =>
      code
        .get(argumentsAt)
        .load('i32.load', 4 * i)
        .set(base),
    );
    kernel.code.forEach((one, i) => {
      if (one.op !== 'scalar' && one.op !== 'const') return;
      const local = code.local('v128');
      if (one.op === 'const') this.constant(one.value);
      else {
        const offset = scalarOffset(kernel) + one.scalar * bytesOf[kernel.dtype];
        code.get(argumentsAt).load(this.wide ? 'v128.load64_splat' : 'v128.load32_splat', offset);
      }
      code.set(local);
      this.invariant.set(i, local);
    });
  }

  private constant(value: number): void {
    if (this.wide) this.code.f64x2(value);
    else this.code.f32x4(value);
  }

  /** One turn of the loop: two vectors of each array. With masks, sums see only the elements before the end. */
  private turn(masks?: readonly number[]): void {
    const { code } = this;
    this.bases.forEach((base, i) => code.get(base).get(this.position).op('i32.add').set(this.pointers[i]!));
    for (const half of [0, 1]) this.vector(half, masks?.[half]);
  }

  private vector(half: number, mask: number | undefined): void {
    const { code, kernel } = this;
    const values = new Map(this.invariant);
    const get = (operand: number): void => void code.get(values.get(operand)!);
    kernel.code.forEach((one, i) => {
      if (one.op === 'const' || one.op === 'scalar') return;
      if (one.op === 'store') {
        code.get(this.pointers[one.array]!);
        get(one.operand);
        code.store('v128.store', 16 * half);
      } else if ('sum' in one) {
        this.accumulate(
          one,
          half,
          one.operands.map((operand) => values.get(operand)!),
          mask,
        );
      } else {
        const out = code.local('v128');
        if (one.op === 'load') code.get(this.pointers[one.array]!).load('v128.load', 16 * half);
        else
          this.operation(
            one.op,
            one.operands.map((operand) => values.get(operand)!),
          );
        code.set(out);
        values.set(i, out);
      }
    });
  }

  /** Pushes the result of one operation on vectors. */
  private operation(op: ElementOp, operands: readonly number[]): void {
    const { code } = this;
    const [a = 0, b = 0, c = 0] = operands;
    if (op === 'select') code.get(b).get(c).get(a).op('v128.bitselect');
    else if (op === 'sign') this.sign(a);
    else if (op === 'exp' || op === 'log' || op === 'cos' || op === 'pow') emitElementary(code, op, operands, this.wide);
    else {
      for (const operand of operands) code.get(operand);
      code.op((this.wide ? float64Ops : float32Ops)[op]);
    }
  }

  /** ±1 with the sign of a; a itself where it is zero or NaN. */
  private sign(a: number): void {
    const { code } = this;
    const less = this.wide ? 'f64x2.lt' : 'f32x4.lt';
    code.get(a);
    this.constant(-0);
    code.op('v128.and');
    this.constant(1);
    code.op('v128.or').get(a).get(a);
    this.constant(0);
    code.op(less);
    this.constant(0);
    code.get(a).op(less, 'v128.or', 'v128.bitselect');
  }

  /** Adds x, or a·b formed in float64, to the lanes of a sum. */
  private accumulate(one: Instruction & { sum: number }, half: number, operands: readonly number[], mask: number | undefined): void {
    const { code } = this;
    const masked = operands.map((operand) => {
      if (mask === undefined) return operand;
      const local = code.local('v128');
      code.get(operand).get(mask).op('v128.and').set(local);
      return local;
    });
    const push = (operand: number, part: number): void => {
      code.get(operand);
      if (part === 1) code.get(operand).shuffle(upperHalf);
      if (!this.wide) code.op('f64x2.promote_low_f32x4');
    };
    for (const part of this.wide ? [0] : [0, 1]) {
      const lane = this.lanes[one.sum]![this.wide ? half : 2 * half + part]!;
      code.get(lane);
      for (const operand of masked) push(operand, part);
      if (one.op === 'dot') code.op('f64x2.mul');
      code.op('f64x2.add').set(lane);
    }
  }

  /** For each vector of the last, partial turn: all ones where the element lies before the end. */
  private tailMasks(): number[] {
    const { code } = this;
    const offsets = this.wide ? [0, 0, 8, 8] : [0, 4, 8, 12];
    return [0, 1].map((half) => {
      const mask = code.local('v128');
      code.get(endAt).get(this.position).op('i32.sub', 'i32x4.splat');
      code
        .v128(offsets.flatMap((offset) => [offset + 16 * half, 0, 0, 0]))
        .op('i32x4.gt_s')
        .set(mask);
      return mask;
    });
  }

  /** Combines the lanes of each sum, even and odd apart, and stores the results. */
  private epilogue(): void {
    const { code } = this;
    this.lanes.forEach((lanes, r) => {
      const total = code.local('v128');
      const [a = 0, b = 0, c = 0, d = 0] = lanes;
      code.get(a).get(b).op('f64x2.add');
      if (!this.wide) code.get(c).get(d).op('f64x2.add', 'f64x2.add');
      code
        .set(total)
        .get(outAt)
        .get(total)
        .lane(0)
        .get(total)
        .lane(1)
        .op('f64.add')
        .store('f64.store', 8 * r);
    });
  }
}
