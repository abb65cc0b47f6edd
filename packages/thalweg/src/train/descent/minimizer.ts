/**
 * Deterministic methods. A `Method` is equations of one step with one gradient; a `Minimizer` evaluates the loss again within a step,
 * so it is an algorithm, written here, and runs in `minimize` only. This file says what one is: a line search, and a rule for directions.
 */
import type { LineSearch } from './line-search.ts';

/** A point with its loss and gradient, all tensors one after another in float64. What it holds changes with every step. */
export interface Point {
  readonly w: Float64Array;
  readonly g: Float64Array;
  readonly loss: number;
}

/** Where to search. */
export interface Direction {
  /** The direction, which belongs to the rule that gave it and lasts until the next one. */
  readonly d: Float64Array;
  /** The step along it to try first. */
  readonly first: number;
}

/** A rule for directions, with what it remembers. */
export interface Directions {
  /** The direction at `point`, the first or the one after the last step. */
  next(point: Point): Direction;
  /** Forgets every earlier point, so that `next` gives −g; false where there was none to forget. */
  restart(): boolean;
}

/** A deterministic method, such as `lbfgs()`, for `minimize`. */
export interface Minimizer {
  /** The name, as in errors. */
  readonly name: string;
  /** Chooses how far to go along each direction. */
  readonly lineSearch: LineSearch;
  /** A fresh rule for directions in a space of `size` dimensions. */
  directions(size: number): Directions;
}
