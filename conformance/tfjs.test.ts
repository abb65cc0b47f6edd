/**
 * The table in TF.js's operations: every method that they can carry follows `reference`, which is in float64, over 40 steps of its row's stream, within the
 * row's bound for float32; every other is refused, by name and with the reason. One row for each set of equations and stream.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { UnsupportedError, type Method } from 'thalweg';
import { tfjsOptimizer, type TfjsInputs } from 'thalweg/tfjs';
import { SideBySide, start } from './measure.ts';
import { gradient, loss, weight } from './stream.ts';
import { factories, methodOf, table, tensorsOf, type Case } from './table.ts';

const steps = 40;

/** Rows with other equations, stream or tensors. */
const rows = [
  ...new Map(
    table.cases
      .filter(({ read }) => read === undefined)
      .map((row) => [[methodOf({ ...row, from: 0 }).equations, row.stream, row.tensors, row.maximize].join(), row]),
  ).values(),
];

/** Tensors for those of a row, by the number of each element. */
function tensors(row: Case, value: (element: number, name: string) => number): Record<string, tf.Tensor> {
  return Object.fromEntries(
    tensorsOf(row).map(({ name, shape, first }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [
        name,
        tf.tensor(
          Float32Array.from({ length }, (_, i) => value(first + i, name)),
          [...shape],
          'float32',
        ),
      ] as const;
    }),
  );
}

/** The largest |tfjs − reference| / max(|w|, Σ|Δw|) over all elements and steps. */
async function disagreement(row: Case, method: Method): Promise<number> {
  const reference = await start(row, 'reference', true);
  const first = tensors(row, (i, name) => (row.zeros?.includes(name) === true ? 0 : weight(i)));
  const variables = Object.entries(first).map(([name, values]) => tf.variable(values, true, name));
  tf.dispose(first);
  const opt = tfjsOptimizer(method, { engine: 'ops', maximize: row.maximize === true });
  const names = tensorsOf(row).map(({ name }) => name);
  const read = (): number[] => names.flatMap((name) => [...reference.opt.params[name]!]);
  const both = new SideBySide(read());
  for (let t = 1; t <= steps; t++) {
    const g = (power: number): Record<string, tf.Tensor> => tensors(row, (i) => Math.fround(gradient(t, i, row.stream)) ** power);
    const inputs: TfjsInputs = method.inputs.includes('hessian') ? { hessian: g(2) } : method.inputs.includes('loss') ? { loss: loss(t) } : {}; // prettier-ignore
    const given = g(1);
    opt.applyGradients(given, inputs);
    tf.dispose([given, inputs['hessian']]);
    reference.step();
    both.compare(
      read(),
      variables.flatMap((one) => [...one.dataSync()]),
    );
  }
  reference.opt.dispose();
  opt.dispose();
  tf.disposeVariables();
  return both.worst;
}

const carried = new Set<string>();
const refused = new Map<string, string>();
for (const row of rows) {
  test(`${row.id} in TF.js's operations follows reference, or is refused`, async () => {
    await tf.setBackend('cpu');
    const method = methodOf(row);
    const before = tf.memory().numTensors;
    let measured: number;
    try {
      measured = await disagreement(row, method);
    } catch (error) {
      tf.disposeVariables();
      if (!(error instanceof UnsupportedError)) throw error;
      assert.match(error.message, /its equations have (noise|inverseRoot|eigenvectors|orthonormal), for which TF\.js has no operation/);
      for (const { name } of method.parts) refused.set(name, error.message);
      return;
    }
    for (const { name } of method.parts) carried.add(name);
    const bound = row.float32 ?? table.float32;
    assert.ok(measured <= bound, `off by ${String(measured)}, more than ${String(bound)}`);
    assert.equal(tf.memory().numTensors, before, 'every state is disposed of');
  });
}

test('what TF.js cannot carry is known', () => {
  assert.deepEqual([...factories.keys()].filter((name) => !carried.has(name)), ['noisySgd', 'shampoo', 'soap']); // prettier-ignore
});
