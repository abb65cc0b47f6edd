/**
 * The arena: one memory that holds every array of an optimizer, laid out once and never grown, so that views stay valid. All arrays
 * have the same inner layout, so one kernel call can run over all tensors at once. Knows sizes and names; knows no optimizer.
 */
import { UnsupportedError } from '../language/error.ts';
import { blockOf, bytesOf, type DType } from '../plan/dtype.ts';

/** A parameter's place inside every array. Offsets and sizes are in bytes; `length` counts elements. */
export interface TensorPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly length: number;
  readonly offset: number;
  /** Up to the next tensor, padding included. */
  readonly padded: number;
}

/** Bytes at the start of the memory for the arguments and results of kernels. */
export const argumentArea = { at: 0, bytes: 6144 } as const;

/** Bytes for the sums that a kernel returns. */
export const sumArea = { at: 6144, bytes: 2048 } as const;

const pageBytes = 65536;
const largestMemory = 65535 * pageBytes;

/**
 * The first address from `end` on for array number `index`. Arrays whose addresses agree modulo 4096 slow each other down, so each has a
 * remainder of its own; nine lines of 64 bytes apart leaves room for seven arrays.
 */
function nextBase(end: number, index: number): number {
  const remainder = (index * 9 * 64) % 4096;
  return Math.ceil((end - remainder) / 4096) * 4096 + remainder;
}

/** A memory with the arrays `w`, `g`, … over the same tensors. */
export class Arena {
  /** The memory as WebAssembly sees it; undefined where the arrays live in plain JavaScript memory. */
  readonly memory: WebAssembly.Memory | undefined;
  readonly buffer: ArrayBuffer;
  readonly dtype: DType;
  readonly tensors: readonly TensorPlace[];
  /** Bytes of each array. */
  readonly arrayBytes: number;
  private readonly bases: ReadonlyMap<string, number>;

  /** Lays out `arrays` over tensors of these shapes. Throws an UnsupportedError where they do not fit. */
  constructor(
    owner: string,
    dtype: DType,
    shapes: ReadonlyMap<string, readonly number[]>,
    arrays: readonly string[],
    webAssembly: boolean,
  ) {
    this.dtype = dtype;
    const block = blockOf[dtype] * bytesOf[dtype];
    let offset = 0;
    this.tensors = [...shapes].map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const padded = Math.ceil((length * bytesOf[dtype]) / block) * block;
      offset += padded;
      return { name, shape, length, offset: offset - padded, padded };
    });
    this.arrayBytes = offset;
    const bases = new Map<string, number>();
    let end = sumArea.at + sumArea.bytes;
    for (const array of arrays) {
      bases.set(array, end);
      end = nextBase(end + offset, bases.size);
    }
    this.bases = bases;
    const pages = Math.ceil(end / pageBytes);
    if (pages * pageBytes > largestMemory) {
      const size = `${(end / 2 ** 30).toFixed(1)} GiB`;
      throw new UnsupportedError(owner, `${String(arrays.length)} arrays (${arrays.join(', ')}) need ${size}; one memory holds 4 GiB`);
    }
    try {
      this.memory = webAssembly ? new WebAssembly.Memory({ initial: pages, maximum: pages }) : undefined;
      this.buffer = this.memory?.buffer ?? new ArrayBuffer(pages * pageBytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnsupportedError(owner, `${(end / 2 ** 20).toFixed(0)} MiB could not be had: ${reason}`);
    }
  }

  /** The address of an array. */
  base(array: string): number {
    const base = this.bases.get(array);
    if (base === undefined) throw new RangeError(`the arena has no array ${array}`);
    return base;
  }

  /** The elements of one tensor in one array. */
  view(array: string, tensor: TensorPlace): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    const at = this.base(array) + tensor.offset;
    return this.dtype === 'float32' ? new Float32Array(this.buffer, at, tensor.length) : new Float64Array(this.buffer, at, tensor.length);
  }

  /** Sets every element of an array to zero, padding included. */
  clear(array: string): void {
    new Uint8Array(this.buffer, this.base(array), this.arrayBytes).fill(0);
  }
}
