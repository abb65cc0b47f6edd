/**
 * Products of matrices to WebAssembly SIMD: tiles of 4 rows × 2 vectors whose sums stay in registers, over packed panels. Each element is
 * summed in the order of the inner index, every product and sum rounded, as `routines/matmul.ts` does it: the same bits. Pure: bytes out.
 *
 * The function is `run(a, b, c, bEnd, cEnd)`: byte addresses of the packed rows, of one packed panel of columns, and of the tiles.
 */
import { Code } from '../assembler/code.ts';
import { encodeModule, type MemoryKind } from '../assembler/module.ts';
import { bytesOf, type DType } from '../plan/dtype.ts';

/** Rows of a tile. */
export const tileRows = 4;

const vectorBytes = 16;
const vectors = 2;

/** Columns of a tile. */
export function tileColumns(dtype: DType): number {
  return (vectors * vectorBytes) / bytesOf[dtype];
}

const [aAt, bAt, cAt, bEnd, cEnd] = [0, 1, 2, 3, 4];

/** The module for one element type. */
export function matmulModule(dtype: DType, memory: MemoryKind): Uint8Array<ArrayBuffer> {
  const wide = dtype === 'float64';
  const code = new Code(5);
  const [pa, pb, pc] = [code.local('i32'), code.local('i32'), code.local('i32')];
  const sums = Array.from({ length: tileRows }, () => Array.from({ length: vectors }, () => code.local('v128')));
  const columns = Array.from({ length: vectors }, () => code.local('v128'));
  const value = code.local('v128');
  const advance = (pointer: number, bytes: number): Code => code.get(pointer).i32(bytes).op('i32.add').set(pointer);
  const inner = (): void => {
    columns.forEach((column, j) =>
      code
        .get(pb)
        .load('v128.load', j * vectorBytes)
        .set(column),
    );
    sums.forEach((row, i) => {
      code
        .get(pa)
        .load(wide ? 'v128.load64_splat' : 'v128.load32_splat', i * bytesOf[dtype])
        .set(value);
      row.forEach((sum, j) => {
        code
          .get(sum)
          .get(value)
          .get(columns[j] ?? 0);
        code.op(wide ? 'f64x2.mul' : 'f32x4.mul', wide ? 'f64x2.add' : 'f32x4.add').set(sum);
      });
    });
    advance(pb, vectors * vectorBytes);
    advance(pa, tileRows * bytesOf[dtype]);
  };
  code.get(aAt).set(pa).get(cAt).set(pc);
  code.while(
    () => code.get(pc).get(cEnd).op('i32.lt_u'),
    () => {
      for (const sum of sums.flat()) (wide ? code.f64x2(0) : code.f32x4(0)).set(sum);
      code.get(bAt).set(pb);
      code.while(() => code.get(pb).get(bEnd).op('i32.lt_u'), inner);
      sums.flat().forEach((sum, i) =>
        code
          .get(pc)
          .get(sum)
          .store('v128.store', i * vectorBytes),
      );
      advance(pc, tileRows * vectors * vectorBytes);
    },
  );
  return encodeModule(5, code, memory);
}
