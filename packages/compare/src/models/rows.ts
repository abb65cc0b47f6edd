/**
 * Where a hand-written gradient accumulates the rows of a sparse parameter: in the dense array, or only in the rows of the batch. Both get the same numbers
 * in the same order. Knows no model.
 */
import { rows, type Rows } from 'thalweg';

/** Rows to add to. */
export interface RowSums {
  /** Where row number `row` begins in `values`; `values` may be another array after a call. */
  at(row: number): number;
  readonly values: Float32Array | Float64Array;
}

/** All rows, of `width` elements each, set to zero. */
export function wholeTable(values: Float32Array | Float64Array, width: number): RowSums {
  return { at: (row) => row * width, values: values.fill(0) };
}

/** The rows that are asked for, in float32, each once. The same memory from batch to batch. */
export class BatchRows implements RowSums {
  values = new Float32Array();
  private readonly width: number;
  /** For each row of the table its place; true of the row only if `indices` has it there. */
  private readonly places: Uint32Array;
  private readonly indices: Uint32Array;
  private count = 0;

  /** Of a table of this height and width. */
  constructor(height: number, width: number) {
    this.width = width;
    [this.places, this.indices] = [new Uint32Array(height), new Uint32Array(height)];
  }

  /** Begins a batch. */
  clear(): this {
    this.count = 0;
    return this;
  }

  at(row: number): number {
    const { width } = this;
    let place = this.places[row]!;
    if (place >= this.count || this.indices[place] !== row) {
      place = this.count++;
      [this.places[row], this.indices[place]] = [place, row];
      const end = this.count * width;
      if (end > this.values.length) {
        const longer = new Float32Array(2 * end);
        longer.set(this.values);
        this.values = longer;
      }
      this.values.fill(0, end - width, end);
    }
    return place * width;
  }

  /** The gradients of the batch: views, until the next begins. */
  rows(): Rows {
    return rows(this.indices.subarray(0, this.count), this.values.subarray(0, this.count * this.width));
  }
}
