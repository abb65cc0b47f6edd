/** A row of the table in jax-js's arrays, beside `reference`, on the device that jax-js has as default: in Node, and in a page. */
import { numpy as np, tree } from '@jax-js/jax';
import { OptionError, UnsupportedError, type Method } from 'thalweg';
import { gradientTransformation, optimizer, type GradientTransformation, type JaxInputs } from 'thalweg/jax';
import { steps, type Followed } from './in-framework.ts';
import { begin, SideBySide } from './measure.ts';
import { gradient, loss, weight } from './stream.ts';
import { methodOf, table, tensorsOf, type Case } from './table.ts';

type Arrays = Record<string, np.Array>;

/** Rows with other equations, stream or tensors; ascent is asked of `init`, which operations have not. */
export const jaxRows: readonly Case[] = [
  ...new Map(
    table.cases
      .filter(({ maximize, read }) => maximize !== true && read === undefined)
      .map((row) => [
        [methodOf({ ...row, from: 0 }).equations, row.stream, row.tensors, pureForm(methodOf(row)) !== undefined].join(),
        row,
      ]),
  ).values(),
];

/** The pure form of a method; undefined where jax-js cannot carry it or has a plain function to call. */
export function pureForm(method: Method): GradientTransformation | undefined {
  try {
    return gradientTransformation(method);
  } catch (error) {
    if (error instanceof OptionError || error instanceof UnsupportedError) return undefined;
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

/** A method's steps in jax-js's operations: pure, or where it has a plain function, which is called before each step, of the optimizer that holds its state. */
async function stepping(
  method: Method,
  first: Arrays,
): Promise<{ step: (g: Arrays, inputs: JaxInputs) => Promise<Arrays>; dispose: () => void }> {
  const form = pureForm(method);
  if (form === undefined) {
    const opt = await optimizer(method).init(first, { engine: 'ops' });
    let params: Arrays = {};
    return {
      step: async (g, inputs) => {
        tree.dispose(params);
        return (params = await opt.step(g, inputs));
      },
      dispose: () => {
        tree.dispose(params);
        opt.dispose();
      },
    };
  }
  let [params, state] = [first, form.init(tree.ref(first))];
  return {
    step: (g, inputs) => {
      [params, state] = form.step(params, g, state, inputs);
      return Promise.resolve(params);
    },
    dispose: () => {
      tree.dispose(params);
      tree.dispose(state);
      form.dispose();
    },
  };
}

/** Trains a row; `read` says after which steps weights are read. */
export async function followInJax(row: Case, read: (t: number) => boolean): Promise<Followed> {
  const method = methodOf(row);
  const first = arrays(row, (i, name) => (row.zeros?.includes(name) === true ? 0 : weight(i)));
  let running: Awaited<ReturnType<typeof stepping>>;
  try {
    running = await stepping(method, first);
  } catch (error) {
    tree.dispose(first);
    if (error instanceof UnsupportedError) return { refused: error.message };
    throw error;
  }
  const reference = await begin(row, 'reference', true);
  const names = tensorsOf(row).map(({ name }) => name);
  const expected = (): number[] => names.flatMap((name) => [...reference.opt.params[name]!]);
  const both = new SideBySide(expected());
  for (let t = 1; t <= steps; t++) {
    const g = (power: number): Arrays => arrays(row, (i) => Math.fround(gradient(t, i, row.stream)) ** power);
    const inputs: JaxInputs = method.inputs.includes('hessian') ? { hessian: g(2) } : method.inputs.includes('loss') ? { loss: loss(t) } : {}; // prettier-ignore
    const params = await running.step(g(1), inputs);
    reference.step();
    const actual: number[] = [];
    if (read(t)) for (const name of names) actual.push(...(params[name]!.size === 0 ? [] : await params[name]!.ref.data()));
    both.compare(expected(), read(t) ? actual : undefined);
  }
  reference.opt.dispose();
  running.dispose();
  return { off: both.worst, left: 0 };
}
