/**
 * docs/compat.md against the libraries: each call in a right column, with nothing but a learning rate, takes the steps that the library takes with its own
 * defaults (traces/compat-*.json, made by compat.py). A row without a trace or a trace without a row fails, and a looser bound stands in the row.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInThisContext } from 'node:vm';
import * as thalweg from 'thalweg';
import { gradient, loss, weight } from './stream.ts';
import { read } from './table.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;
interface Trace {
  readonly given: Readonly<Record<string, number>>;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly tensors: readonly string[];
  readonly steps: readonly (readonly number[])[];
}
interface Document {
  readonly shapes: Shapes;
  readonly recorded: readonly number[];
  readonly libraries: Readonly<Record<string, Readonly<Record<string, Trace>>>>;
}

const documents = ['torch', 'optax', 'keras'].map((name) => read(`traces/compat-${name}.json`) as Document);
const page = readFileSync(`${import.meta.dirname}/../docs/compat.md`, 'utf8');

/** A row: the library's name, the call that the right column begins with, if it does, and what the column says. */
interface Row {
  readonly name: string;
  readonly call: string | undefined;
  readonly says: string;
}

/** The rows of the table whose first heading is the library's name. */
function rowsOf(library: string): readonly Row[] {
  const [, table = ''] = page.split(new RegExp(`^\\| \`${library}\` +\\|.*\n`, 'm'));
  const lines = table.split('\n\n')[0]!.trim().split('\n').slice(1);
  return lines.map((line) => {
    const [, name = '', says = ''] = /^\| `([\w.]+)` +\| (.*?) +\|$/.exec(line) ?? [];
    return { name, call: /^`([^`]+)`/.exec(says)?.[1], says };
  });
}

/** The value of an expression of the page; the names are the library's and `values`. */
function evaluate(expression: string, values: Readonly<Record<string, unknown>>): unknown {
  const names = { ...thalweg, ...values };
  const made: unknown = runInThisContext(`(${Object.keys(names).join(', ')}) => (${expression})`);
  return (made as (...all: unknown[]) => unknown)(...Object.values(names));
}

/** The elements of a tensor that a trace has; compat.py has the same. */
const recordedOf = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => i).filter((i) => i < 4 || i === size - 1);

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
const firstOf = (shapes: Shapes): Map<string, number> => {
  let element = 0;
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, (element += sizeOf(shape)) - sizeOf(shape)]));
};

const gradients = new Map<string, Float64Array>();
function gradientOf(name: string, t: number, size: number, first: number): Float64Array {
  const key = `${name} ${String(t)}`;
  const made =
    gradients.get(key) ?? Float64Array.from({ length: size }, (_, i) => gradient(t, first + i, name === 'late' ? 'gaps' : 'plain'));
  gradients.set(key, made);
  return made;
}

/** How a name's trace was made where that is not by the method's steps alone; compat.py says the same. */
interface Special {
  readonly init?: thalweg.InitOptions;
  /** What each loss is multiplied by before the gradient. */
  readonly scale?: (opt: thalweg.Optimizer, t: number) => number;
  /** What to compare instead of the weights. */
  readonly read?: (opt: thalweg.Optimizer) => Readonly<Record<string, ArrayLike<number>>>;
}
const specials: Readonly<Record<string, Special>> = {
  schedule_free_eval_params: { read: (opt) => opt.evaluate() },
  LossScaleOptimizer: { init: { lossScale: { initial: 2 ** 15 } }, scale: (opt, t) => (t === 5 ? Infinity : opt.lossScale) },
};

/** The recorded elements of the weights that a method has after each recorded step. */
async function stepsOf(
  method: thalweg.Method,
  { tensors: names }: Trace,
  { shapes, recorded }: Document,
  special: Special = {},
): Promise<number[][]> {
  const firsts = firstOf(shapes);
  const tensors = names.map((name) => ({ name, shape: shapes[name]!, first: firsts.get(name)!, size: sizeOf(shapes[name]!) }));
  const parameters = tensors.map(({ name, shape, first, size }) => {
    const values = Float64Array.from({ length: size }, (_, i) => (name === 'zero' ? 0 : weight(first + i)));
    return [name, thalweg.tensor(shape, { values })] as const;
  });
  const opt: thalweg.Optimizer = await method.init(Object.fromEntries(parameters), special.init);
  const steps: number[][] = [];
  for (let t = 1; t <= recorded.at(-1)!; t++) {
    const scale = special.scale?.(opt, t) ?? 1;
    for (const { name, size, first } of tensors) {
      const g = gradientOf(name, t, size, first);
      opt.grads[name]!.set(scale === 1 ? g : g.map((x) => (scale === Infinity ? scale : scale * x)));
    }
    const squares = (): Record<string, ArrayLike<number>> =>
      Object.fromEntries(Object.entries(opt.grads).map(([name, g]) => [name, g.map((x) => x * x)]));
    const inputs = {
      ...(method.inputs.includes('hessian') ? { hessian: squares() } : {}),
      ...(method.inputs.includes('loss') ? { loss: loss(t) } : {}),
    };
    opt.step(undefined, inputs as thalweg.Inputs);
    const weights = special.read?.(opt) ?? opt.params;
    if (recorded.includes(t)) steps.push(tensors.flatMap(({ name, size }) => recordedOf(size).map((i) => weights[name]![i]!)));
  }
  opt.dispose();
  return steps;
}

/** The root mean square of the noise in the gradient at the recorded steps, of steps with and without it. */
async function noiseOf(method: thalweg.Method, plain: thalweg.Method, { shapes, recorded }: Document): Promise<number[][]> {
  const size = sizeOf(shapes['large']!);
  const [noisy, quiet] = [await method.init({ w: new Float64Array(size) }), await plain.init({ w: new Float64Array(size) })];
  const noise: number[][] = [];
  for (let t = 1; t <= recorded.at(-1)!; t++) {
    for (const opt of [noisy, quiet]) {
      opt.params.w.fill(0);
      opt.step({ w: new Float64Array(size).fill(0.1) });
    }
    const squares = noisy.params.w.reduce((sum, w, i) => sum + ((w - quiet.params.w[i]!) / 0.01) ** 2, 0);
    if (recorded.includes(t)) noise.push([Math.sqrt(squares / size)]);
  }
  return noise;
}

/** The largest difference over the largest magnitude that the element had. */
function disagreement(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): number {
  const scale = theirs[0]!.map((_, i) => Math.max(...theirs.map((step) => Math.abs(step[i]!))));
  const ratios = theirs.flatMap((step, n) => step.map((w, i) => (ours[n]![i] === w ? 0 : Math.abs(ours[n]![i]! - w) / scale[i]!)));
  return ratios.some(Number.isNaN) ? Infinity : Math.max(...ratios);
}

for (const document of documents) {
  for (const [library, traces] of Object.entries(document.libraries)) {
    const rows = rowsOf(library);
    test(`${library}: every trace has a row`, () => {
      assert.deepEqual(Object.keys(traces).filter((name) => !rows.some((row) => row.name === name)), []); // prettier-ignore
    });
    for (const { name, call, says } of rows) {
      const trace = traces[name];
      if (trace === undefined || /^not (taken|followed):/.test(says)) {
        test(`${library}.${name}: says why there is no call`, () => assert.match(says, /^not (taken|followed)[:,] .{20,}|^`.*`, held by/));
        continue;
      }
      test(`${library}.${name}: the call has its steps`, async () => {
        assert.ok(call !== undefined, `${says} begins with no call`);
        const lr = Object.values(trace.given)[0]!;
        const method = evaluate(call, { lr }) as thalweg.Method;
        // A row excepts kernels where the trace has none.
        assert.equal(trace.tensors.includes('kernel'), !/kernels|matrices alone|noise/.test(says));
        const bound = Number(/within (\d[\de.-]*\d)/.exec(says)?.[1] ?? 1e-12);
        const measured = disagreement(
          await (name === 'noisy_sgd' ? noiseOf(method, thalweg.sgd({ lr }), document) : stepsOf(method, trace, document, specials[name])),
          trace.steps,
        );
        assert.ok(measured <= bound, `${call} is off by ${measured.toExponential(1)}, more than ${bound}`);
      });
    }
  }
}
