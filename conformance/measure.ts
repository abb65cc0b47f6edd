/** Runs a row of the table through the library and measures how far it is from its trace. Knows the public face only. */
import { readFileSync } from 'node:fs';
import * as thalweg from 'thalweg';
import type { Backend, Method } from 'thalweg';
import { gradient, loss, weight } from './stream.ts';

/** A row of `cases.json`. */
export interface Case {
  readonly id: string;
  readonly ours: readonly [factory: string, options: Readonly<Record<string, number | string | boolean>>];
  readonly before?: readonly [transform: 'clipByGlobalNorm' | 'l2', argument: number];
  readonly maximize?: boolean;
  readonly oracle: readonly [kind: string, name: string, options: unknown];
  /** Of max(|w|, Σ|Δw|), in float64; looser than the table's only with a reason. */
  readonly tolerance?: number;
  readonly reason?: string;
  readonly float32?: number;
}

interface Table {
  readonly steps: number;
  readonly recorded: readonly number[];
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly tolerance: number;
  readonly float32: number;
  readonly cases: readonly Case[];
}

interface Trace {
  readonly versions: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly t: number; readonly w: readonly number[]; readonly travelled: readonly number[] }[];
}

/** Reads a JSON file beside this one. */
export function read(path: string): unknown {
  return JSON.parse(readFileSync(`${import.meta.dirname}/${path}`, 'utf8'));
}

/** The table. */
export const table = read('cases.json') as Table;

/** The trace of a row. */
export function traceOf(id: string): Trace {
  return read(`traces/${id}.json`) as Trace;
}

/** The schedule that a row calls "cosine". */
const schedules = { cosine: thalweg.cosine({ peak: 0.01, total: 400 }) };

/** The factories of the library: every export made by `optimizer`. */
export const factories = new Map(
  Object.entries(thalweg).flatMap(([name, value]) => (typeof value === 'function' && 'definition' in value ? [[name, value]] : [])),
);

/** The method of a row. */
export function methodOf({ ours: [name, options], before }: Case): Method {
  const factory: unknown = factories.get(name);
  if (typeof factory !== 'function') throw new Error(`the library has no optimizer ${name}`);
  const resolved = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value === 'cosine' ? schedules.cosine : value]));
  const method = (factory as (options: object) => Method)(resolved);
  return before === undefined ? method : thalweg.chain(thalweg[before[0]](before[1]), method);
}

/** The weights at each recorded step. */
export async function run(row: Case, backend: Backend, wide: boolean): Promise<Map<number, number[]>> {
  const method = methodOf(row);
  let element = 0;
  const firsts = Object.entries(table.tensors).map(([name, shape]) => {
    const first = element;
    const length = shape.reduce((product, size) => product * size, 1);
    element += length;
    const values = Float64Array.from({ length }, (_, i) => weight(first + i));
    return {
      name,
      first,
      parameter: wide ? thalweg.tensor(shape, { values }) : thalweg.tensor(shape, { values: Float32Array.from(values) }),
    };
  });
  const parameters = Object.fromEntries(firsts.map(({ name, parameter }) => [name, parameter]));
  const opt = await method.init(parameters, { backend, maximize: row.maximize ?? false });
  const out = new Map<number, number[]>();
  for (let t = 1; t <= table.steps; t++) {
    for (const { name, first } of firsts) {
      const g = opt.grads[name];
      g?.forEach((_, i) => (g[i] = gradient(t, first + i)));
    }
    opt.step(opt.grads, method.inputs.includes('loss') ? { loss: loss(t) } : {});
    if (table.recorded.includes(t))
      out.set(
        t,
        firsts.flatMap(({ name }) => [...(opt.params[name] ?? [])]),
      );
  }
  opt.dispose();
  return out;
}

/** The largest |ours − oracle| / max(|w|, Σ|Δw|) over all recorded steps and elements. */
export function disagreement(ours: ReadonlyMap<number, readonly number[]>, trace: Trace): number {
  let worst = 0;
  for (const { t, w, travelled } of trace.steps) {
    w.forEach((expected, i) => {
      const actual = ours.get(t)?.[i] ?? NaN;
      const scale = Math.max(Math.abs(expected), travelled[i] ?? 0);
      const ratio = actual === expected ? 0 : Math.abs(actual - expected) / scale;
      worst = Number.isNaN(ratio) ? Infinity : Math.max(worst, ratio);
    });
  }
  return worst;
}
