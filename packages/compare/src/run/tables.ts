/**
 * The sparse parameters of a model: which they are, checks of the rows that a gradient returned for them, and the same gradient as dense arrays. Knows no
 * optimizer.
 */
import { rows, type Parameter, type Rows, type SparseTensor } from 'thalweg';
import { ProblemError, type Arrays, type LossAndRows, type Model, type Start } from '../problem.ts';
import { nearest } from '../near.ts';
import { counted, isObject, shown } from '../shown.ts';

/** A table: how many rows it has, of how many elements each, and of which type. */
interface Table {
  readonly height: number;
  readonly width: number;
  readonly dtype: SparseTensor['dtype'];
}

export type Tables = ReadonlyMap<string, Table>;

/** Whether a parameter is a table. */
export function isTable(parameter: Parameter): parameter is SparseTensor {
  return 'sparse' in parameter && parameter.sparse === true;
}

/** Those of a model's parameters that are tables. */
export function tablesOf(start: Start): Tables {
  const tables = Object.entries(start).filter((entry): entry is [string, SparseTensor] => isTable(entry[1]));
  return new Map(tables.map(([name, table]) => [name, measured(table)]));
}

function measured({ shape: [height = 0, ...rest], dtype }: SparseTensor): Table {
  return { height, width: rest.reduce((product, size) => product * size, 1), dtype };
}

/**
 * What a gradient returned, where there are tables. `isFirst`: at the first weights, where the values must be finite.
 *
 * @throws ProblemError that says what it is instead; `call` is how it was called
 */
export function lossAndRows(file: string, call: string, tables: Tables, found: unknown, isFirst: boolean): LossAndRows {
  const fail = (problem: string): never => {
    throw new ProblemError(file, `${call} ${problem}`);
  };
  const [first = ''] = tables.keys();
  const expected = `it must return { loss, rows: { ${first}: rows(indices, values) } }, since ${namesOf(tables)}`;
  if (!isObject(found) || !('loss' in found && 'rows' in found)) return fail(`returned ${shown(found)}; ${expected}`);
  const { loss, rows: all } = found;
  if (typeof loss !== 'number') return fail(`returned ${shown(loss)} as its loss; ${expected}`);
  if (!isObject(all)) return fail(`returned ${shown(all)} as its rows; ${expected}`);
  const given = Object.entries(all).filter(([, one]) => one !== undefined);
  return { loss, rows: Object.fromEntries(given.map(([name, one]) => [name, rowsOf(name, one, tables, isFirst, fail)])) };
}

/** Rows of a table, whichever copy of the library made them. `fail`: throws, given what is to be read after the call that returned them. */
function rowsOf(name: string, given: unknown, tables: Tables, isFirst: boolean, fail: (problem: string) => never): Rows {
  const table = tables.get(name);
  if (table === undefined)
    return fail(`returned rows of ${name}, which is not sparse; ${nearest(name, [...tables.keys()]) ?? `${namesOf(tables)}, and other gradients are written into grads`}`);
  const { indices, values }: Partial<Record<keyof Rows, unknown>> = isObject(given) ? given : {};
  if (!isIndices(indices)) return fail(`returned ${shown(given)} as the rows of ${name}; write rows(indices, values), with the numbers of rows and their gradients`);
  const { height, width, dtype } = table;
  const type = dtype === 'float64' ? Float64Array : Float32Array;
  if (!(values instanceof type)) return fail(`returned ${shown(values)} as the values of the rows of ${name}; they must be a ${type.name}, as ${name} is`);
  if (values.length !== indices.length * width)
    return fail(`returned ${counted(values.length, 'value')} for ${counted(indices.length, 'row')} of ${name}, which have ${String(width)} each`);
  for (const index of indices)
    if (!(Number.isInteger(index) && index >= 0 && index < height)) return fail(`returned the row ${shown(index)} of ${name}, and there are rows 0 to ${String(height - 1)}`);
  const at = isFirst ? values.findIndex((value) => !Number.isFinite(value)) : -1;
  if (at >= 0)
    return fail(`returned ${String(values[at])} in row ${String(indices[Math.floor(at / width)])} of ${name}, at the first weights; gradients must be finite there`);
  return rows(indices, values);
} // prettier-ignore

function isIndices(value: unknown): value is Rows['indices'] {
  return Array.isArray(value) || value instanceof Int32Array || value instanceof Uint32Array || value instanceof Uint16Array;
}

/** `E is a table`, `U and V are tables`. */
function namesOf(tables: Tables): string {
  return `${[...tables.keys()].join(' and ')} ${tables.size === 1 ? 'is a table' : 'are tables'}`;
}

/** A model's gradient, that of tables as whole arrays: it writes all of `grads` and returns the loss. */
export function wholeGradient(model: Model, start: Start): (params: Arrays, grads: Arrays, seed: number, step: number) => Promise<number> {
  const tables = tablesOf(start);
  return async (params, grads, seed, step) => {
    const dense = Object.fromEntries(Object.entries(grads).filter(([name]) => !tables.has(name)));
    const found = await model.gradient(params, dense, seed, step);
    if (typeof found === 'number') return found;
    for (const [name, { width }] of tables) {
      const whole = grads[name]?.fill(0) ?? [];
      const { indices = [], values = [] } = found.rows[name] ?? {};
      for (let i = 0; i < indices.length; i++) for (let k = 0; k < width; k++) whole[indices[i]! * width + k]! += values[i * width + k]!;
    }
    return found.loss;
  };
}
