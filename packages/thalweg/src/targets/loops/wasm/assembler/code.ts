/**
 * The body of a WebAssembly function: locals and instructions, each a method that appends its bytes. Only what kernels use. Knows the
 * binary format and nothing of optimizers.
 */
import { float32, float64, signed, sized, unsigned, vector } from './encode.ts';

/** A value type by its binary code. */
export const valueType = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b } as const;

/** The name of a value type. */
export type ValueTypeName = keyof typeof valueType;

const plain = {
  'i32.eqz': [0x45], 'i32.lt_u': [0x49], 'i32.add': [0x6a], 'i32.sub': [0x6b], 'i32.mul': [0x6c], 'i32.and': [0x71], 'i32.shr_u': [0x76],
  'i64.lt_u': [0x54], 'i64.add': [0x7c], 'i64.sub': [0x7d], 'i64.mul': [0x7e], 'i64.and': [0x83], 'i64.shr_u': [0x88],
  'i32.wrap_i64': [0xa7], 'i64.extend_i32_u': [0xad],
  'f64.add': [0xa0],
} as const; // prettier-ignore

/** SIMD instructions without immediates: the number after the 0xfd prefix. */
const simd = {
  'i32x4.splat': 17, 'f32x4.splat': 19, 'f64x2.splat': 20,
  'i32x4.eq': 55, 'i32x4.ne': 56, 'i32x4.gt_s': 59,
  'f32x4.eq': 65, 'f32x4.ne': 66, 'f32x4.lt': 67, 'f32x4.le': 69,
  'f64x2.eq': 71, 'f64x2.ne': 72, 'f64x2.lt': 73, 'f64x2.le': 75,
  'v128.and': 78, 'v128.andnot': 79, 'v128.or': 80, 'v128.xor': 81, 'v128.bitselect': 82,
  'f32x4.demote_f64x2_zero': 94, 'f64x2.promote_low_f32x4': 95,
  'i8x16.narrow_i16x8_s': 101, 'i8x16.narrow_i16x8_u': 102, 'i16x8.narrow_i32x4_s': 133, 'i16x8.narrow_i32x4_u': 134,
  'i16x8.extend_low_i8x16_s': 135, 'i16x8.extend_low_i8x16_u': 137, 'i32x4.extend_low_i16x8_s': 167, 'i32x4.extend_low_i16x8_u': 169,
  'i32x4.abs': 160, 'i32x4.all_true': 163, 'i32x4.shl': 171, 'i32x4.shr_s': 172, 'i32x4.shr_u': 173, 'i32x4.add': 174, 'i32x4.sub': 177,
  'i32x4.mul': 181, 'i32x4.min_s': 182, 'i32x4.max_s': 184, 'i32x4.dot_i16x8_s': 186,
  'f32x4.floor': 104, 'f64x2.floor': 117, 'f64x2.nearest': 148,
  'i64x2.shl': 203, 'i64x2.shr_u': 205, 'i64x2.add': 206, 'i64x2.sub': 209, 'i64x2.extmul_low_i32x4_u': 222,
  'f32x4.abs': 224, 'f32x4.neg': 225, 'f32x4.sqrt': 227, 'f32x4.add': 228, 'f32x4.sub': 229, 'f32x4.mul': 230, 'f32x4.div': 231,
  'f32x4.min': 232, 'f32x4.max': 233, 'f32x4.pmin': 234, 'f32x4.pmax': 235,
  'f64x2.abs': 236, 'f64x2.neg': 237, 'f64x2.sqrt': 239, 'f64x2.add': 240, 'f64x2.sub': 241, 'f64x2.mul': 242, 'f64x2.div': 243,
  'f64x2.min': 244, 'f64x2.max': 245, 'f64x2.pmin': 246, 'f64x2.pmax': 247, 'f64x2.convert_low_i32x4_u': 255,
} as const; // prettier-ignore

/** The name of an instruction without immediates. */
export type PlainInstruction = keyof typeof plain | keyof typeof simd;

const loads = {
  'i32.load': [0x28],
  'i64.load': [0x29],
  'i32.load8_u': [0x2d],
  'v128.load': [0xfd, 0],
  'v128.load32_zero': [0xfd, 92],
  'v128.load64_zero': [0xfd, 93],
  'v128.load32_splat': [0xfd, 9],
  'v128.load64_splat': [0xfd, 10],
} as const;
const stores = { 'i32.store8': [0x3a], 'f64.store': [0x39], 'v128.store': [0xfd, 11] } as const;

/** The code of one function, in the order in which it is appended. */
export class Code {
  private readonly bytes: number[] = [];
  /** What sets the constants, and the local of each. */
  private readonly first: number[] = [];
  private readonly constants = new Map<string, number>();
  private readonly locals: ValueTypeName[] = [];
  readonly parameters: number;

  /** Starts a function with that many parameters; they are locals 0, 1, …. */
  constructor(parameters: number) {
    this.parameters = parameters;
  }

  /** A new local, zero at first; returns its number. */
  local(type: ValueTypeName): number {
    return this.parameters + this.locals.push(type) - 1;
  }

  /** Appends instructions without immediates. */
  op(...names: PlainInstruction[]): this {
    for (const name of names) {
      if (name in plain) this.bytes.push(...plain[name as keyof typeof plain]);
      else this.bytes.push(0xfd, ...unsigned(simd[name as keyof typeof simd]));
    }
    return this;
  }

  /** Pushes a local. */
  get(local: number): this {
    this.bytes.push(0x20, ...unsigned(local));
    return this;
  }

  /** Pops into a local. */
  set(local: number): this {
    this.bytes.push(0x21, ...unsigned(local));
    return this;
  }

  /** Pushes an i32 constant. */
  i32(value: number): this {
    this.bytes.push(0x41, ...signed(value));
    return this;
  }

  /** Pushes an i64 constant. */
  i64(value: number): this {
    this.bytes.push(0x42, ...signed(value));
    return this;
  }

  /** Pushes four equal float32 lanes. */
  f32x4(value: number): this {
    return this.v128([0, 1, 2, 3].flatMap(() => float32(value)));
  }

  /** Pushes two equal float64 lanes. */
  f64x2(value: number): this {
    return this.v128([0, 1].flatMap(() => float64(value)));
  }

  /** Pushes four equal lanes of 32 bits. */
  i32x4(value: number): this {
    return this.v128([0, 1, 2, 3].flatMap(() => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)));
  }

  /**
   * Pushes a vector of 16 bytes. But for zero, which is an instruction, it is a local that is set where the function begins: engines make a
   * constant anew in each turn of a loop, in three instructions.
   */
  v128(bytes: readonly number[]): this {
    if (bytes.every((byte) => byte === 0)) return this.append(0xfd, 12, ...bytes);
    const key = bytes.join();
    const local = this.constants.get(key) ?? this.local('v128');
    if (!this.constants.has(key)) {
      this.constants.set(key, local);
      this.first.push(0xfd, 12, ...bytes, 0x21, ...unsigned(local));
    }
    return this.get(local);
  }

  private append(...bytes: readonly number[]): this {
    this.bytes.push(...bytes);
    return this;
  }

  /** Pops an address, pushes what is there. */
  load(name: keyof typeof loads, offset = 0): this {
    this.bytes.push(...loads[name], 0, ...unsigned(offset));
    return this;
  }

  /** Pops a value and an address below it. */
  store(name: keyof typeof stores, offset = 0): this {
    this.bytes.push(...stores[name], 0, ...unsigned(offset));
    return this;
  }

  /** Pops a vector, pushes one of its float64 lanes. */
  lane(index: 0 | 1): this {
    this.bytes.push(0xfd, 33, index);
    return this;
  }

  /** Pops a vector, pushes its first lane of 32 bits. */
  firstLane(): this {
    this.bytes.push(0xfd, 27, 0);
    return this;
  }

  /** Calls a function of the module by its number; `encodeModule` numbers them. */
  call(index: number): this {
    this.bytes.push(0x10, ...unsigned(index));
    return this;
  }

  /** Pops two vectors, pushes 16 of their 32 bytes. */
  shuffle(lanes: readonly number[]): this {
    this.bytes.push(0xfd, 13, ...lanes);
    return this;
  }

  /** Runs `body` as long as the i32 that `condition` pushes is not zero, testing first. */
  while(condition: () => void, body: () => void): this {
    this.bytes.push(0x02, 0x40, 0x03, 0x40); // block, loop
    condition();
    this.op('i32.eqz');
    this.bytes.push(0x0d, 1); // leave the block
    body();
    this.bytes.push(0x0c, 0, 0x0b, 0x0b); // again; end, end
    return this;
  }

  /** Pops an i32 and runs `body` if it is not zero. */
  if(body: () => void): this {
    this.bytes.push(0x04, 0x40);
    body();
    this.bytes.push(0x0b);
    return this;
  }

  /** The function as it stands in the code section. */
  encode(): number[] {
    const groups: [count: number, type: ValueTypeName][] = [];
    for (const type of this.locals) {
      const group = groups.at(-1);
      if (group?.[1] === type) group[0] += 1;
      else groups.push([1, type]);
    }
    return sized(vector(groups.map(([count, type]) => [...unsigned(count), valueType[type]])).concat(this.first, this.bytes, 0x0b));
  }
}
