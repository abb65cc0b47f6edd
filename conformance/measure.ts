/** Runs a row of the table through the library and measures how far it is from its trace. Knows the public face only. */
import * as thalweg from 'thalweg';
import type { Backend } from 'thalweg';
import { gradient, loss, weight } from './stream.ts';
import { methodOf, table, tensorsOf, traceOf, type Case, type Trace } from './table.ts';

/** A row in training. */
export interface Running {
  readonly opt: thalweg.Optimizer;
  /** Takes the next step on the row's stream. */
  readonly step: () => void;
  /** The recorded elements of what the row compares. */
  readonly read: () => readonly number[];
}

/** Begins to train a row; `method` is its own unless a test hands over another. */
export async function start(row: Case, backend: Backend, wide: boolean, method = methodOf(row)): Promise<Running> {
  const { opt, step } = await begin(row, backend, wide, method);
  const { elements } = traceOf(row.id);
  const read = (): readonly number[] => {
    const views = row.read === undefined ? opt.params : row.read === 'evaluate' ? opt.evaluate() : opt.state[row.read];
    const all = tensorsOf(row).flatMap(({ name }) => [...(views?.[name] ?? [])]);
    return elements.map((element) => all[element] ?? NaN);
  };
  return { opt, step, read };
}

/** The same without what was recorded, which is in files. */
export async function begin(row: Case, backend: Backend, wide: boolean, method = methodOf(row)): Promise<Omit<Running, 'read'>> {
  const tensors = tensorsOf(row);
  const parameters = Object.fromEntries(
    tensors.map(({ name, shape, first }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const values = Float64Array.from({ length }, (_, i) => (row.zeros?.includes(name) === true ? 0 : weight(first + i)));
      return [name, wide ? thalweg.tensor(shape, { values }) : thalweg.tensor(shape, { values: Float32Array.from(values) })];
    }),
  );
  const opt = await method.init(parameters, { backend, maximize: row.maximize ?? false });
  const step = (): void => {
    const t = opt.t + 1;
    for (const { name, first } of tensors) {
      const g = opt.grads[name]!;
      for (let i = 0; i < g.length; i++) g[i] = gradient(t, first + i, row.stream);
    }
    opt.step(opt.grads, inputsOf(method, opt.grads, t));
  };
  return { opt, step };
}

/** What a run gives: the recorded elements at each recorded step, and the element type that the library kept. */
export interface Run {
  readonly weights: ReadonlyMap<number, readonly number[]>;
  readonly arrays: ReadonlySet<string>;
}

/** Trains a row to its end. */
export async function run(row: Case, backend: Backend, wide: boolean, method = methodOf(row)): Promise<Run> {
  const { opt, step, read } = await start(row, backend, wide, method);
  const weights = new Map<number, readonly number[]>();
  for (let t = 1; t <= table.steps; t++) {
    step();
    if (table.recorded.includes(t)) weights.set(t, read());
  }
  const arrays = new Set([...Object.values(opt.params), ...Object.values(opt.grads)].map((array) => array.constructor.name));
  opt.dispose();
  return { weights, arrays };
}

/** The inputs of a step: the stream's loss, and squared gradients for a Hessian's diagonal. */
function inputsOf(method: thalweg.Method, grads: Readonly<Record<string, Float32Array | Float64Array>>, t: number): thalweg.Inputs {
  if (method.inputs.includes('hessian')) {
    return { hessian: Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, g.map((x) => x * x)])) };
  }
  return method.inputs.includes('loss') ? { loss: loss(t) } : {};
}

/** |actual − expected| / max(|w|, Σ|Δw|), as far as can be where that is no number. */
function off(actual: number, expected: number, travelled: number): number {
  const ratio = actual === expected ? 0 : Math.abs(actual - expected) / Math.max(Math.abs(expected), travelled);
  return Number.isNaN(ratio) ? Infinity : ratio;
}

/** The largest |ours − oracle| / max(|w|, Σ|Δw|) over all recorded steps and elements. */
export function disagreement({ weights }: Run, trace: Trace): number {
  return Math.max(
    0,
    ...trace.steps.flatMap(({ t, w, travelled }) => w.map((expected, i) => off(weights.get(t)?.[i] ?? NaN, expected, travelled[i] ?? 0))),
  );
}

/** The same of two runs that are taken side by side, step by step: `worst` is the largest so far. */
export class SideBySide {
  worst = 0;
  private before: readonly number[];
  private travelled: readonly number[];

  /** Both begin at these weights. */
  constructor(first: readonly number[]) {
    [this.before, this.travelled] = [first, first.map(() => 0)];
  }

  /** After a step of both; where one is not read, the other goes on. */
  compare(expected: readonly number[], actual?: readonly number[]): void {
    this.travelled = this.travelled.map((length, i) => length + Math.abs(expected[i]! - this.before[i]!));
    this.before = expected;
    if (actual === undefined) return;
    this.worst = Math.max(this.worst, ...expected.map((w, i) => off(actual[i] ?? NaN, w, this.travelled[i]!)));
  }
}

/** How far another method than the row's leads from the row's trace; weights that are not finite, at which a step throws, are as far as can be. */
export async function offBy(row: Case, method: thalweg.Method): Promise<number> {
  try {
    return disagreement(await run(row, 'reference', true, method), traceOf(row.id));
  } catch (error) {
    if (error instanceof thalweg.DivergenceError) return Infinity;
    throw error;
  }
}
