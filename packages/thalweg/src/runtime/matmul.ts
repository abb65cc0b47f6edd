/**
 * Runs products of matrices in WebAssembly: packs both sides into a memory that all products of the process share, and unpacks the tiles.
 * The copies cost rows · columns beside a product of rows · columns · inner.
 */
import { interfaceNames } from '../assembler/module.ts';
import { multiply as plainly } from '../lower/routines/matmul.ts';
import type { Matrix, Multiply } from '../lower/routines/routine.ts';
import { matmulModule, tileColumns, tileRows } from '../lower/wasm-matmul.ts';
import type { DType } from '../plan/dtype.ts';

type Run = (a: number, b: number, c: number, bEnd: number, cEnd: number) => void;

/** Below so many multiplications the copies cost more than they save. */
const fewest = 8192;

const pageBytes = 65536;
const mostPages = 65535;

let memory: WebAssembly.Memory | undefined;
const instances = new Map<DType, Run>();

/** The product in WebAssembly; in JavaScript where it is small, or where no memory for the copies is to be had. The same bits either way. */
export const multiply: Multiply = (a, b, out) => {
  const few = a.rows * a.cols * b.cols < fewest;
  if (few || !multiplyPacked(a, b, out)) plainly(a, b, out);
};

function multiplyPacked(a: Matrix, b: Matrix, out: Matrix): boolean {
  const dtype = out.data instanceof Float32Array ? 'float32' : 'float64';
  const size = out.data.BYTES_PER_ELEMENT;
  const width = tileColumns(dtype);
  const inner = a.cols;
  const [panels, stripes] = [Math.ceil(a.rows / tileRows), Math.ceil(b.cols / width)];
  const [aBytes, bBytes, cBytes] = [panels * tileRows * inner * size, width * inner * size, panels * tileRows * width * size];
  const run = reserve(dtype, aBytes + bBytes + cBytes);
  if (run === undefined || memory === undefined) return false;
  const [bAt, cAt] = [aBytes, aBytes + bBytes];
  const view = (at: number, bytes: number): Float32Array | Float64Array =>
    dtype === 'float32' ? new Float32Array(memory!.buffer, at, bytes / 4) : new Float64Array(memory!.buffer, at, bytes / 8);
  packRows(a, view(0, aBytes));
  const [panel, tiles] = [view(bAt, bBytes), view(cAt, cBytes)];
  for (let stripe = 0; stripe < stripes; stripe++) {
    packColumns(b, stripe * width, width, panel);
    run(0, bAt, cAt, bAt + bBytes, cAt + cBytes);
    unpack(tiles, out, stripe * width, width);
  }
  return true;
}

/** Four rows side by side, index by index; rows that are not there are zero. */
function packRows({ data, rows, cols }: Matrix, to: Float32Array | Float64Array): void {
  if (rows % tileRows !== 0) to.fill(0);
  for (let i = 0; i < rows; i++) {
    const start = Math.floor(i / tileRows) * tileRows * cols + (i % tileRows);
    for (let k = 0; k < cols; k++) to[start + k * tileRows] = data[i * cols + k]!;
  }
}

/** One stripe of columns, index by index; columns that are not there are zero. */
function packColumns({ data, rows, cols }: Matrix, from: number, width: number, to: Float32Array | Float64Array): void {
  const count = Math.min(width, cols - from);
  if (count < width) to.fill(0);
  for (let k = 0; k < rows; k++) for (let j = 0; j < count; j++) to[k * width + j] = data[k * cols + from + j]!;
}

function unpack(tiles: Float32Array | Float64Array, { data, rows, cols }: Matrix, from: number, width: number): void {
  const count = Math.min(width, cols - from);
  for (let i = 0; i < rows; i++) for (let j = 0; j < count; j++) data[i * cols + from + j] = tiles[i * width + j]!;
}

/** The function for a type, with at least so many bytes of memory; undefined where these are not to be had. */
function reserve(dtype: DType, bytes: number): Run | undefined {
  const pages = Math.ceil(bytes / pageBytes);
  if (pages > mostPages) return undefined;
  try {
    memory ??= new WebAssembly.Memory({ initial: 1, maximum: mostPages });
    const lacking = pages - memory.buffer.byteLength / pageBytes;
    if (lacking > 0) memory.grow(lacking);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const known = instances.get(dtype);
  if (known !== undefined) return known;
  const module = new WebAssembly.Module(matmulModule(dtype, { address: 'i32', shared: false }));
  const { exports } = new WebAssembly.Instance(module, { [interfaceNames.module]: { [interfaceNames.memory]: memory } });
  const run = exports[interfaceNames.run];
  if (!isRun(run)) throw new RangeError('a product module exports its function');
  instances.set(dtype, run);
  return run;
}

function isRun(value: unknown): value is Run {
  return typeof value === 'function';
}
