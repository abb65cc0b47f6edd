/**
 * Products of matrices in C: tiles whose sums stay in registers, over packed panels, in blocks of the inner index. As `../wasm/matmul.ts` does it, each element
 * is summed in the order of the inner index, every product and sum rounded: the same bits. It is called as that is too, on words of 4 bytes; what differs is
 * the size of a tile, which is made of as many vectors as the processor has registers for. Pure: text out.
 */
import { bytesOf, type DType } from '../../../plan/dtype.ts';
import { productArgument, productSegment } from '../wasm/matmul.ts';
import { typeOf } from './source.ts';
import { entryCall, preamble } from './unit.ts';

/** Rows of a tile. */
export const nativeTileRows = 8;

/** Columns of a tile: two vectors of 64 bytes. */
export function nativeTileColumns(dtype: DType): number {
  return 128 / bytesOf[dtype];
}

/** Indices of a block: the columns of a tile fill 32 KiB, which stay in the first cache. */
const block = 256;

/** A part of a tile of so many rows and two vectors, whose sums are in registers. */
function part(rows: number): string {
  const each = (write: (i: number, j: number) => string): string =>
    Array.from({ length: rows }, (_, i) => [0, 1].map((j) => write(i, j)).join(' ')).join('\n  ');
  return `static void part(size_t inner, const number *a, const number *b, number *c) {
  ${each((i, j) => `vector s${String(i)}${String(j)} = *(const vector *)(c + ${String(i)} * COLUMNS + ${String(j)} * LANES);`)}
  for (size_t k = 0; k < inner; k++, a += ROWS, b += COLUMNS) {
    const vector b0 = *(const vector *)b, b1 = *(const vector *)(b + LANES);
    ${each((i, j) => `s${String(i)}${String(j)} += a[${String(i)}] * b${String(j)};`)}
  }
  ${each((i, j) => `*(vector *)(c + ${String(i)} * COLUMNS + ${String(j)} * LANES) = s${String(i)}${String(j)};`)}
}`;
}

/** The file for one element type. */
export function productToC(dtype: DType): string {
  const word = (index: number): string => String(index);
  return `${preamble}

typedef ${typeOf[dtype]} number;
enum { ROWS = ${String(nativeTileRows)}, COLUMNS = ${String(nativeTileColumns(dtype))}, BLOCK = ${String(block)} };

/* As many rows at a time as there are registers for. */
#if defined(__AVX512F__)
enum { VECTOR = 64, AT_ONCE = 8 };
#elif defined(__AVX__)
enum { VECTOR = 32, AT_ONCE = 4 };
#else
enum { VECTOR = 16, AT_ONCE = 4 };
#endif
enum { LANES = VECTOR / sizeof(number) };
typedef number vector __attribute__((vector_size(VECTOR), aligned(${String(bytesOf[dtype])}), may_alias));

#if defined(__AVX512F__)
${part(8)}
#else
${part(4)}
#endif

static void tile(size_t inner, const number *a, const number *b, number *c) {
  for (size_t i = 0; i < ROWS; i += AT_ONCE)
    for (size_t j = 0; j < COLUMNS; j += 2 * LANES) part(inner, a + i, b + j, c + i * COLUMNS + j);
}

void run(double memory, double at, double from, double to);

void run(double memory, double at, double from, double to) {
  char *const base = (char *)(uintptr_t)memory;
  const uint32_t *const given = (const uint32_t *)(base + (uint64_t)at);
  const size_t inner = given[${word(productArgument.inner)}];
  for (size_t s = (size_t)from; s < (size_t)to; s++) {
    const uint32_t *const record = (const uint32_t *)(base + given[${word(productArgument.table)}]) + ${word(productSegment.words)} * s;
    const number *const rows = (const number *)(base + record[${word(productSegment.rows)}]);
    const number *const columns = (const number *)(base + record[${word(productSegment.columns)}]);
    number *const tiles = (number *)(base + record[${word(productSegment.tile)}]);
    for (size_t done = 0; done < inner; done += BLOCK) {
      const size_t rest = inner - done < BLOCK ? inner - done : BLOCK;
      for (size_t p = 0; p < record[${word(productSegment.panels)}]; p++)
        tile(rest, rows + (p * inner + done) * ROWS, columns + done * COLUMNS, tiles + p * ROWS * COLUMNS);
    }
  }
}

${entryCall}
`;
}
