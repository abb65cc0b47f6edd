/** Makes the traces of the rows whose oracle is TF.js, which computes in float32: `node --conditions=source conformance/tfjs.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { gradient, weight } from './stream.ts';
import { table, tensorsOf, type Case } from './table.ts';

/** The numbers that a word stands for, as in stream.py. */
const halves = (t: number): number => 0.02 * 2 ** -(t % 5);

/** SGD keeps a tensor of its rate, and has a function to change it; the others read theirs at each step. */
function setRate(optimizer: tf.Optimizer, rate: number): void {
  if (optimizer instanceof tf.SGDOptimizer) optimizer.setLearningRate(rate);
  else Reflect.set(optimizer, 'learningRate', rate);
}

function trace(row: Case): object {
  const [, name, args] = row.oracle;
  if (!Array.isArray(args)) throw new Error(`${row.id}: the oracle needs its arguments as a list`);
  const tensors = tensorsOf(row).map((one) => ({ ...one, size: one.shape.reduce((product, size) => product * size, 1) }));
  const variables = tensors.map(({ name: called, shape, size, first }) =>
    tf.variable(
      tf.tensor(
        Float32Array.from({ length: size }, (_, i) => weight(first + i)),
        [...shape],
      ),
      true,
      `${row.id}/${called}`,
    ),
  );
  const make: unknown = Reflect.get(tf.train, name);
  if (typeof make !== 'function') throw new Error(`TF.js has no optimizer ${name}`);
  const optimizer = (make as (...args: readonly unknown[]) => tf.Optimizer)(
    ...args.map((one: unknown) => (one === 'halves' ? halves(1) : one)),
  );
  const flat = (): number[] => variables.flatMap((variable) => [...variable.dataSync()]);
  let before = tensors.flatMap(({ size, first }) => Array.from({ length: size }, (_, i) => weight(first + i)));
  const travelled = before.map(() => 0);
  const steps: object[] = [];
  for (let t = 1; t <= table.steps; t++) {
    if (args[0] === 'halves') setRate(optimizer, halves(t));
    const gradients = tensors.map(({ name: called, shape, size, first }) => {
      const values = Float32Array.from({ length: size }, (_, i) => gradient(t, first + i, row.stream));
      return [`${row.id}/${called}`, tf.tensor(values, [...shape])] as const;
    });
    optimizer.applyGradients(Object.fromEntries(gradients));
    for (const [, one] of gradients) one.dispose();
    const now = flat();
    now.forEach((w, i) => (travelled[i]! += Math.abs(w - before[i]!)));
    before = now;
    if (table.recorded.includes(t)) steps.push({ t, w: now, travelled: [...travelled] });
  }
  const made = Object.fromEntries(Object.entries({ oracle: row.oracle, stream: row.stream }).filter(([, one]) => one !== undefined));
  return { versions: { 'tfjs-core': tf.version_core }, made, elements: before.map((_, i) => i), steps };
}

await tf.setBackend('cpu');
for (const row of table.cases.filter(({ oracle: [kind] }) => kind === 'tfjs'))
  writeFileSync(join(import.meta.dirname, 'traces', `${row.id}.json`), `${JSON.stringify(trace(row))}\n`);
