/**
 * The formats of `../quantization.ts` in WebAssembly, the same operations on the same bits, four elements at a time. Codes of eight bits are made at
 * the end of a turn of the loop, which runs over a whole block, when its largest element is known.
 */
import type { Code } from './assembler/code.ts';
import { isScaled, scaled, shiftOf } from '../../../plan/format.ts';
import type { Coded, Kernel } from '../../../plan/kernel.ts';
import { eight, float, lowest } from '../quantization.ts';
import { RandomEmitter } from './random.ts';

/** What the kernel's loop tells: the address of each array's part at hand. */
type Pointers = readonly number[];

interface Target {
  readonly coded: Coded;
  readonly array: number;
}

/** The bytes of two vectors whose lower, or upper, four numbers of 16 bits are put side by side. */
const lowerHalves = [0, 1, 2, 3].flatMap((lane) => [2 * lane, 2 * lane + 1, 16 + 2 * lane, 17 + 2 * lane]);
const upperHalves = lowerHalves.map((byte) => byte + 8);

/** Vectors of a block. */
const blockVectors = scaled / 4;

/** Emits what a kernel does with arrays that have a format of their own. */
export class CodingEmitter {
  /** Vectors in a turn of the loop, if there must be a certain number. */
  readonly vectors: number | undefined;
  private readonly code: Code;
  private readonly pointers: Pointers;
  private readonly draws: boolean;
  private readonly random: RandomEmitter;
  /** Codes that were read for two vectors, by array. */
  private readonly read = new Map<number, number>();
  /** Halves of vectors of codes that wait for the other half, by array. */
  private readonly waiting = new Map<number, number>();
  /** The bits of a float at the base of each scaled array's codes in this turn, by array. */
  private readonly bases = new Map<number, number>();
  /** What is to be stored in scaled arrays at the end of the turn, and the largest of it so far. */
  private readonly deferred = new Map<number, { readonly target: Target; readonly values: number[]; readonly largest: number }>();

  constructor(code: Code, kernel: Kernel, pointers: Pointers) {
    this.code = code;
    this.pointers = pointers;
    this.draws = kernel.draws;
    const scaledStores = kernel.code.flatMap((one) => (one.op === 'store' && isScaled(one.coded?.format) ? [one.array] : []));
    this.vectors = scaledStores.length > 0 ? blockVectors : undefined;
    this.random = new RandomEmitter(code);
  }

  /** Starts a segment; `key` pushes the tensor's key for random bits in all lanes, `index` the number of the first element as an i32. */
  startSegment(key: () => void, index: () => void): void {
    if (this.draws) this.random.startSegment(key, index);
  }

  /** Begins a turn: reads the scales of what is loaded. */
  startTurn(loaded: readonly Target[]): void {
    const { code } = this;
    this.bases.clear();
    this.deferred.clear();
    if (this.vectors !== undefined) this.random.mark();
    for (const { coded, array } of loaded) {
      if (coded.scales === undefined) continue;
      const base = code.local('v128');
      code.get(this.pointers[coded.scales]!).load('i32.load8_u').op('i32x4.splat');
      code
        .i32x4(lowest - exponents(coded))
        .op('i32x4.add')
        .i32(float.exponent)
        .op('i32x4.shl')
        .set(base);
      this.bases.set(array, base);
    }
  }

  /** Begins vector `k` of the turn. */
  startVector(k: number): void {
    this.random.startVector(k);
  }

  /** Ends vector `k` of the turn. */
  endVector(k: number): void {
    if (this.draws) this.random.endVector(k);
  }

  /** Pushes four elements of an array, those of vector `k` of the turn. */
  load({ coded, array }: Target, k: number): void {
    const { code } = this;
    if (coded.format === 'bfloat16') {
      // Codes above zeros are the floats; eight of them are read at once.
      if (k % 2 === 0) {
        this.read.set(array, code.local('v128'));
        code
          .get(this.pointers[array]!)
          .load('v128.load', 8 * k)
          .set(this.read.get(array)!);
      }
      // A zero is made anew: that takes no time, and a local would hold a register.
      code
        .i32x4(0)
        .get(this.read.get(array)!)
        .shuffle(k % 2 === 0 ? lowerHalves : upperHalves);
      return;
    }
    code.get(this.pointers[array]!).load('v128.load32_zero', 4 * k);
    if (coded.format === 'float8') {
      code.op('i16x8.extend_low_i8x16_s', 'i32x4.extend_low_i16x8_s');
      this.decodeSigned(this.bases.get(array)!);
    } else {
      code.op('i16x8.extend_low_i8x16_u', 'i32x4.extend_low_i16x8_u');
      this.decodeUnsigned(this.bases.get(array)!);
    }
  }

  /** Rounds and stores a vector of floats, at once or at the end of the turn. The mask, if there is one, tells which elements exist. */
  store(target: Target, k: number, value: number, mask: number | undefined): void {
    const { code } = this;
    const { coded, array } = target;
    if (isScaled(coded.format)) {
      this.defer(target, value, mask);
      return;
    }
    const codes = code.local('v128');
    code.get(value);
    if (coded.draw === undefined) {
      code.get(value).i32(16).op('i32x4.shr_u').i32x4(1).op('v128.and').i32x4(0x7fff).op('i32x4.add');
    } else this.random.push(coded.draw, k, 16);
    code.get(value).get(value).op('f32x4.eq', 'v128.and', 'i32x4.add').i32(16).op('i32x4.shr_u').set(codes);
    const half = this.waiting.get(array);
    if (half === undefined) this.waiting.set(array, codes);
    else {
      this.waiting.delete(array);
      code
        .get(this.pointers[array]!)
        .get(half)
        .get(codes)
        .op('i16x8.narrow_i32x4_u')
        .store('v128.store', 8 * (k - 1));
    }
  }

  /** Ends a turn: makes and stores codes of eight bits. */
  endTurn(): void {
    if (this.deferred.size === 0) return;
    const { code } = this;
    const blocks = [...this.deferred.values()].map((one) => ({ ...one, base: this.scale(one.target, one.largest), codes: [] as number[] }));
    this.random.rewind();
    for (let k = 0; k < blockVectors; k++) {
      this.startVector(k);
      for (const { target, values, base, codes } of blocks) {
        const out = code.local('v128');
        if (target.coded.format === 'float8') this.encodeSigned(target.coded, k, values[k]!, base);
        else this.encodeUnsigned(target.coded, k, values[k]!, base);
        code.set(out);
        codes.push(out);
        if (codes.length % 4 === 0) this.pack(target, codes.slice(-4), 4 * (k - 3));
      }
      this.endVector(k);
    }
  }

  private pack({ coded, array }: Target, [a = 0, b = 0, c = 0, d = 0]: readonly number[], offset: number): void {
    const { code } = this;
    code.get(this.pointers[array]!);
    code.get(a).get(b).op('i16x8.narrow_i32x4_s').get(c).get(d).op('i16x8.narrow_i32x4_s');
    code.op(coded.format === 'float8' ? 'i8x16.narrow_i16x8_s' : 'i8x16.narrow_i16x8_u').store('v128.store', offset);
  }

  private defer(target: Target, value: number, mask: number | undefined): void {
    const { code } = this;
    const known = this.deferred.get(target.array);
    const one = known ?? { target, values: [], largest: code.local('v128') };
    if (known === undefined) {
      this.deferred.set(target.array, one);
      code.i32x4(0).set(one.largest);
    }
    one.values.push(value);
    // One exponent more makes infinities and NaN negative, and so never the largest.
    code.get(one.largest).get(value).i32x4(float.magnitude).op('v128.and').i32x4(octave).op('i32x4.add');
    if (mask !== undefined) code.get(mask).op('v128.and');
    code.op('i32x4.max_s').set(one.largest);
  }

  /** Stores the scale of a block and returns the bits of a float at the base of its codes, in all lanes. */
  private scale({ coded }: Target, largest: number): number {
    const { code } = this;
    const base = code.local('v128');
    for (const lanes of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ]) {
      const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
      code.get(largest).get(largest).get(largest).shuffle(bytes).op('i32x4.max_s').set(largest);
    }
    code.get(largest).i32(float.exponent).op('i32x4.shr_u').i32x4(1).op('i32x4.sub').i32x4(lowest).op('i32x4.max_s').set(base);
    code.get(this.pointers[coded.scales!]!).get(base).i32x4(lowest).op('i32x4.sub').firstLane().store('i32.store8');
    code.get(base).i32x4(exponents(coded)).op('i32x4.sub').i32(float.exponent).op('i32x4.shl').set(base);
    return base;
  }

  private encodeSigned({ draw = 0 }: Coded, k: number, value: number, base: number): void {
    const { code } = this;
    const [magnitude, sign] = [code.local('v128'), code.local('v128')];
    code.get(value).i32x4(float.magnitude).op('v128.and').set(magnitude);
    code.get(value).i32(31).op('i32x4.shr_s').set(sign);
    code.get(magnitude).get(base).op('f32x4.add').get(base).op('i32x4.sub');
    code.get(magnitude).i32x4(octave).op('i32x4.add').get(base).op('i32x4.sub');
    code.get(base).get(magnitude).op('i32x4.gt_s', 'v128.bitselect');
    this.random.push(draw, k, eight.shift);
    code.op('i32x4.add').i32(eight.shift).op('i32x4.shr_s').get(sign).op('v128.xor').get(sign).op('i32x4.sub');
  }

  private encodeUnsigned({ draw = 0 }: Coded, k: number, value: number, base: number): void {
    const { code } = this;
    const magnitude = code.local('v128');
    code.get(value).i32x4(float.magnitude).op('v128.and').set(magnitude);
    code.get(magnitude).get(base).op('i32x4.sub');
    this.random.push(draw, k, eight.shift);
    code.op('i32x4.add').i32(eight.shift).op('i32x4.shr_s').get(magnitude).i32x4(1).op('i32x4.min_s', 'i32x4.max_s');
  }

  /** Pops codes with their signs, pushes floats. */
  private decodeSigned(base: number): void {
    const { code } = this;
    const [codes, magnitude, pattern] = [code.local('v128'), code.local('v128'), code.local('v128')];
    code.set(codes).get(codes).op('i32x4.abs').set(magnitude);
    code.get(magnitude).i32(eight.shift).op('i32x4.shl').get(base).op('i32x4.add').set(pattern);
    code.get(pattern).i32x4(octave).op('i32x4.sub');
    code.get(pattern).get(base).op('f32x4.sub');
    code.get(magnitude).i32x4(7).op('i32x4.gt_s', 'v128.bitselect');
    code.get(codes).i32x4(0x80000000).op('v128.and', 'v128.or');
    code.get(magnitude).i32x4(126).op('i32x4.gt_s', 'v128.or');
  }

  /** Pops codes, pushes floats. */
  private decodeUnsigned(base: number): void {
    const { code } = this;
    const codes = code.local('v128');
    code.set(codes).get(codes).i32(eight.shift).op('i32x4.shl').get(base).op('i32x4.add');
    code.get(codes).i32x4(0).op('i32x4.ne', 'v128.and').get(codes).i32x4(255).op('i32x4.eq', 'v128.or');
  }
}

/** By how much the bits of a float grow when it doubles. */
const octave = 1 << float.exponent;

function exponents({ format }: Coded): number {
  return format === 'float8' ? eight.float8 : eight.ufloat8;
}

/** By how much an offset is shifted to give the one into each array of a kernel. */
export function shiftsOf(kernel: Kernel): number[] {
  const shifts = new Array<number>(kernel.arrays).fill(0);
  for (const one of kernel.code) {
    if (!('array' in one) || one.coded === undefined) continue;
    shifts[one.array] = shiftOf[one.coded.format];
    if (one.coded.scales !== undefined) shifts[one.coded.scales] = shiftOf.scales;
  }
  return shifts;
}
