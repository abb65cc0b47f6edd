/**
 * A problem's model with every result awaited and checked: a value that is not a number, an unwritten gradient, invalid weights. Such a fault belongs to
 * the problem and not to an optimizer, so it must never be reported as divergence. Knows no protocol.
 */
import { checkModel } from '../check-problem.ts';
import { ProblemError, type Arrays, type LossAndRows, type Problem, type Split, type Start, type Traced } from '../problem.ts';
import type { Measured } from '../quantile.ts';
import { isObject, shown } from '../shown.ts';
import { lossAndRows, tablesOf, type Tables } from './tables.ts';

/** The functions of a model, checked. */
export interface CheckedModel {
  start(seed: number): Promise<Start>;
  /** Without rows where there are no tables. `isFirst`: at the first weights. */
  gradient(params: Arrays, grads: Arrays, seed: number, step: number, isFirst?: boolean): Promise<LossAndRows>;
  /** `isFirst`: before any step. */
  evaluate(params: Arrays, split: Split): Promise<Measured>;
  /** The tuning metric for the curve. `isFirst`: before any step. */
  monitor(params: Arrays, isFirst?: boolean): Promise<number>;
  readonly traced?: Traced;
}

const none: LossAndRows['rows'] = {};

/** The model that `load()` gave; `file` is where the problem came from. Its functions throw a ProblemError for what they must not return. */
export function checked(file: string, problem: Problem, loaded: unknown): CheckedModel {
  const model = checkModel(file, loaded);
  const number = (call: string, value: unknown, meaning: string): number => {
    if (typeof value !== 'number') throw new ProblemError(file, `${call} returned ${shown(value)}; it must return a number, ${meaning}`);
    return value;
  };
  const told = async <Value>(call: string, run: () => Value | Promise<Value>): Promise<Value> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      throw new ModelError(file, call, error);
    }
  };
  let tables: Tables = new Map();
  // Whether first weights have been measured on all data: once for a problem, since it may take long.
  let isMeasured = false;
  return {
    ...(model.traced === undefined ? {} : { traced: model.traced }),
    async start(seed) {
      const call = `start(${String(seed)})`;
      const start: unknown = await told(call, () => model.start(seed));
      const expected = 'it must return arrays or tensors by name, such as { w: new Float32Array(3) }';
      if (!isObject(start) || ArrayBuffer.isView(start) || Object.keys(start).length === 0) throw new ProblemError(file, `${call} returned ${shown(start)}; ${expected}`);
      for (const [name, value] of Object.entries(start)) {
        const values = valuesOf(value);
        if (values === undefined) throw new ProblemError(file, `${call} returned ${shown(value)} for ${name}; ${expected}`);
        const at = values.findIndex((x) => !Number.isFinite(x));
        if (at >= 0) throw new ProblemError(file, `${call} returned ${String(values[at])} in ${name}[${String(at)}]; first weights must be finite`);
      }
      tables = tablesOf(start as Start);
      const [table] = tables.keys();
      if (table !== undefined && problem.sparse !== true)
        throw new ProblemError(file, `${call} returned the sparse parameter ${table}; declare it in the problem: sparse: true`);
      if (table === undefined && problem.sparse === true)
        throw new ProblemError(file, `the problem says sparse: true, but ${call} returned no sparse parameter; make one by sparse(shape), or omit sparse`);
      return start as Start;
    },
    async gradient(params, grads, seed, step, isFirst = step === 1) {
      const call = `gradient(params, grads, ${String(seed)}, ${String(step)})`;
      // What is NaN after the first call was not written, unless it was written so: in both cases no optimizer could be judged by it.
      if (isFirst) for (const array of Object.values(grads)) array.fill(NaN);
      const found: unknown = await told(call, () => model.gradient(params, grads, seed, step));
      const { loss, rows } = tables.size > 0 ? lossAndRows(file, call, tables, found, isFirst) : { loss: number(call, found, 'the training loss'), rows: none };
      if (!isFirst) return { loss, rows };
      if (!Number.isFinite(loss)) throw new ProblemError(file, `${call} returned ${String(loss)} at the first weights; the loss must be finite there`);
      for (const [name, array] of Object.entries(grads)) {
        const at = array.findIndex((x) => !Number.isFinite(x));
        if (at < 0) continue;
        const what = Number.isNaN(array[at]) ? `left grads.${name}[${String(at)}] unwritten, or wrote NaN` : `wrote ${String(array[at])} into grads.${name}[${String(at)}]`;
        throw new ProblemError(file, `${call} ${what}, at the first weights; it must set every element of grads, in place, to a finite number`);
      }
      return { loss, rows };
    },
    async evaluate(params, split) {
      const call = `evaluate(params, '${split}')`;
      const { name } = split === 'test' ? problem.testMetric : problem.tuningMetric;
      const answer: unknown = await told(call, () => model.evaluate(params, split));
      const both = isObject(answer) && 'value' in answer && 'loss' in answer ? answer : { value: answer, loss: null };
      const value = number(call, both.value, `the ${name}, or { value, loss }`);
      const loss = both.loss === null ? null : number(`${call}.loss`, both.loss, 'the loss on the same data');
      return { value, loss };
    },
    async monitor(params, isFirst = false) {
      const call = model.monitor === undefined ? "evaluate(params, 'validation')" : 'monitor(params)';
      const { name } = problem.tuningMetric;
      const value =
        model.monitor === undefined ? ((await this.evaluate(params, 'validation')).value ?? NaN) : number(call, await told(call, () => model.monitor!(params)), `the ${name}`);
      if (isFirst && Number.isNaN(value)) throw new ProblemError(file, `${call} returned NaN at the first weights; it must return a number, the ${name}`);
      if (!isFirst || isMeasured) return value;
      isMeasured = true;
      for (const split of ['validation', 'test'] as const) {
        const { value: measured } = await this.evaluate(params, split);
        const { name: metric } = split === 'test' ? problem.testMetric : problem.tuningMetric;
        if (Number.isNaN(measured)) throw new ProblemError(file, `evaluate(params, '${split}') returned NaN at the first weights; it must return a number, the ${metric}`);
      }
      return value;
    },
  };
} // prettier-ignore

/** A function of a problem threw. */
export class ModelError extends Error {
  /** Shows what was thrown, and of the stack the lines outside this package's and Node's own. */
  constructor(file: string, call: string, thrown: unknown) {
    const lines = thrown instanceof Error ? (thrown.stack ?? thrown.message).split('\n') : [shown(thrown)];
    const shownLines = lines.filter(
      (line) => !/^ {4}at /.test(line) || !/node:|[/\\]run[/\\](checked|trial|worker|serve|record)\.[jt]s/.test(line),
    );
    super(`${file}: ${call} threw ${shownLines.join('\n')}`, { cause: thrown });
  }
}

/** The first values of a parameter: of a tensor without any, which begins at zero, none; undefined for what is no parameter. */
function valuesOf(value: unknown): Float32Array | Float64Array | undefined {
  if (value instanceof Float32Array || value instanceof Float64Array) return value;
  // Other libraries' arrays have a shape and a dtype too, and would be taken for tensors of zeros.
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype || !('shape' in value) || !('dtype' in value)) return undefined;
  const values = 'values' in value ? value.values : undefined;
  return values instanceof Float32Array || values instanceof Float64Array ? values : new Float32Array();
}
