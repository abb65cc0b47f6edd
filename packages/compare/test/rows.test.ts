/** Problems whose parameters are tables of sparse rows: what is the same as with whole gradients, who is refused, and what types say. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, mock, test } from 'node:test';
import fc from 'fast-check';
import { rows, sparse, tensor } from 'thalweg';
import { defineProblem } from '../src/check-problem.ts';
import { contestants } from '../src/contestants.ts';
import { BatchRows, wholeTable } from '../src/models/rows.ts';
import type { Model } from '../src/problem.ts';
import { problems } from '../src/registry.ts';
import { findMismatch } from '../src/run/gradient-check.ts';
import { Pool } from '../src/run/pool.ts';
import { refusedBy } from '../src/run/checks.ts';
import type { Trial } from '../src/schema.ts';
import { asArrays } from './support/gradients.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(root, 'report-test-'));
const pool = new Pool(1);
after(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

const pairs = [['glosses', 'sparse-glosses', 1], ['co-occurrences', 'sparse-co-occurrences', 0.1]] as const; // prettier-ignore

/** A trial, but for its seconds. */
async function run(problem: string, contestant: string, lr: number, steps = 60): Promise<Omit<Trial, 'seconds'>> {
  const { result } = await pool.run({ problem, contestant, schedule: 'constant', lr, seed: 7, steps });
  const { seconds, reached, ...lasting } = result;
  assert.ok(seconds.gradient > 0);
  return { ...lasting, reached: reached === null ? null : { ...reached, seconds: 0 } };
}

for (const [dense, byRows, lr] of pairs) {
  test(`${byRows}: SGD and AdaGrad, to which a row without a gradient is none, have every result that they have on ${dense}`, async () => {
    for (const id of ['sgd', 'adagrad']) assert.deepEqual(await run(byRows, id, lr), await run(dense, id, lr), id);
  });
  test(`${byRows}: a running mean of a row waits until the row comes again`, async () => {
    for (const id of ['adam', 'sgd-momentum']) {
      const [whole, lazy] = [await run(dense, id, lr), await run(byRows, id, lr)];
      assert.equal(lazy.training.values[0], whole.training.values[0], 'the first step is of the same rows');
      assert.notEqual(lazy.testLoss, whole.testLoss, id);
    }
  });
  test(`${byRows} differs from ${dense} in nothing else`, async () => {
    const [a, b] = [dense, byRows].map((id) => problems.find((one) => one.id === id)!);
    for (const field of ['steps', 'batchSize', 'tuningMetric', 'testMetric', 'testSize', 'margin', 'target'] as const)
      assert.deepEqual(a![field], b![field], field);
    const [first, other] = [await (await a!.load()).start(3), await (await b!.load()).start(3)];
    assert.deepEqual(asArrays(first), asArrays(other));
  });
}

test('rows of a batch have the sums that the whole table has, in whatever order they come', () => {
  const added = fc.array(fc.record({ row: fc.nat(9), by: fc.float({ noNaN: true, noDefaultInfinity: true }) }), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(added, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 3 }), (batches, width) => {
      const some = new BatchRows(10, width);
      for (const batch of batches) {
        const whole = wholeTable(new Float32Array(10 * width).fill(NaN), width);
        some.clear();
        for (const into of [whole, some])
          for (const { row, by } of batch) {
            const at = into.at(row);
            const { values } = into;
            for (let k = 0; k < width; k++) values[at + k]! += by * (k + 1);
          }
        const { indices, values } = some.rows();
        const found = new Float32Array(10 * width);
        [...indices].forEach((row, i) => { found.set(values.subarray(i * width, (i + 1) * width), row * width); });
        assert.deepEqual(found, whole.values);
        assert.deepEqual([...indices].toSorted(), [...new Set(batch.map(({ row }) => row))].toSorted());
      }
    }),
  );
}); // prettier-ignore

describe('who cannot train tables', () => {
  const refused = {
    lamb: /^lamb: it cannot train sparse-glosses and must be left out: W is sparse and has a norm or sum in its equations over elements without a gradient$/,
    muon: /^muon: .*W is sparse and has matrix operations/,
    lbfgs: /^lbfgs: .*W is sparse, and a line search needs the whole gradient$/,
    sam: /^sam: .*W is sparse, and wrappers of an optimizer, such as sam, do not support that$/,
    prodigy: /^prodigy: .*W is sparse and has a norm or sum/,
  };
  test('is refused with the reason, before anything is trained; the six of the guide and all others are not', async () => {
    const check = (ids: readonly string[]) => refusedBy({ problem: 'sparse-glosses', contestants: ids });
    const found = await check(['adam', ...Object.keys(refused)]);
    assert.deepEqual(found.map(({ file }) => file), Object.keys(refused)); // prettier-ignore
    for (const [i, message] of Object.values(refused).entries()) assert.match(found[i]!.message, message);
    const others = contestants.map(({ id }) => id).filter((id) => !Object.hasOwn(refused, id));
    const able = others.filter((id) => id !== 'adam-mechanic' && id !== 'polyak');
    assert.deepEqual(able, ['sgd', 'sgd-momentum', 'adagrad', 'rmsprop', 'adam', 'adamw', 'radam', 'lion']);
    assert.deepEqual(await check(able), []);
  });
  test('a problem that cannot be loaded, or ends its thread, is for its runs to tell of', async () => {
    for (const [i, load] of ["() => { throw new Error('no'); }", '() => process.exit(3)', '() => new Promise(() => {})'].entries()) {
      const file = join(folder, `unloaded-${String(i)}.ts`);
      writeFileSync(file, `export default { id: 'unloaded', steps: 20, target: 0, sparse: true, load: ${load} };`);
      assert.deepEqual(await refusedBy({ problem: file, contestants: ['lamb'] }), []);
    }
  });
  test('however long the problem takes to load, unless it is said how long it may', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const asked = { problem: 'sparse-glosses', contestants: ['lamb'] };
    const checks = [refusedBy(asked), refusedBy(asked, 3600), refusedBy(asked, 30)];
    mock.timers.tick(120_000);
    mock.timers.reset();
    assert.deepEqual((await Promise.all(checks)).map((found) => found.length), [1, 1, 0]); // prettier-ignore
  });
  test('and where it is run nevertheless, each run is one that failed, with the reason', async () => {
    const { result } = await pool.run({ problem: 'sparse-glosses', contestant: 'lamb', schedule: 'constant', lr: 0.01, seed: 1, steps: 5 });
    assert.deepEqual([result.diverged, result.training.steps.length], [true, 0]);
    assert.match(result.failure ?? '', /^lamb: W is sparse and has a norm/);
  });
});

describe('the gradient of tables is held against the loss', () => {
  /** A table of five rows of two, of which a step sees two; `of` the right gradient. */
  const model = (of: (g: number) => number): Model => ({
    start: () => ({ E: sparse([5, 2], { values: Float32Array.from({ length: 10 }, (_, i) => 1 + i / 10) }), b: tensor([1]) }),
    gradient({ E, b }, { b: gb }, seed, step) {
      const seen = [(seed + step) % 5, (seed + 2 * step + 1) % 5];
      const values = new Float32Array(4);
      let loss = 0;
      seen.forEach((row, i) => {
        for (let k = 0; k < 2; k++) {
          const x = E![2 * row + k]! + b![0]!;
          loss += x ** 3 / 3;
          values[2 * i + k] = of(x * x);
        }
      });
      gb![0] = seen.reduce((sum, row) => sum + (E![2 * row]! + b![0]!) ** 2 + (E![2 * row + 1]! + b![0]!) ** 2, 0);
      return { loss, rows: { E: rows(seen, values) } };
    },
    evaluate: () => 0,
  });
  test('one that is right raises no alarm, also where a row comes twice', async () => {
    assert.equal(await findMismatch(model((g) => g), 1), undefined); // prettier-ignore
  });
  test('one that is wrong does, and the table is named', async () => {
    assert.deepEqual((await findMismatch(model((g) => -g), 1))?.parameters, ['E']); // prettier-ignore
    assert.deepEqual((await findMismatch(model((g) => 2 * g), 1))?.parameters, ['E']); // prettier-ignore
  });
});

test('a problem with tables whose loss is in jax-js too trains them by rows, never several rates together', async () => {
  const file = join(folder, 'both.ts');
  writeFileSync(
    file,
    `import { rows, sparse } from 'thalweg';
     import { numpy as np } from '@jax-js/jax';
     const metric = { name: 'height', lowerIsBetter: true, unit: '' };
     const height = ({ E }) => E.reduce((sum, x) => sum + (x - 1) ** 2, 0);
     export default { id: 'both', steps: 20, target: 0, tuningMetric: metric, testMetric: metric, sparse: true, traced: true, load: () => ({
       start: () => ({ E: sparse([3, 1]) }),
       gradient: ({ E }, grads, seed, step) => {
         if (Object.keys(grads).length > 0) throw new Error('a table has no array of gradients');
         return { loss: height({ E }), rows: { E: rows([step % 2], Float32Array.of(2 * (E[step % 2] - 1))) } };
       },
       evaluate: height,
       traced: { loss: ({ E }) => np.sum(np.square(E.sub(1))), batch: () => [] },
     }) };`,
  );
  const rates = [0.1, 0.2];
  const { result, together } = await pool.run({ problem: file, contestant: 'sgd', schedule: 'constant', lr: 0.1, seed: 1, steps: 20, scan: true, rates });
  assert.deepEqual([together, result.failure], [undefined, undefined]);
  // The third row is never named; the two others come half as often as there are steps.
  assert.ok(Math.abs(result.testMetric! - (1 + 2 * 0.8 ** 20)) < 0.1, String(result.testMetric));
}); // prettier-ignore

test('types say what a gradient with tables returns, and that it writes none of theirs', () => {
  const metric = { name: 'loss', lowerIsBetter: true, unit: '' };
  const steps = { quick: 1, standard: 1, thorough: 1 };
  const base = { id: 'typed', title: '', description: '', steps, batchSize: null, tuningMetric: metric, testMetric: metric, target: 1, sparse: true } as const;
  const start = () => ({ E: sparse([4, 2]), b: tensor([2]) });
  const evaluate = (): number => 0;
  const slopes = rows([0], new Float32Array(2));
  defineProblem({ ...base, load: () => ({ start, evaluate, gradient: ({ E, b }, { b: gb }) => ((gb[0] = E[0]! + b[0]!), { loss: 1, rows: { E: slopes } }) }) });
  defineProblem({ ...base, load: () => ({ start, evaluate, gradient: () => Promise.resolve({ loss: 1, rows: {} }) }) });
  // @ts-expect-error Rows are missing.
  defineProblem({ ...base, load: () => ({ start, evaluate, gradient: () => 1 }) });
  // @ts-expect-error b is no table.
  defineProblem({ ...base, load: () => ({ start, evaluate, gradient: () => ({ loss: 1, rows: { b: slopes } }) }) });
  // @ts-expect-error There is no array for the gradient of a table.
  defineProblem({ ...base, load: () => ({ start, evaluate, gradient: (_, grads) => (grads.E[0] = 0, { loss: 1, rows: {} }) }) });
  // @ts-expect-error Without tables there are no rows.
  defineProblem({ ...base, load: () => ({ start: () => ({ b: tensor([2]) }), evaluate, gradient: () => ({ loss: 1, rows: {} }) }) });
  assert.equal(defineProblem({ ...base, load: () => ({ start, evaluate, gradient: () => ({ loss: 1, rows: {} }) }) }).sparse, true);
}); // prettier-ignore
