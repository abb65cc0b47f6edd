/**
 * Matrix operations in C, which emitted files define if they need them: the same as `targets/loops/routines/`, bit for bit if the compiler keeps IEEE
 * arithmetic. Matrices are row-major; working memory is part of that of the step. Knows no step.
 */
import { bytesOf, type DType } from '../../plan/dtype.ts';
import { typeOf, type Helper } from '../../targets/loops/c/source.ts';
import { eigenvectors, inverseRoot, narrowed, orthonormal, reflections, symmetricEigen, widened } from './decompositions.ts';

/** Memory for arrays of a step: pieces of what the caller has given, and how many bytes they come to. */
const memory: Readonly<Record<string, Helper>> = {
  bytes: {
    text: `/* Bytes of \`count\` elements of \`size\` bytes, whole doubles. */
static inline size_t bytes(size_t count, size_t size) { return (count * size + 7) / 8 * 8; }`,
  },
  take: {
    needs: ['bytes'],
    text: `/* The next piece of the memory that a step works in. */
static inline void *take(void **work, size_t count, size_t size) {
  void *const here = *work;
  *work = (char *)here + bytes(count, size);
  return here;
}`,
  },
  larger_size: { text: 'static inline size_t larger_size(size_t a, size_t b) { return a > b ? a : b; }' },
};

/** A tile of so many rows and columns stays in registers, or nearly: two vectors of 64 bytes wide. */
const multiply = (dtype: DType, type: 'float' | 'double'): Helper => ({
  text: `/* c = a·b, or a·bᵀ. Each element is summed in the order of the inner index; a panel of b stays in the first cache. */
static void multiply(size_t rows, size_t inner, size_t cols, const ${type} *a, const ${type} *b, ${type} *restrict c, int transposed) {
  enum { HEIGHT = 8, WIDTH = ${String(128 / bytesOf[dtype])}, DEPTH = 256 };
  ${type} panel[DEPTH][WIDTH];
  for (size_t i = 0; i < rows * cols; i++) c[i] = 0;
  for (size_t j = 0; j < cols; j += WIDTH)
    for (size_t k = 0; k < inner; k += DEPTH) {
      const size_t width = cols - j < WIDTH ? cols - j : WIDTH, depth = inner - k < DEPTH ? inner - k : DEPTH;
      for (size_t p = 0; p < depth; p++)
        for (size_t q = 0; q < WIDTH; q++)
          panel[p][q] = q >= width ? 0 : transposed ? b[(j + q) * inner + k + p] : b[(k + p) * cols + j + q];
      for (size_t i = 0; i < rows; i += HEIGHT) {
        const ${type} *row[HEIGHT];
        ${type} tile[HEIGHT][WIDTH];
        for (size_t r = 0; r < HEIGHT; r++) {
          const size_t at = i + r < rows ? i + r : rows - 1;
          row[r] = a + at * inner + k;
          for (size_t q = 0; q < WIDTH; q++) tile[r][q] = q < width ? c[at * cols + j + q] : 0;
        }
        for (size_t p = 0; p < depth; p++)
          for (size_t r = 0; r < HEIGHT; r++)
            for (size_t q = 0; q < WIDTH; q++) tile[r][q] += row[r][p] * panel[p][q];
        for (size_t r = 0; r < HEIGHT && i + r < rows; r++)
          for (size_t q = 0; q < width; q++) c[(i + r) * cols + j + q] = tile[r][q];
      }
    }
}`,
});

const transpose = (type: 'float' | 'double'): Helper => ({
  text: `static void transpose(size_t rows, size_t cols, const ${type} *restrict a, ${type} *restrict out) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) out[j * rows + i] = a[i * cols + j];
}`,
});

const spread = (type: 'float' | 'double'): Helper => ({
  text: `/* A matrix, row or column of height × width, repeated to fill rows × cols. */
static void spread(size_t height, size_t width, size_t rows, size_t cols, const ${type} *restrict a, ${type} *restrict out) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) out[i * cols + j] = a[(height == 1 ? 0 : i * width) + (width == 1 ? 0 : j)];
}`,
});

/** One number for each row or column. */
const fold = (type: string, name: string, about: string, ofRows: boolean, start: string, add: string, needs: readonly string[]): Helper => {
  const [outer, inner] = ofRows ? ['rows', 'cols'] : ['cols', 'rows'];
  return {
    needs,
    text: `/* ${about}. */
static void ${name}(size_t rows, size_t cols, const ${type} *restrict a, ${type} *restrict out) {
  for (size_t ${ofRows ? 'i' : 'j'} = 0; ${ofRows ? 'i' : 'j'} < ${outer}; ${ofRows ? 'i' : 'j'}++) {
    double all = ${start};
    for (size_t ${ofRows ? 'j' : 'i'} = 0; ${ofRows ? 'j' : 'i'} < ${inner}; ${ofRows ? 'j' : 'i'}++) ${add};
    out[${ofRows ? 'i' : 'j'}] = ${narrowed(type, 'all')};
  }
}`,
  };
};

const element = 'a[i * cols + j]';

const newtonSchulz = (type: 'float' | 'double'): Helper => ({
  needs: ['multiply', 'transpose', 'take'],
  text: `static inline size_t newton_schulz_work(size_t rows, size_t cols) {
  const size_t n = rows < cols ? rows : cols;
  return 2 * bytes(n * n, sizeof(${type})) + bytes(rows * cols, sizeof(${type}));
}

/* Brings the singular values of g near 1: x = a·x + (b·A + c·A²)·x with A = x·xᵀ, in so many steps from g / max(‖g‖, eps). */
static void newton_schulz(size_t rows, size_t cols, const ${type} *g, ${type} *out, double a, double b, double c, double steps, double eps, void *work) {
  const int tall = rows > cols;
  const size_t n = tall ? cols : rows, m = tall ? rows : cols;
  ${type} *const A = take(&work, n * n, sizeof(${type})), *const square = take(&work, n * n, sizeof(${type}));
  ${type} *const product = take(&work, n * m, sizeof(${type})), *const x = tall ? product : out, *const y = tall ? out : product;
  double squares = 0;
  if (tall) transpose(rows, cols, g, x);
  else memcpy(x, g, n * m * sizeof(${type}));
  for (size_t i = 0; i < n * m; i++) squares += ${widened(type)}x[i] * x[i];
  const double norm = sqrt(squares) < eps ? eps : sqrt(squares);
  for (size_t i = 0; i < n * m; i++) x[i] = ${narrowed(type, 'x[i] / norm')};
  for (int step = 0; step < steps && step < 1000; step++) {
    multiply(n, m, n, x, x, A, 1);
    multiply(n, n, n, A, A, square, 0);
    for (size_t i = 0; i < n * n; i++) A[i] = ${narrowed(type, 'b * A[i] + c * square[i]')};
    multiply(n, n, m, A, x, y, 0);
    for (size_t i = 0; i < n * m; i++) x[i] = ${narrowed(type, 'a * x[i] + y[i]')};
  }
  if (tall) transpose(n, m, x, out);
}`,
});

/** The helpers by name. An exact file has the library's own power. */
export function matrixHelpers(dtype: DType, exact: boolean): Readonly<Record<string, Helper>> {
  const type = typeOf[dtype];
  return {
    ...memory,
    multiply: multiply(dtype, type),
    transpose: transpose(type),
    spread: spread(type),
    row_sums: fold(type, 'row_sums', 'The sum of each row', true, '0', `all += ${element}`, []),
    column_sums: fold(type, 'column_sums', 'The sum of each column', false, '0', `all += ${element}`, []),
    row_maxima: fold(type, 'row_maxima', 'The largest element of each row', true, '-INFINITY', `all = larger(all, ${element})`, ['larger']),
    column_maxima: fold(type, 'column_maxima', 'The largest element of each column', false, '-INFINITY', `all = larger(all, ${element})`, ['larger']),
    newton_schulz: newtonSchulz(type),
    reflections,
    symmetric_eigen: symmetricEigen(type),
    eigenvectors: eigenvectors(type),
    inverse_root: inverseRoot(type, exact ? 'own_pow' : 'pow'),
    orthonormal: orthonormal(type),
  }; // prettier-ignore
}
