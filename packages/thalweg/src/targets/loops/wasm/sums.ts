/**
 * The sums of a kernel in WebAssembly: float64 lanes, in the order of elements and of combining that `blocks.ts` follows too. Products of inner
 * products are formed in float64.
 */
import type { Instruction, Kernel } from '../../../plan/kernel.ts';
import { upperHalf } from './arithmetic.ts';
import type { Code } from './assembler/code.ts';

/** Emits the sums of a kernel. */
export class SumEmitter {
  private readonly code: Code;
  private readonly wide: boolean;
  /** For each sum, the float64 lanes of each vector of a turn: two vectors of two lanes for float32, one for float64. */
  private readonly lanes: readonly (readonly number[])[];
  /** What sums of the vector at hand add up: twice the local it is made of, plus which half. */
  private readonly summands = new Map<number, number>();
  /**
   * Where in memory the upper halves of vectors just loaded are: loading one again leaves the arithmetic units alone, moving it does not. Nothing is
   * stored before everything is summed.
   */
  private readonly upperHalves = new Map<number, { readonly pointer: number; readonly offset: number }>();

  constructor(code: Code, kernel: Kernel) {
    this.code = code;
    this.wide = kernel.dtype === 'float64';
    this.lanes = Array.from({ length: kernel.sums }, () => Array.from({ length: this.wide ? 2 : 4 }, () => code.local('v128')));
  }

  /** Starts a segment: all lanes are zero. */
  startSegment(): void {
    for (const lane of this.lanes.flat()) this.code.v128(new Array<number>(16).fill(0)).set(lane);
  }

  /** Begins a vector. */
  startVector(): void {
    this.summands.clear();
    this.upperHalves.clear();
  }

  /** Says where a vector was loaded from whose upper half lies at `offset`. */
  loaded(local: number, pointer: number, offset: number): void {
    this.upperHalves.set(local, { pointer, offset });
  }

  /** Adds x, or a·b, to the lanes of a sum, which are of the first or second half of a turn. With a mask, only the elements before the end. */
  add(one: Instruction & { readonly sum: number }, half: number, operands: readonly number[], mask: number | undefined): void {
    const { code } = this;
    for (const part of this.wide ? [0] : [0, 1]) {
      const lane = this.lanes[one.sum]![this.wide ? half : 2 * half + part]!;
      code.get(lane);
      for (const operand of operands) code.get(this.summand(operand, part, mask));
      if (one.op === 'dot') code.op('f64x2.mul');
      code.op('f64x2.add').set(lane);
    }
  }

  /** A half of a vector in float64, zero where the mask says; once for all sums, because engines do not find equal shuffles. */
  private summand(operand: number, part: number, mask: number | undefined): number {
    const { code, summands } = this;
    const key = 2 * operand + part;
    const known = summands.get(key);
    if (known !== undefined) return known;
    const local = code.local('v128');
    const half = mask === undefined && part === 1 ? this.upperHalves.get(operand) : undefined;
    if (half !== undefined) code.get(half.pointer).load('v128.load64_zero', half.offset);
    else {
      code.get(operand);
      if (mask !== undefined) code.get(mask).op('v128.and');
      if (part === 1) code.set(local).get(local).get(local).shuffle(upperHalf);
    }
    if (!this.wide) code.op('f64x2.promote_low_f32x4');
    code.set(local);
    summands.set(key, local);
    return local;
  }

  /** Combines the lanes of each sum, even and odd apart, and stores the results where `out` points. */
  endSegment(out: number): void {
    const { code } = this;
    this.lanes.forEach((lanes, r) => {
      const total = code.local('v128');
      const [a = 0, b = 0, c = 0, d = 0] = lanes;
      code.get(a).get(b).op('f64x2.add');
      if (!this.wide) code.get(c).get(d).op('f64x2.add', 'f64x2.add');
      code
        .set(total)
        .get(out)
        .get(total)
        .lane(0)
        .get(total)
        .lane(1)
        .op('f64.add')
        .store('f64.store', 8 * r);
    });
  }
}
