/**
 * The arena: one memory with all arrays of an optimizer, laid out once and never grown, so that views stay valid. All arrays have the same inner layout, so
 * one kernel call can run over all tensors at once. Knows sizes and names; knows no optimizer.
 */
import { elementsOf, wholeForm, type Form } from '../language/form.ts';
import type { Variable } from '../language/variable.ts';
import { decode } from '../targets/loops/quantization.ts';
import { argument, argumentBytes, segment, uniformBytes, word, Words } from '../targets/loops/convention.ts';
import type { Bounds } from '../plan/bounds.ts';
import { blockOf, bytesOf, chunk, type DType } from '../plan/dtype.ts';
import { isScaled, scaled, scalesOf, shiftOf, type Quantization, type Content } from '../plan/format.ts';
import type { MemorySource, Region } from './memory.ts';

/** A parameter's place inside every array of its type; in others, offsets are shifted (`plan/format.ts`). Offsets and sizes are in bytes; `length` counts elements. */
export interface TensorPlace {
  readonly name: string;
  /** The shape of the parameter, whatever the form of the array. */
  readonly shape: readonly number[];
  readonly length: number;
  readonly offset: number;
  /** Up to the next tensor, padding included. */
  readonly padded: number;
}

/**
 * The first address from `end` on for array number `index`. Arrays whose addresses agree modulo 4096 slow each other down, so each has a
 * remainder of its own; nine lines of 64 bytes apart leaves room for seven arrays.
 */
function nextBase(end: number, index: number): number {
  const remainder = (index * 9 * 64) % 4096;
  return Math.ceil((end - remainder) / 4096) * 4096 + remainder;
}

const recordBytes = segment.words * word;

/** How the tensors lie inside every array of one form. */
export interface Layout {
  readonly places: readonly TensorPlace[];
  /** Bytes of each array. */
  readonly bytes: number;
}

/** Segments in the memory (`convention.ts`): the address of the first, how many there are, and which of them belong to each tensor. */
export interface Table {
  readonly at: number;
  readonly count: number;
  readonly ofTensor: readonly (readonly [first: number, count: number])[];
}

/** The codes of a tensor's elements, and the scales of its blocks if the format has some. */
export interface Stored {
  readonly codes: Uint16Array | Int8Array | Uint8Array;
  readonly scales: Uint8Array | undefined;
}

interface ArrayPlace {
  readonly base: number;
  readonly layout: Layout;
  readonly content: Content;
}

/** What to lay out in memory. */
export interface ArrayRequest {
  readonly owner: string;
  readonly dtype: DType;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** How many rows of each tensor there is room for, where not for all. */
  readonly rows?: ReadonlyMap<string, number> | undefined;
  readonly arrays: ReadonlyMap<Variable, Form>;
  /** The most that one pass over the arrays needs. */
  readonly bounds: Bounds;
  /** The arrays that do not hold numbers of the type. */
  readonly quantizations: ReadonlyMap<Variable, Quantization>;
}

/** A memory with the arrays `w`, `g`, … over the same tensors, and a work area before them for what kernels are told and tell. */
export class Arena {
  readonly region: Region;
  readonly buffer: ArrayBufferLike;
  readonly dtype: DType;
  /** Where a kernel's arguments lie. */
  readonly argumentsAt: number;
  /** Where the scalars of the first tensor lie, and bytes to the next tensor's. */
  readonly uniformsAt: number;
  readonly pitch: number;
  /** Where sums are left, and how many there are at most. */
  readonly sumsAt: number;
  readonly mostSums: number;
  private readonly layouts = new Map<Form, Layout>();
  private readonly arrays = new Map<Variable, ArrayPlace>();
  private readonly fusedTables = new Map<Form, Table>();
  private readonly splitTables = new Map<Form, Table>();
  private readonly words: Words;
  private selected: readonly boolean[] | undefined;
  private limits: readonly number[] | undefined;
  private lastTable: Table | undefined;
  private lastPitch = 0;
  private lastAddresses: readonly number[] = [];

  /** Lays out `arrays` with their forms over tensors of these shapes. Throws an UnsupportedError where they do not fit. */
  constructor({ owner, dtype, shapes, rows, arrays, bounds, quantizations }: ArrayRequest, source: MemorySource) {
    this.dtype = dtype;
    const scales = [...quantizations].filter(([, { format }]) => isScaled(format)).map(([state]) => state);
    const block = scales.length > 0 ? scaled : blockOf[dtype];
    for (const form of new Set([wholeForm, ...arrays.values()])) this.layouts.set(form, layOut(form, dtype, block, shapes, rows));
    this.pitch = uniformBytes({ scalars: bounds.scalars, draws: quantizations.size > 0, dtype });
    const uniforms = argumentBytes(arrays.size + scales.length);
    const tables = uniforms + this.pitch * shapes.size;
    let end = tables;
    const tableOffsets = [...this.layouts].map(([form, layout]) => {
      const fused = end;
      const split = fused + recordBytes * fusedSegments(layout, dtype);
      end = split + recordBytes * splitSegments(layout, dtype);
      return { form, fused, split };
    });
    const sums = end;
    this.mostSums = bounds.sums * Math.max(...[...this.layouts.values()].map((layout) => splitSegments(layout, dtype)));
    end += word * this.mostSums;
    const contents: (readonly [Variable, Form, Content])[] = [
      ...[...arrays].map(([array, form]) => [array, form, quantizations.get(array)?.format ?? 'plain'] as const),
      ...scales.map((array) => [scalesOf(array), wholeForm, 'scales'] as const),
    ];
    const bases = contents.map(([array, form, content], i) => {
      const base = nextBase(end, i);
      const layout = this.layout(form);
      end = base + sizeIn(layout.bytes, content);
      return { array, base, layout, content };
    });
    const what = `${String(arrays.size)} arrays (${[...arrays.keys()].join(', ')})`;
    this.region = source(owner, what, end);
    const { buffer, from } = this.region;
    this.buffer = buffer;
    this.words = new Words(buffer);
    [this.argumentsAt, this.uniformsAt, this.sumsAt] = [from, from + uniforms, from + sums];
    for (const { array, base, layout, content } of bases) this.arrays.set(array, { base: from + base, layout, content });
    for (const { form, fused, split } of tableOffsets) {
      this.fusedTables.set(form, { at: from + fused, count: fusedSegments(this.layout(form), dtype), ofTensor: [] });
      this.splitTables.set(form, { at: from + split, count: 0, ofTensor: [] });
      this.writeFused(form);
      this.writeSplit(form);
    }
    if (!this.region.fresh) for (const { array } of bases) this.clear(array);
  }

  /** The parameters' own places. */
  get tensors(): readonly TensorPlace[] {
    return this.layout(wholeForm).places;
  }

  /** The places of the tensors inside arrays of this form. */
  layout(form: Form): Layout {
    return found(this.layouts.get(form), `arrays of the form ${form}`);
  }

  /** Whether there is such an array. */
  has(array: Variable): boolean {
    return this.arrays.has(array);
  }

  /** The address of an array. */
  base(array: Variable): number {
    return this.find(array).base;
  }

  /** Segments over all tensors of a form as if they were one. */
  fused(form: Form): Table {
    return found(this.fusedTables.get(form), `table of the form ${form}`);
  }

  /** Segments of each tensor that is active; all are where `active` is undefined. */
  split(form: Form, active: readonly boolean[] | undefined): Table {
    if (active !== this.selected) {
      this.selected = active;
      for (const known of this.splitTables.keys()) this.writeSplit(known);
    }
    return found(this.splitTables.get(form), `table of the form ${form}`);
  }

  /** Has the segments of active tensors end after so many elements, from the next change of what is active on. */
  limit(lengths: readonly number[]): void {
    this.limits = lengths;
  }

  /** Tells the next kernel where its segments, scalars, sums and arrays are. Tensors share their scalars unless `pitch` is given. */
  tell(table: Table, pitch: number, addresses: readonly number[]): void {
    // Most optimizers have one pass, and what was told for the last step stands.
    if (table === this.lastTable && pitch === this.lastPitch && addresses === this.lastAddresses) return;
    [this.lastTable, this.lastPitch, this.lastAddresses] = [table, pitch, addresses];
    const { words, argumentsAt } = this;
    words.set(argumentsAt + word * argument.table, table.at);
    words.set(argumentsAt + word * argument.uniforms, this.uniformsAt);
    words.set(argumentsAt + word * argument.pitch, pitch);
    words.set(argumentsAt + word * argument.sums, this.sumsAt);
    for (let i = 0; i < addresses.length; i++) words.set(argumentsAt + word * (argument.arrays + i), addresses[i]!);
  }

  /** Tells a routine these words, of which there are room for seven, instead of what a kernel is told. */
  tellRoutine(values: readonly number[]): void {
    this.lastTable = undefined;
    values.forEach((value, i) => {
      this.words.set(this.argumentsAt + word * i, value);
    });
  }

  /** Numbers of the arrays' type from this address on, `length` of them. */
  numbers(at: number, length: number): Float32Array | Float64Array {
    return this.dtype === 'float32' ? new Float32Array(this.buffer, at, length) : new Float64Array(this.buffer, at, length);
  }

  /** The elements of tensor number `j` in one array that holds numbers. */
  view(array: Variable, j: number): Float32Array | Float64Array {
    const { base, layout, content } = this.find(array);
    if (content !== 'plain') throw new RangeError(`${String(array)} holds codes, not numbers`);
    const place = found(layout.places[j], `tensor number ${String(j)}`);
    return this.numbers(base + place.offset, place.length);
  }

  /** The codes of tensor number `j` in one array; undefined if that holds numbers. */
  stored(array: Variable, j: number): Stored | undefined {
    const { base, layout, content } = this.find(array);
    if (content === 'plain') return undefined;
    const { offset, length } = found(layout.places[j], `tensor number ${String(j)}`);
    const at = base + sizeIn(offset, content);
    if (content === 'bfloat16') return { codes: new Uint16Array(this.buffer, at, length), scales: undefined };
    const codes = content === 'float8' ? new Int8Array(this.buffer, at, length) : new Uint8Array(this.buffer, at, length);
    const scalesAt = this.base(scalesOf(array)) + sizeIn(offset, 'scales');
    return { codes, scales: new Uint8Array(this.buffer, scalesAt, Math.ceil(length / scaled)) };
  }

  /** The elements of tensor number `j` in any array: a view of numbers, or a copy of what codes stand for. */
  values(array: Variable, j: number): Float32Array | Float64Array {
    const { base, layout, content } = this.find(array);
    if (content === 'plain' || content === 'scales') return this.view(array, j);
    const { offset, length } = found(layout.places[j], `tensor number ${String(j)}`);
    const out = new Float32Array(length);
    const memory = { bytes: new Uint8Array(this.buffer), halves: new Uint16Array(this.buffer) };
    const scalesAt = isScaled(content) ? this.base(scalesOf(array)) : 0;
    decode(content, memory, { at: base, scalesAt }, offset / bytesOf[this.dtype], length, out);
    return out;
  }

  /** Sets every element of an array to zero, padding included. */
  clear(array: Variable): void {
    const { base, layout, content } = this.find(array);
    new Uint8Array(this.buffer, base, sizeIn(layout.bytes, content)).fill(0);
  }

  private writeFused(form: Form): void {
    const { at, count } = this.fused(form);
    const { bytes } = this.layout(form);
    const step = chunk * bytesOf[this.dtype];
    for (let s = 0; s < count; s++) this.record(at, s, s * step, Math.min(bytes, (s + 1) * step), 0);
  }

  private writeSplit(form: Form): void {
    const { at } = found(this.splitTables.get(form), `table of the form ${form}`);
    const size = bytesOf[this.dtype];
    let count = 0;
    const ofTensor = this.layout(form).places.map(({ offset, length: whole }, j): readonly [number, number] => {
      const first = count;
      const length = this.limits?.[j] ?? whole;
      const end = this.selected === undefined || this.selected[j] === true ? offset + length * size : offset;
      for (let from = offset; from < end; from += chunk * size) this.record(at, count++, from, Math.min(end, from + chunk * size), j);
      return [first, count - first];
    });
    this.splitTables.set(form, { at, count, ofTensor });
  }

  private record(table: number, index: number, start: number, end: number, tensor: number): void {
    const at = table + index * recordBytes;
    this.words.set(at + word * segment.start, start);
    this.words.set(at + word * segment.end, end);
    this.words.set(at + word * segment.tensor, tensor);
  }

  private find(array: Variable): ArrayPlace {
    return found(this.arrays.get(array), `array ${String(array)}`);
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`the arena has no ${what}`);
  return value;
}

function fusedSegments({ bytes }: Layout, dtype: DType): number {
  return Math.ceil(bytes / (chunk * bytesOf[dtype]));
}

function splitSegments({ places }: Layout, dtype: DType): number {
  return places.reduce((count, { padded }) => count + Math.ceil(padded / (chunk * bytesOf[dtype])), 0);
}

/** An offset into an array of numbers as one into an array of this content; both lie at the beginning of a block. */
function sizeIn(offset: number, content: Content): number {
  return offset / 2 ** shiftOf[content];
}

/** Tensors begin at whole blocks of `elements`. */
function layOut(
  form: Form,
  dtype: DType,
  elements: number,
  shapes: ReadonlyMap<string, readonly number[]>,
  rows: ReadonlyMap<string, number> | undefined,
): Layout {
  const block = elements * bytesOf[dtype];
  let offset = 0;
  const places = [...shapes].map(([name, shape]) => {
    const room = rows?.get(name);
    const length = elementsOf(form, room === undefined ? shape : [room, ...shape.slice(1)]);
    const padded = Math.ceil((length * bytesOf[dtype]) / block) * block;
    offset += padded;
    return { name, shape, length, offset: offset - padded, padded };
  });
  return { places, bytes: offset };
}
