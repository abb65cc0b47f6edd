/** What every lowering to loops produces, whatever it is made of. */

/** A kernel that can run on one memory. */
export interface Executable {
  /**
   * Runs over the bytes `start` to `end` of each array, whose first bytes are at `arrays`. Both are multiples of a block, except that
   * `end` may be any element where the kernel has sums; those are overwritten into `sums`.
   */
  run(arrays: readonly number[], scalars: Float64Array, start: number, end: number, sums: Float64Array): void;
}
