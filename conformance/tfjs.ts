/**
 * Makes the traces of the rows whose oracle is TF.js, which computes in float32. In a folder where `@tensorflow/tfjs-core@4.22.0` and
 * `@tensorflow/tfjs-backend-cpu@4.22.0` are installed: `node --conditions=source …/conformance/tfjs.ts`.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gradient, weight } from './stream.ts';
import { table, tensorsOf, type Case } from './table.ts';

interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}
interface Trainer {
  learningRate: number;
  setLearningRate?(rate: number): void;
  applyGradients(gradients: object): void;
}
/** What is used of TF.js. */
interface Tf {
  readonly version_core: string;
  readonly train: Readonly<Record<string, (...args: readonly unknown[]) => Trainer>>;
  tensor(values: Float32Array, shape: readonly number[]): TfTensor;
  variable(first: TfTensor, trainable: boolean, name: string): TfTensor;
  setBackend(name: string): Promise<boolean>;
}
const require = createRequire(join(process.cwd(), 'package.json'));
const tf = require('@tensorflow/tfjs-core') as Tf;
require('@tensorflow/tfjs-backend-cpu');

/** The numbers that a word stands for, as in stream.py. */
const halves = (t: number): number => 0.02 * 2 ** -(t % 5);

/** SGD keeps a tensor of its rate, and has a function to change it; the others read theirs at each step. */
function setRate(optimizer: Trainer, rate: number): void {
  if (optimizer.setLearningRate === undefined) optimizer.learningRate = rate;
  else optimizer.setLearningRate(rate);
}

function trace(row: Case): object {
  const [, name, args] = row.oracle;
  if (!Array.isArray(args)) throw new Error(`${row.id}: the oracle needs its arguments as a list`);
  const tensors = tensorsOf(row).map((one) => ({ ...one, size: one.shape.reduce((product, size) => product * size, 1) }));
  const variables = tensors.map(({ name: called, shape, size, first }) =>
    tf.variable(
      tf.tensor(
        Float32Array.from({ length: size }, (_, i) => weight(first + i)),
        shape,
      ),
      true,
      `${row.id}/${called}`,
    ),
  );
  const optimizer = tf.train[name]?.(...args.map((one: unknown) => (one === 'halves' ? halves(1) : one)));
  if (optimizer === undefined) throw new Error(`TF.js has no optimizer ${name}`);
  const flat = (): number[] => variables.flatMap((variable) => [...variable.dataSync()]);
  let before = tensors.flatMap(({ size, first }) => Array.from({ length: size }, (_, i) => weight(first + i)));
  const travelled = before.map(() => 0);
  const steps: object[] = [];
  for (let t = 1; t <= table.steps; t++) {
    if (args[0] === 'halves') setRate(optimizer, halves(t));
    const gradients = tensors.map(({ name: called, shape, size, first }) => {
      const values = Float32Array.from({ length: size }, (_, i) => gradient(t, first + i, row.stream));
      return [`${row.id}/${called}`, tf.tensor(values, shape)] as const;
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
