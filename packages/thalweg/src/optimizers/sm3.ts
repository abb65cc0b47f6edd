import { optimizer } from '../define/builtin.ts';

/**
 * SM3 (Anil et al. 2019, arXiv:1901.11150, algorithm SM3-II): AdaGrad that stores one number per row and one per column of a matrix, and takes the smaller
 * of the two as the sum of squares: rows + cols numbers instead of rows·cols. Tensors of more than two dimensions are flattened to matrices, keeping the
 * first dimension; vectors keep all sums.
 *
 * a = min(r, c) + g², r ← the largest a of each row, c ← of each column, m ← β·m + (1 − β)·g/√(a + ε), w ← w − η·m; 0/0 is 0.
 *
 * @remarks When AdaGrad's sums do not fit into memory, as for large embeddings: for a matrix it stores one number per row and one per column.
 * @see {@link adagrad}, {@link adafactor}
 * @param options - `lr` η, `momentum` β, `eps` ε
 * @example
 * ```ts
 * import { sm3 } from 'thalweg';
 * sm3({ lr: 0.1 });
 * ```
 */
export const sm3 = optimizer({
  name: 'sm3',
  hyper: { lr: ['η', 0.1], momentum: ['β', 0.9, '[0, 1)'], eps: ['ε', 1e-30] },
  equations: `
    a = (rank ≥ 2 ? min(r, c) : v) + g²
    r ← rank ≥ 2 ? rowMax(a) : r
    c ← rank ≥ 2 ? colMax(a) : c
    v ← rank ≥ 2 ? v : a
    m ← β·m + (1 − β)·(a > 0 ? g / √(a + ε) : 0)
    w ← w − η·m
  `,
});
