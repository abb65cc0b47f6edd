/** The optimizers whose files lie in `fixtures/`, as they were when these were written. Equations of their own, since the library's may be mended. */
import { optimizer, rows, schedule, sparse, tensor } from 'thalweg';

const everyKind = optimizer({
  name: 'kinds',
  hyper: { lr: ['η', 0.1], beta: ['β', 0.9], limit: ['c', 2] },
  inputs: { loss: ['L', 'scalar'] },
  init: { x: 'w' },
  equations: `
    g = min(1, c/‖g‖_all)·g
    h ← h + 1
    a ← a + ‖g‖_all + 0.001·L
    d ← d + ‖g‖
    r ← rank ≥ 2 ? r + rowMean(g²) : r
    m ← β·m + (1 − β)·g
    x ← x − η·m/(1 + h + a + d)
    w ← x − η·(rank ≥ 2 ? m/(1 + r) : m)`,
});

const oneState = optimizer({ name: 'heavy', hyper: { lr: ['η', 0.1] }, equations: 'm ← 0.9·m + g; w ← w − η·m' });

/** All that a file can hold: a schedule, a mean of accumulated gradients and losses, a loss scale, a parameter frozen, one added, one removed. */
export async function everything() {
  const opt = await everyKind({ lr: schedule('a/√t', { a: 0.5 }) }).init(
    { 'layer/W': tensor([2, 3]), b: Float32Array.of(1, 2), gone: Float32Array.of(5) },
    { accumulate: 3, lossScale: {} },
  );
  for (let i = 0; i < 6; i++) {
    opt.step({ 'layer/W': Float32Array.of(1, 2, 3, 4, -5, i), b: Float32Array.of(1, i), gone: Float32Array.of(i) }, { loss: 3 + i });
  }
  opt.remove('gone');
  const more = opt.add({ late: Float32Array.of(7) });
  more.freeze('b');
  return more;
}

/** States of two bytes and of one. */
export const coded = (state: 'bfloat16' | 'float8') =>
  oneState().init({ W: Float32Array.from({ length: 70 }, (_, i) => i / 7) }, { state });

/** A table of rows beside a parameter in float64. */
export const table = () => oneState({ lr: 0.01 }).init({ E: sparse([5, 2], { dtype: 'float64' }), w: Float64Array.of(1, -0) });

/** Steps by which the files came to be, and one goes on. */
export function train(opt: Awaited<ReturnType<typeof everything>>, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    opt.grads['layer/W'].set([i, -1, 2 / (1 + i), 0, 1e-3, -i]);
    opt.grads.late.fill(2 - i);
    opt.step(undefined, { loss: i });
  }
}

export const tableRows = (i: number) => ({ E: rows([1, 4, 1], Float64Array.of(1, 2, 3, i, 5, 6)), w: Float64Array.of(i, 1 / 3) });
