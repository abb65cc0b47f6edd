/**
 * Products of matrices to WebAssembly SIMD: tiles of 4 rows × 2 vectors whose sums stay in registers, over packed panels, in blocks of the
 * inner index that stay in the first cache. Between blocks a tile's sums wait in memory, in the type they are summed in, so that each element
 * is summed in the order of the inner index, every product and sum rounded, as `routines/matmul.ts` does it: the same bits. Pure: bytes out.
 *
 * The function is `run(at, from, to)`, so that threads share a product by its segments. At `at` lie words of 4 bytes: the address of a table,
 * and the length of the inner index. A segment is four words: the addresses of the first packed row panel, of the packed panel of columns and of
 * the first tile, and the number of row panels. A panel is packed index by index; row panels and tiles follow each other.
 */
import { Code } from './assembler/code.ts';
import { encodeModule, type MemoryKind } from './assembler/module.ts';
import { bytesOf, type DType } from '../../../plan/dtype.ts';

/** Rows of a tile. */
export const tileRows = 4;

const vectorBytes = 16;
const vectors = 2;

/** Columns of a tile. */
export function tileColumns(dtype: DType): number {
  return (vectors * vectorBytes) / bytesOf[dtype];
}

/** The words at `at`, and those of a segment. */
export const productArgument = { table: 0, inner: 1, words: 2 } as const;
export const productSegment = { rows: 0, columns: 1, tile: 2, panels: 3, words: 4 } as const;

/** Indices of one block: 16 KiB of columns and half as much of rows, which together stay in the first cache. */
const block = 512;

const [argumentsAt, fromSegment, toSegment] = [0, 1, 2];

/** The module for one element type. */
export function matmulModule(dtype: DType, memory: MemoryKind): Uint8Array<ArrayBuffer> {
  const wide = dtype === 'float64';
  const shape = wide ? 'f64x2' : 'f32x4';
  const code = new Code(3);
  const local = (): number => code.local('i32');
  const [record, inner, done, rest] = [local(), local(), local(), local()];
  const [rows, columns, tile, panels] = [local(), local(), local(), local()];
  const [a, b, bEnd] = [local(), local(), local()];
  const sums = Array.from({ length: tileRows }, () => Array.from({ length: vectors }, () => code.local('v128')));
  const values = Array.from({ length: vectors }, () => code.local('v128'));
  const splat = code.local('v128');
  const [rowBytes, columnBytes] = [tileRows * bytesOf[dtype], vectors * vectorBytes];
  const tileBytes = tileRows * vectors * vectorBytes;
  const word = (at: number, index: number): Code => code.get(at).load('i32.load', 4 * index);
  const add = (target: number, bytes: number): Code => code.get(target).i32(bytes).op('i32.add').set(target);
  const below = (x: number, y: number) => (): void => void code.get(x).get(y).op('i32.lt_u');

  /** One index of the inner loop. */
  const index = (): void => {
    values.forEach((value, j) =>
      code
        .get(b)
        .load('v128.load', j * vectorBytes)
        .set(value),
    );
    sums.forEach((row, i) => {
      code
        .get(a)
        .load(wide ? 'v128.load64_splat' : 'v128.load32_splat', i * bytesOf[dtype])
        .set(splat);
      row.forEach((sum, j) => {
        code
          .get(sum)
          .get(splat)
          .get(values[j] ?? 0)
          .op(`${shape}.mul`, `${shape}.add`)
          .set(sum);
      });
    });
    add(b, columnBytes);
    add(a, rowBytes);
  };

  /** One tile over one block; its sums so far are in memory, zeros at first. */
  const oneTile = (): void => {
    sums.flat().forEach((sum, i) =>
      code
        .get(tile)
        .load('v128.load', i * vectorBytes)
        .set(sum),
    );
    code.get(columns).get(done).i32(columnBytes).op('i32.mul', 'i32.add').set(b);
    code.get(b).get(rest).i32(columnBytes).op('i32.mul', 'i32.add').set(bEnd);
    code.get(rows).get(done).i32(rowBytes).op('i32.mul', 'i32.add').set(a);
    code.while(below(b, bEnd), index);
    sums.flat().forEach((sum, i) =>
      code
        .get(tile)
        .get(sum)
        .store('v128.store', i * vectorBytes),
    );
    add(tile, tileBytes);
    code.get(rows).get(inner).i32(rowBytes).op('i32.mul', 'i32.add').set(rows);
    code.get(panels).i32(1).op('i32.sub').set(panels);
  };

  word(argumentsAt, productArgument.inner).set(inner);
  word(argumentsAt, productArgument.table).get(fromSegment);
  code
    .i32(4 * productSegment.words)
    .op('i32.mul', 'i32.add')
    .set(record);
  code.while(below(fromSegment, toSegment), () => {
    code.i32(0).set(done);
    code.while(below(done, inner), () => {
      code.get(inner).get(done).op('i32.sub').set(rest);
      code.i32(block).get(rest).op('i32.lt_u');
      code.if(() => code.i32(block).set(rest));
      word(record, productSegment.rows).set(rows);
      word(record, productSegment.columns).set(columns);
      word(record, productSegment.tile).set(tile);
      word(record, productSegment.panels).set(panels);
      code.while(() => code.get(panels), oneTile);
      code.get(done).get(rest).op('i32.add').set(done);
    });
    add(record, 4 * productSegment.words);
    add(fromSegment, 1);
  });
  return encodeModule(code, memory);
}
