/**
 * Runs matrix products in compiled code, on all threads of a device: packs both operands into a memory that all products of the process share, and unpacks
 * the tiles. The copies cost rows · columns; the product costs rows · columns · inner.
 */
import { mostPages, type MemoryKind } from '../targets/loops/wasm/assembler/module.ts';
import type { Executable } from '../targets/loops/executable.ts';
import { multiply as plainly } from '../targets/loops/routines/matmul.ts';
import type { Matrix, Multiply } from '../targets/loops/routines/routine.ts';
import { matmulModule, productArgument, productSegment, tileColumns, tileRows } from '../targets/loops/wasm/matmul.ts';
import type { DType } from '../plan/dtype.ts';
import { executableOf } from './modules.ts';
import type { Threads } from './threads.ts';

/** Below so many multiplications the copies cost more than they save. */
const fewest = 8192;

/** Rows of one segment, whose packed values stay in the second cache while columns pass by. */
const rowsTogether = 64;

/** What computes tiles of so many rows and columns: their sums, over packed panels, as `targets/loops/wasm/matmul.ts` is called. */
export interface ProductCode {
  readonly rows: number;
  readonly columns: (dtype: DType) => number;
  readonly executable: (dtype: DType, memory: WebAssembly.Memory, kind: MemoryKind) => Executable;
}

/** Tiles in WebAssembly. */
const inWasm: ProductCode = {
  rows: tileRows,
  columns: tileColumns,
  executable: (dtype, memory, kind) => executableOf(`product ${dtype}`, () => matmulModule(dtype, kind), memory, kind),
};

const pageBytes = 65536;

/** A memory for packed matrices, with the code to multiply them; one that threads share, and one that they do not. */
interface Workbench {
  readonly memory: WebAssembly.Memory;
  readonly executables: Map<DType, Map<ProductCode, Executable>>;
}

const workbenches = new Map<boolean, Workbench>();

/** The product in compiled code, by itself WebAssembly; in JavaScript where it is small, or where no memory for the copies is to be had. The same bits either way. */
export function multiplyWith(threads: Threads, code = inWasm): Multiply {
  return (a, b, out, transposed = false) => {
    const few = a.rows * a.cols * out.cols < fewest;
    if (few || !multiplyPacked(a, b, out, transposed, threads, code)) plainly(a, b, out, transposed);
  };
}

function multiplyPacked(a: Matrix, b: Matrix, out: Matrix, transposed: boolean, threads: Threads, code: ProductCode): boolean {
  const dtype = out.data instanceof Float32Array ? 'float32' : 'float64';
  const size = out.data.BYTES_PER_ELEMENT;
  const [height, width] = [code.rows, code.columns(dtype)];
  const panelsTogether = rowsTogether / height;
  const inner = a.cols;
  const [panels, stripes] = [Math.ceil(a.rows / height), Math.ceil(out.cols / width)];
  const count = stripes * Math.ceil(panels / panelsTogether);
  const tableAt = 16;
  const rowsAt = Math.ceil((tableAt + 4 * productSegment.words * count) / 64) * 64;
  const panelBytes = height * inner * size;
  const columnsAt = rowsAt + panels * panelBytes;
  const stripeBytes = width * inner * size;
  const tilesAt = Math.ceil((columnsAt + stripes * stripeBytes) / 64) * 64;
  const tileBytes = height * width * size;
  const end = tilesAt + stripes * panels * tileBytes;
  const ready = reserve(dtype, end, threads.asked > 1, code);
  if (ready === undefined) return false;
  const { memory, executable } = ready;
  const view = (at: number, bytes: number): Float32Array | Float64Array =>
    dtype === 'float32' ? new Float32Array(memory.buffer, at, bytes / 4) : new Float64Array(memory.buffer, at, bytes / 8);
  packRows(a, height, view(rowsAt, panels * panelBytes));
  (transposed ? packTransposed : packColumns)(b, width, view(columnsAt, stripes * stripeBytes));
  const tiles = view(tilesAt, stripes * panels * tileBytes);
  tiles.fill(0);
  const words = new Uint32Array(memory.buffer, 0, rowsAt / 4);
  words[productArgument.table] = tableAt;
  words[productArgument.inner] = inner;
  let record = tableAt / 4;
  // Segments that follow each other have rows in common, so that each thread reads a block of rows once.
  for (let first = 0; first < panels; first += panelsTogether) {
    for (let stripe = 0; stripe < stripes; stripe++, record += productSegment.words) {
      words[record + productSegment.rows] = rowsAt + first * panelBytes;
      words[record + productSegment.columns] = columnsAt + stripe * stripeBytes;
      words[record + productSegment.tile] = tilesAt + (stripe * panels + first) * tileBytes;
      words[record + productSegment.panels] = Math.min(panelsTogether, panels - first);
    }
  }
  threads.run(executable, 0, count);
  unpack(tiles, out, width, panels * height * width);
  return true;
}

/** Some rows side by side, index by index; rows that are not there are zero. */
function packRows({ data, rows, cols }: Matrix, height: number, to: Float32Array | Float64Array): void {
  if (rows % height !== 0) to.fill(0);
  for (let i = 0; i < rows; i++) {
    const start = Math.floor(i / height) * height * cols + (i % height);
    for (let k = 0; k < cols; k++) to[start + k * height] = data[i * cols + k]!;
  }
}

/** Stripes of columns, index by index; columns that are not there are zero. */
function packColumns({ data, rows, cols }: Matrix, width: number, to: Float32Array | Float64Array): void {
  if (cols % width !== 0) to.fill(0);
  for (let from = 0, start = 0; from < cols; from += width, start += width * rows) {
    const count = Math.min(width, cols - from);
    for (let k = 0; k < rows; k++) for (let j = 0; j < count; j++) to[start + k * width + j] = data[k * cols + from + j]!;
  }
}

/** The same of the transpose: its columns are the rows here. */
function packTransposed({ data, rows, cols }: Matrix, width: number, to: Float32Array | Float64Array): void {
  if (rows % width !== 0) to.fill(0);
  for (let j = 0; j < rows; j++) {
    const start = Math.floor(j / width) * width * cols + (j % width);
    for (let k = 0; k < cols; k++) to[start + k * width] = data[j * cols + k]!;
  }
}

/** `stripe` is the numbers of one stripe's tiles. */
function unpack(tiles: Float32Array | Float64Array, { data, rows, cols }: Matrix, width: number, stripe: number): void {
  for (let from = 0, start = 0; from < cols; from += width, start += stripe) {
    const count = Math.min(width, cols - from);
    for (let i = 0; i < rows; i++) for (let j = 0; j < count; j++) data[i * cols + from + j] = tiles[start + i * width + j]!;
  }
}

/** The code for a type, with at least so many bytes of memory; undefined where these are not to be had. */
function reserve(
  dtype: DType,
  bytes: number,
  shared: boolean,
  code: ProductCode,
): { readonly memory: WebAssembly.Memory; readonly executable: Executable } | undefined {
  const pages = Math.ceil(bytes / pageBytes);
  if (pages > mostPages.i32) return undefined;
  const { memory, executables } = workbench(shared);
  try {
    const lacking = pages - memory.buffer.byteLength / pageBytes;
    if (lacking > 0) memory.grow(lacking);
    // A memory that is not shared may lie elsewhere afterwards.
    if (lacking > 0 && !shared) executables.clear();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const kind = { address: 'i32', shared } as const;
  const known = executables.get(dtype) ?? new Map<ProductCode, Executable>();
  const executable = known.get(code) ?? code.executable(dtype, memory, kind);
  executables.set(dtype, known.set(code, executable));
  return { memory, executable };
}

function workbench(shared: boolean): Workbench {
  const known = workbenches.get(shared);
  if (known !== undefined) return known;
  const made = {
    memory: new WebAssembly.Memory({ initial: 1, maximum: mostPages.i32, shared }),
    executables: new Map<DType, Map<ProductCode, Executable>>(),
  };
  workbenches.set(shared, made);
  return made;
}
