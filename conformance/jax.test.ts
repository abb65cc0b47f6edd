/**
 * The table in jax-js's arrays: every method that jax-js can carry follows `reference`, which is in float64, over 40 steps of its row's stream, within the
 * row's bound for float32; every other is refused, by name and with the reason. One row for each set of equations and stream.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { init, numpy as np, tree } from '@jax-js/jax';
import { OptionError, UnsupportedError, type Method } from 'thalweg';
import { gradientTransformation, type GradientTransformation, type JaxInputs } from 'thalweg/jax';
import { SideBySide, start } from './measure.ts';
import { gradient, loss, weight } from './stream.ts';
import { factories, methodOf, table, tensorsOf, type Case } from './table.ts';

await init();

const steps = 40;
type Arrays = Record<string, np.Array>;

/** Rows with other equations, stream or tensors; ascent is asked of `init`, which the pure form has not. */
const rows = [
  ...new Map(
    table.cases
      .filter(({ maximize, read }) => maximize !== true && read === undefined)
      .map((row) => [[methodOf({ ...row, from: 0 }).equations, row.stream, row.tensors, refusal(methodOf(row)) === undefined].join(), row]),
  ).values(),
];

/** Why jax-js cannot carry a method, if it cannot. */
function refusal(method: Method): string | undefined {
  try {
    gradientTransformation(method);
    return undefined;
  } catch (error) {
    if (error instanceof OptionError || error instanceof UnsupportedError) return error.message;
    throw error;
  }
}

/** Arrays for the tensors of a row, by the number and the tensor of each element. */
function arrays(row: Case, value: (element: number, name: string) => number): Arrays {
  return Object.fromEntries(
    tensorsOf(row).map(({ name, shape, first }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const values = Float32Array.from({ length }, (_, i) => value(first + i, name));
      return [name, length === 0 ? np.zeros([...shape]) : np.array(values).reshape([...shape])] as const;
    }),
  );
}

/** The largest |jax − reference| / max(|w|, Σ|Δw|) over all elements and steps. */
async function disagreement(row: Case, method: Method, form: GradientTransformation): Promise<number> {
  const reference = await start(row, 'reference', true);
  let params = arrays(row, (i, name) => (row.zeros?.includes(name) === true ? 0 : weight(i)));
  let state = form.init(tree.ref(params));
  const names = tensorsOf(row).map(({ name }) => name);
  const read = (): number[] => names.flatMap((name) => [...reference.opt.params[name]!]);
  const both = new SideBySide(read());
  for (let t = 1; t <= steps; t++) {
    const g = (power: number): Arrays => arrays(row, (i) => Math.fround(gradient(t, i, row.stream)) ** power);
    const inputs: JaxInputs = method.inputs.includes('hessian') ? { hessian: g(2) } : method.inputs.includes('loss') ? { loss: loss(t) } : {}; // prettier-ignore
    [params, state] = form.step(params, g(1), state, inputs);
    reference.step();
    both.compare(
      read(),
      names.flatMap((name) => [...params[name]!.ref.dataSync()]),
    );
  }
  reference.opt.dispose();
  tree.dispose(params);
  tree.dispose(state);
  return both.worst;
}

const carried = new Set<string>();
for (const row of rows) {
  const method = methodOf(row);
  const refused = refusal(method);
  if (refused !== undefined) {
    test(`${row.id} is refused with the reason`, () => {
      assert.match(refused, /plain function.*object form|noise|QR/);
    });
    continue;
  }
  for (const { name } of method.parts) carried.add(name);
  test(`${row.id} in jax-js follows reference`, async () => {
    const measured = await disagreement(row, method, gradientTransformation(method));
    const bound = row.float32 ?? table.float32;
    assert.ok(measured <= bound, `off by ${String(measured)}, more than ${String(bound)}`);
  });
}

test('what jax-js cannot carry is known', () => {
  assert.deepEqual([...factories.keys()].filter((name) => !carried.has(name)), ['noisySgd', 'soap']); // prettier-ignore
});
