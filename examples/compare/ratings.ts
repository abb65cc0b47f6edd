/**
 * Embeddings with sparse gradients: predicts a reader's rating of a book as the inner product of two vectors. A step changes only the rows of the readers and books
 * in its batch. `thalweg compare examples/compare/ratings.ts --optimizers sgd,adagrad,adam`. The ratings are synthetic: inner products of vectors of size 3, plus noise.
 */
import { defineProblem, normal, random, type Arrays } from '@thalweg/compare';
import { rows, sparse } from 'thalweg';

const [readers, books, width, batchSize] = [4000, 1000, 4, 128];

/** Draws a reader and a book, some books more often than others, and the rating. */
function drawn(next: () => number): { reader: number; book: number; rating: number } {
  const [reader, book] = [Math.floor(readers * next()), Math.floor(books * next() ** 3)];
  const [own, other] = [random(reader, 1), random(book, 2)];
  let rating = 0.3 * normal(next);
  for (let k = 0; k < 3; k++) rating += normal(own) * normal(other);
  return { reader, book, rating };
}

const pairs = (count: number, ...seeds: number[]): ReturnType<typeof drawn>[] => {
  const next = random(...seeds);
  return Array.from({ length: count }, () => drawn(next));
};
const held = { validation: pairs(4000, 3), test: pairs(4000, 4) };

function missed({ U, V }: Arrays, { reader, book, rating }: ReturnType<typeof drawn>): number {
  let sum = -rating;
  for (let k = 0; k < width; k++) sum += U![reader * width + k]! * V![book * width + k]!;
  return sum;
}

export default defineProblem({
  id: 'ratings',
  title: 'Ratings: embeddings of readers and books',
  description: `Ratings of ${String(books)} books by ${String(readers)} readers, predicted with embeddings of size ${String(width)}; batches of ${String(batchSize)} ratings.`,
  steps: { quick: 1500, standard: 4000, thorough: 10_000 },
  batchSize,
  tuningMetric: { name: 'validation error', lowerIsBetter: true, unit: '' },
  testMetric: { name: 'test error', lowerIsBetter: true, unit: '' },
  target: 1,
  sparse: true,
  load: () => ({
    start(seed) {
      const next = random(seed, 5);
      const values = (height: number): Float32Array => Float32Array.from({ length: height * width }, () => 0.3 * normal(next));
      return { U: sparse([readers, width], { values: values(readers) }), V: sparse([books, width], { values: values(books) }) };
    },
    gradient({ U, V }, _, seed, step) {
      const batch = pairs(batchSize, seed, step, 6);
      const [gU, gV] = [new Float32Array(batchSize * width), new Float32Array(batchSize * width)];
      let loss = 0;
      batch.forEach((pair, i) => {
        const error = missed({ U, V }, pair);
        loss += error ** 2 / batchSize;
        for (let k = 0; k < width; k++) {
          gU[i * width + k] = (2 * error * V[pair.book * width + k]!) / batchSize;
          gV[i * width + k] = (2 * error * U[pair.reader * width + k]!) / batchSize;
        }
      });
      // If a reader or book occurs twice in a batch, its index is passed twice and its gradients are added.
      const [who, what] = [batch.map(({ reader }) => reader), batch.map(({ book }) => book)];
      return { loss, rows: { U: rows(who, gU), V: rows(what, gV) } };
    },
    evaluate: (params, split) => Math.sqrt(held[split].reduce((sum, pair) => sum + missed(params, pair) ** 2, 0) / held[split].length),
  }),
});
