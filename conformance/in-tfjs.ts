/** A row of the table in TF.js's operations, beside `reference`, on the backend that TF.js has: in Node, and in a page. */
import * as tf from '@tensorflow/tfjs-core';
import { UnsupportedError } from 'thalweg';
import { tfjsOptimizer, type TfjsInputs } from 'thalweg/tfjs';
import { steps, type Followed } from './in-framework.ts';
import { begin, SideBySide } from './measure.ts';
import { gradient, loss, weight } from './stream.ts';
import { methodOf, table, tensorsOf, type Case } from './table.ts';

/** Rows with other equations, stream or tensors. */
export const tfjsRows: readonly Case[] = [
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

/** Trains a row; `read` says after which steps weights are read. */
export async function followInTfjs(row: Case, read: (t: number) => boolean): Promise<Followed> {
  const method = methodOf(row);
  const before = tf.memory().numTensors;
  const reference = await begin(row, 'reference', true);
  const first = tensors(row, (i, name) => (row.zeros?.includes(name) === true ? 0 : weight(i)));
  const variables = Object.entries(first).map(([name, values]) => tf.variable(values, true, name));
  tf.dispose(first);
  const opt = tfjsOptimizer(method, { engine: 'ops', maximize: row.maximize === true });
  const expected = (): number[] => tensorsOf(row).flatMap(({ name }) => [...reference.opt.params[name]!]);
  const both = new SideBySide(expected());
  try {
    for (let t = 1; t <= steps; t++) {
      const g = (power: number): Record<string, tf.Tensor> => tensors(row, (i) => Math.fround(gradient(t, i, row.stream)) ** power);
      const inputs: TfjsInputs = method.inputs.includes('hessian') ? { hessian: g(2) } : method.inputs.includes('loss') ? { loss: loss(t) } : {}; // prettier-ignore
      const given = g(1);
      try {
        opt.applyGradients(given, inputs);
      } finally {
        tf.dispose([given, inputs['hessian']]);
      }
      reference.step();
      const actual = read(t) ? (await Promise.all(variables.map((one) => one.data()))).flatMap((values) => [...values]) : undefined;
      both.compare(expected(), actual);
    }
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return { refused: error.message };
  } finally {
    reference.opt.dispose();
    opt.dispose();
    tf.disposeVariables();
  }
  return { off: both.worst, left: tf.memory().numTensors - before };
}
