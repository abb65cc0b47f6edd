/** The random bits of `random.ts` in WebAssembly, those of four elements at a time; every other vector of a turn takes from the words of the one before. */
import type { Code } from './assembler/code.ts';
import { randomConstants, takesUpper } from '../random.ts';

const { element, factor, fold, word: nextWord } = randomConstants;

/** What two vectors advance the sequence by. */
const advance = 4 * element;

/** Emits the random sequence of a kernel. */
export class RandomEmitter {
  private readonly code: Code;
  private readonly counter: number;
  private readonly marked: number;
  /** Random bits that were computed for two vectors, by word and by how they are taken from it. */
  private readonly bits = new Map<string, number>();

  constructor(code: Code) {
    this.code = code;
    this.counter = code.local('v128');
    this.marked = code.local('v128');
  }

  /** Starts a segment; `key` pushes the tensor's key in all lanes, `index` the number of the first element as an i32. */
  startSegment(key: () => void, index: () => void): void {
    const { code } = this;
    key();
    index();
    code.i32(1).op('i32.shr_u').i32(element).op('i32.mul', 'i32x4.splat', 'i32x4.add');
    const lanes = [0, 1, 2, 3].map((lane) => Math.imul(lane, element));
    code.v128(lanes.flatMap((lane) => [0, 8, 16, 24].map((shift) => (lane >>> shift) & 0xff))).op('i32x4.add');
    code.set(this.counter);
  }

  /** Remembers the place in the sequence. */
  mark(): void {
    this.code.get(this.counter).set(this.marked);
  }

  /** Goes back to the place that was marked. */
  rewind(): void {
    this.code.get(this.marked).set(this.counter);
  }

  /** Begins vector `k` of the turn: every other one needs new bits. */
  startVector(k: number): void {
    if (k % 2 === 0) this.bits.clear();
  }

  /** Ends vector `k`: moves on after every other one. */
  endVector(k: number): void {
    const { code, counter } = this;
    if (k % 2 === 1) code.get(counter).i32x4(advance).op('i32x4.add').set(counter);
  }

  /** Pushes `count` bits for vector `k`: the upper or the lower ones of a word. */
  push(draw: number, k: number, count: number): void {
    const { code } = this;
    const upper = takesUpper(draw, k % 2);
    const bits = this.once(`${String(draw >>> 1)} ${upper ? 'upper' : 'lower'} ${String(count)}`, () => {
      code.get(this.word(draw >>> 1));
      if (upper) code.i32(32 - count).op('i32x4.shr_u');
      else code.i32x4((1 << count) - 1).op('v128.and');
    });
    code.get(bits);
  }

  private word(number: number): number {
    return this.once(String(number), () => {
      const { code } = this;
      const at = code.local('v128');
      code.get(this.counter);
      if (number > 0) code.i32x4(Math.imul(number, nextWord)).op('i32x4.add');
      code.set(at).get(at).get(at).i32(fold).op('i32x4.shr_u', 'v128.xor').i32x4(factor).op('i32x4.mul');
    });
  }

  /** The local with random bits that `push` computes, unless they are known. */
  private once(key: string, push: () => void): number {
    const known = this.bits.get(key);
    if (known !== undefined) return known;
    push();
    const out = this.code.local('v128');
    this.code.set(out);
    this.bits.set(key, out);
    return out;
  }
}
