/**
 * The arena: one memory that holds every array of an optimizer, laid out once and never grown, so that views stay valid. All arrays
 * have the same inner layout, so one kernel call can run over all tensors at once. Knows sizes and names; knows no optimizer.
 */
import { UnsupportedError } from '../language/error.ts';
import { elementsOf, wholeForm, type Form } from '../language/form.ts';
import { blockOf, bytesOf, type DType } from '../plan/dtype.ts';

/** A parameter's place inside every array. Offsets and sizes are in bytes; `length` counts elements. */
export interface TensorPlace {
  readonly name: string;
  /** The shape of the parameter, whatever the form of the array. */
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

/** How the tensors lie inside every array of one form. */
export interface Layout {
  readonly places: readonly TensorPlace[];
  /** Bytes of each array. */
  readonly bytes: number;
}

/** A memory with the arrays `w`, `g`, … over the same tensors. */
export class Arena {
  /** The memory as WebAssembly sees it; undefined where the arrays live in plain JavaScript memory. */
  readonly memory: WebAssembly.Memory | undefined;
  readonly buffer: ArrayBuffer;
  readonly dtype: DType;
  private readonly layouts = new Map<Form, Layout>();
  private readonly arrays = new Map<string, { readonly base: number; readonly layout: Layout }>();

  /** Lays out `arrays` with their forms over tensors of these shapes. Throws an UnsupportedError where they do not fit. */
  constructor(
    owner: string,
    dtype: DType,
    shapes: ReadonlyMap<string, readonly number[]>,
    arrays: ReadonlyMap<string, Form>,
    webAssembly: boolean,
  ) {
    this.dtype = dtype;
    for (const form of new Set([wholeForm, ...arrays.values()])) this.layouts.set(form, layOut(form, dtype, shapes));
    let end = sumArea.at + sumArea.bytes;
    for (const [array, form] of arrays) {
      const layout = this.layout(form);
      this.arrays.set(array, { base: end, layout });
      end = nextBase(end + layout.bytes, this.arrays.size);
    }
    const pages = Math.ceil(end / pageBytes);
    if (pages * pageBytes > largestMemory) {
      const size = `${(end / 2 ** 30).toFixed(1)} GiB`;
      throw new UnsupportedError(
        owner,
        `${String(arrays.size)} arrays (${[...arrays.keys()].join(', ')}) need ${size}; one memory holds 4 GiB`,
      );
    }
    try {
      this.memory = webAssembly ? new WebAssembly.Memory({ initial: pages, maximum: pages }) : undefined;
      this.buffer = this.memory?.buffer ?? new ArrayBuffer(pages * pageBytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnsupportedError(owner, `${(end / 2 ** 20).toFixed(0)} MiB could not be had: ${reason}`);
    }
  }

  /** The parameters' own places. */
  get tensors(): readonly TensorPlace[] {
    return this.layout(wholeForm).places;
  }

  /** The places of the tensors inside arrays of this form. */
  layout(form: Form): Layout {
    const layout = this.layouts.get(form);
    if (layout === undefined) throw new RangeError(`the arena has no arrays of the form ${form}`);
    return layout;
  }

  /** Whether there is such an array. */
  has(array: string): boolean {
    return this.arrays.has(array);
  }

  /** The address of an array. */
  base(array: string): number {
    return this.find(array).base;
  }

  /** The elements of tensor number `j` in one array. */
  view(array: string, j: number): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    const { base, layout } = this.find(array);
    const place = layout.places[j];
    if (place === undefined) throw new RangeError(`the arena has no tensor number ${String(j)}`);
    const at = base + place.offset;
    return this.dtype === 'float32' ? new Float32Array(this.buffer, at, place.length) : new Float64Array(this.buffer, at, place.length);
  }

  /** Sets every element of an array to zero, padding included. */
  clear(array: string): void {
    const { base, layout } = this.find(array);
    new Uint8Array(this.buffer, base, layout.bytes).fill(0);
  }

  private find(array: string): { readonly base: number; readonly layout: Layout } {
    const found = this.arrays.get(array);
    if (found === undefined) throw new RangeError(`the arena has no array ${array}`);
    return found;
  }
}

function layOut(form: Form, dtype: DType, shapes: ReadonlyMap<string, readonly number[]>): Layout {
  const block = blockOf[dtype] * bytesOf[dtype];
  let offset = 0;
  const places = [...shapes].map(([name, shape]) => {
    const length = elementsOf(form, shape);
    const padded = Math.ceil((length * bytesOf[dtype]) / block) * block;
    offset += padded;
    return { name, shape, length, offset: offset - padded, padded };
  });
  return { places, bytes: offset };
}
