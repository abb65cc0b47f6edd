/**
 * How every kernel is called, whatever it is lowered to: `run(at, from, to)` runs the segments numbered `from` up to `to` of a table in the
 * arena. So one call runs over any number of tensors, and threads share a pass by taking segments of it. Offsets only; no I/O.
 *
 * At `at` lie words of 8 bytes: the address of the table, of the uniforms, which are the scalars of a tensor, the bytes from one tensor's to the next's (0 where
 * all tensors share one), the address of the sums, and the address of each array. A segment is three words: its first byte and the byte
 * behind its last as offsets into every array, and the number of its tensor. Segment s leaves sum r at sums + 8·(s·(number of sums) + r).
 */
import type { Kernel } from '../../plan/kernel.ts';
import { bytesOf } from '../../plan/dtype.ts';

/** Bytes of a word. */
export const word = 8;

/** The words at `at`, by number; the arrays' follow. */
export const argument = { table: 0, uniforms: 1, pitch: 2, sums: 3, arrays: 4 } as const;

/** The words of a segment, and how many there are. */
export const segment = { start: 0, end: 1, tensor: 2, words: 3 } as const;

/** Bytes of a kernel's arguments. */
export function argumentBytes(arrays: number): number {
  return (argument.arrays + arrays) * word;
}

/** Bytes of a tensor's uniforms: its scalars, which have the arrays' type; the key of the tensor's random bits follows them. */
export function uniformBytes({ scalars, draws, dtype }: Pick<Kernel, 'scalars' | 'draws' | 'dtype'>): number {
  return Math.ceil(((scalars + (draws ? 1 : 0)) * bytesOf[dtype]) / word) * word;
}

/** Reads and writes words that hold whole numbers below 2⁵³. */
export class Words {
  private readonly halves: Uint32Array;

  constructor(buffer: ArrayBufferLike) {
    this.halves = new Uint32Array(buffer, 0, Math.floor(Math.min(buffer.byteLength, 2 ** 33) / 4));
  }

  /** The word at this address, a multiple of 8. */
  get(at: number): number {
    return this.halves[at / 4]! + this.halves[at / 4 + 1]! * 2 ** 32;
  }

  /** Writes a word. */
  set(at: number, value: number): void {
    this.halves[at / 4] = value;
    this.halves[at / 4 + 1] = value / 2 ** 32;
  }
}
