/**
 * Sparse parameters, of which a step updates a few rows. `w` and the states lie in an arena of whole tables; the rows of a step are gathered into a second
 * arena, stepped there by the cohort's own kernels as if they were the parameter, and scattered back. So a step costs what its rows cost, whatever the size
 * of the tables. Knows rows by number; knows nothing of users.
 */
import { gradient, parameter, type Variable } from '../../language/variable.ts';
import { bytesOf } from '../../plan/dtype.ts';
import { firstProgram } from '../../plan/lazy.ts';
import { Interpreter, type SteppedCohort } from './interpreter.ts';
import type { StepContext } from './leaves.ts';
import { Stepper, type StepperOptions } from './stepper.ts';

type AnyArray = Float32Array | Float64Array;

/** Numbers of rows. */
export type Indices = readonly number[] | Int32Array | Uint32Array | Uint16Array;

/** Gradients of some rows of tensor number `tensor`; rows that occur again are added. */
export interface GivenRows {
  readonly tensor: number;
  readonly indices: Indices;
  readonly values: AnyArray;
}

/** A table and the rows of the step at hand. */
interface Table {
  readonly rows: number;
  readonly cols: number;
  /** Numbers of 32 bits in a row. */
  readonly words: number;
  /** For each row of the table its place among those of the step; true of the row only if `chosen` has it there. */
  readonly places: Uint32Array;
  /** The rows of the step, the first `count` of them. */
  chosen: Uint32Array;
  count: number;
}

/** How many rows there is room for at first. */
const fewest = 64;
/** So many words make a long row. */
const long = 32;

/** The tables of a cohort. */
export class TableRows {
  /** What takes part in a step: the gathered rows. */
  readonly cohort: SteppedCohort & { stepper: Stepper; active: readonly boolean[] | undefined };
  /** Holds the whole tables. */
  readonly whole: Stepper;
  private readonly options: StepperOptions;
  private readonly kept: readonly Variable[];
  private readonly tables: readonly Table[];
  private readonly begins: boolean;
  private capacities: readonly number[];
  /** Every array that lasts, of every table, whole and gathered. */
  private pairs: readonly { readonly table: Table; readonly whole: Int32Array; readonly gathered: Int32Array }[];

  constructor(options: StepperOptions, group: number, context: StepContext) {
    const { program, shapes } = options;
    this.options = options;
    this.kept = [parameter, ...[...program.states].flatMap(([state, { kind }]) => (kind === 'array' ? [state] : []))];
    const first = firstProgram(program);
    this.begins = first.writes.size > 0;
    this.whole = new Stepper({ ...options, program: first, gated: false, kept: true });
    this.tables = [...shapes.values()].map(([rows = 0, ...rest]) => {
      const cols = rest.reduce((product, size) => product * size, 1);
      return {
        rows,
        cols,
        words: (cols * bytesOf[options.dtype]) / 4,
        places: new Uint32Array(rows),
        chosen: new Uint32Array(fewest),
        count: 0,
      };
    });
    this.capacities = this.tables.map(({ rows }) => Math.min(rows, fewest));
    this.cohort = { stepper: this.gathered(), group, active: undefined, context: { ...context, scalarStates: this.whole.scalarStates } };
    this.pairs = this.paired();
  }

  /** Compiles what a step in this context needs. */
  warm(context: StepContext): void {
    this.cohort.stepper.warm(context);
    if (this.begins && context.t === 1) this.whole.warm(context);
  }

  /** Takes the gradients of the next step: those of a row are added in the order given. */
  take(given: readonly GivenRows[]): void {
    for (const table of this.tables) table.count = 0;
    for (const { tensor, indices } of given) choose(this.tables[tensor]!, indices);
    if (this.tables.some(({ count }, j) => count > this.capacities[j]!)) this.grow();
    const { arena } = this.cohort.stepper;
    const filled = this.tables.map(() => 0);
    for (const { tensor, indices, values } of given) {
      filled[tensor] = addUp(this.tables[tensor]!, filled[tensor]!, indices, values, arena.view(gradient, tensor));
    }
  }

  /** Brings the rows of the step together, those of the tables that `active` says. */
  gather(active: readonly boolean[] | undefined): void {
    const { tables, whole, cohort } = this;
    if (this.begins && cohort.context.t === 1) new Interpreter([{ ...cohort, stepper: whole, active: undefined }]).run();
    tables.forEach((table, j) => {
      if (active !== undefined && active[j] !== true) table.count = 0;
    });
    cohort.active = tables.map(({ count }) => count > 0);
    cohort.stepper.arena.limit(tables.map(({ count, cols }) => count * cols));
    for (const { table, whole, gathered } of this.pairs) {
      const { chosen, count, words } = table;
      for (let n = 0; n < count; n++) copyWords(whole, chosen[n]! * words, gathered, n * words, words);
    }
  }

  /** Puts the rows back. */
  scatter(): void {
    for (const { table, whole, gathered } of this.pairs) {
      const { chosen, count, words } = table;
      for (let n = 0; n < count; n++) copyWords(gathered, n * words, whole, chosen[n]! * words, words);
    }
  }

  /** Whether every gradient of a table in the step at hand is finite. */
  isFinite(tensor: number): boolean {
    const { count, cols } = this.tables[tensor]!;
    return this.cohort.stepper.arena
      .view(gradient, tensor)
      .subarray(0, count * cols)
      .every(Number.isFinite);
  }

  private grow(): void {
    this.capacities = this.tables.map(({ rows, count }, j) =>
      count > this.capacities[j]! ? Math.min(rows, 2 * count) : this.capacities[j]!,
    );
    const before = this.cohort.stepper;
    this.cohort.stepper = this.gathered();
    this.pairs = this.paired();
    before.release();
  }

  /** Gives the memory back. */
  release(): void {
    this.cohort.stepper.release();
    this.whole.release();
  }

  private paired(): TableRows['pairs'] {
    const { whole, cohort, kept, tables } = this;
    const words = ({ arena }: Stepper, array: Variable, j: number): Int32Array => asWords(arena.view(array, j));
    return tables.flatMap((table, j) =>
      kept.map((array) => ({ table, whole: words(whole, array, j), gathered: words(cohort.stepper, array, j) })),
    );
  }

  /** An arena for as many rows as there is room for, with the program on it. */
  private gathered(): Stepper {
    const rows = new Map([...this.options.shapes.keys()].map((name, j) => [name, this.capacities[j]!]));
    return new Stepper({ ...this.options, rows, scalarStates: this.whole.scalarStates });
  }
}

/** Adds rows to those of the step. */
function choose(table: Table, indices: Indices): void {
  const { places } = table;
  let { chosen, count } = table;
  for (const row of indices) {
    const place = places[row]!;
    if (place < count && chosen[place] === row) continue;
    if (count === chosen.length) {
      const longer = new Uint32Array(2 * count);
      longer.set(chosen);
      chosen = longer;
    }
    places[row] = count;
    chosen[count++] = row;
  }
  [table.chosen, table.count] = [chosen, count];
}

/** Copies the gradient of each row that occurs for the first time and adds that of every other; returns how many rows there are now. */
function addUp({ places, cols, words }: Table, filled: number, indices: Indices, values: AnyArray, g: AnyArray): number {
  const [given, gathered] = [asWords(values), asWords(g)];
  let next = filled;
  for (let i = 0; i < indices.length; i++) {
    const place = places[indices[i]!]!;
    if (place < next) for (let k = 0; k < cols; k++) g[place * cols + k]! += values[i * cols + k]!;
    else {
      copyWords(given, i * words, gathered, place * words, words);
      next += 1;
    }
  }
  return next;
}

/** Copies a row as whole numbers, with no look at what they mean; the engine's own copy takes longer to begin than a short row lasts. */
function copyWords(from: Int32Array, source: number, to: Int32Array, target: number, words: number): void {
  if (words >= long) to.set(from.subarray(source, source + words), target);
  else for (let k = 0; k < words; k++) to[target + k] = from[source + k]!;
}

/** The same memory as whole numbers of 32 bits. */
function asWords({ buffer, byteOffset, byteLength }: AnyArray): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}
