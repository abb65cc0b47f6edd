/**
 * The Newton–Schulz iteration of Muon (Jordan 2024; the coefficients by You): X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, from X = G/max(‖G‖, ε),
 * which drives the singular values of X towards 1. A tall matrix is transposed first, so that A is the smaller of the two.
 */
import { transposed } from './matmul.ts';
import { like, operandOf, scalarOf, type Routine } from './routine.ts';

/** More steps than anyone takes: a number that went astray must not keep a step from ending. */
const mostSteps = 1000;

/** newtonSchulz(G, a, b, c, steps, ε). */
export const newtonSchulz: Routine = (job) => {
  const { multiply } = job;
  const g = operandOf(job);
  const [a, b, c, steps, eps] = [0, 1, 2, 3, 4].map((i) => scalarOf(job, i)) as [number, number, number, number, number];
  const tall = g.rows > g.cols;
  const x = tall ? transposed(g) : { ...g, data: g.data.slice() };
  let squares = 0;
  for (const value of x.data) squares += value * value;
  const norm = Math.max(Math.sqrt(squares), eps);
  for (let i = 0; i < x.data.length; i++) x.data[i]! /= norm;
  const gram = like(x, x.rows, x.rows);
  const square = like(x, x.rows, x.rows);
  const product = like(x, x.rows, x.cols);
  for (let step = 0; step < Math.min(steps, mostSteps); step++) {
    multiply(x, x, gram, true);
    multiply(gram, gram, square);
    for (let i = 0; i < gram.data.length; i++) gram.data[i] = b * gram.data[i]! + c * square.data[i]!;
    multiply(gram, x, product);
    for (let i = 0; i < x.data.length; i++) x.data[i] = a * x.data[i]! + product.data[i]!;
  }
  job.result.data.set(tall ? transposed(x).data : x.data);
};
