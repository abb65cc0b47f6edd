/**
 * Deterministic methods. A `Method` is the equations of one step with one gradient; a `Minimizer` evaluates the loss several times per step, so it is an
 * algorithm, written here, and runs in `minimize` only. This file defines it: a line search, and a rule for directions.
 */
import { UnsupportedError } from '../../language/run-error.ts';
import { checkLineSearch, type LineSearch } from './line-search.ts';

/** A point with its loss and gradient, all tensors concatenated in float64. Its contents change with every step. */
export interface Point {
  readonly w: Float64Array;
  readonly g: Float64Array;
  readonly loss: number;
}

/** A search direction. */
export interface Direction {
  /** The direction; the array belongs to the rule that returned it and is valid until the next one. */
  readonly d: Float64Array;
  /** The step length to try first. */
  readonly first: number;
}

/** A rule for directions, with its memory. */
export interface Directions {
  /** The direction at `point`, the first or the one after the last step. */
  next(point: Point): Direction;
  /** Forgets all earlier points, so that `next` gives −g; false if there were none to forget. */
  restart(): boolean;
}

/**
 * A deterministic method for `minimize`, such as `lbfgs()`. It evaluates the function at most 1 + 2·steps·(n + 1) times if its line search tries at most n
 * steps.
 */
export interface Minimizer {
  /** The name, for error messages. */
  readonly name: string;
  /** Chooses the step length along each direction. */
  readonly lineSearch: LineSearch;
  /** A fresh rule for directions in `size` dimensions. */
  directions(size: number): Directions;
}

/** The minimizer that a function such as `lbfgs` returns: refuses what only methods can. */
class SearchMethod implements Minimizer {
  readonly name: string;
  readonly lineSearch: LineSearch;
  readonly directions: (size: number) => Directions;

  constructor(name: string, lineSearch: LineSearch, directions: (size: number) => Directions) {
    checkLineSearch(name, lineSearch);
    [this.name, this.lineSearch, this.directions] = [name, lineSearch, directions];
  }

  /** For whoever takes it for a method. */
  init(): never {
    const problem = 'evaluates the function several times per step, so it has no init; use minimize(f, start, { optimizer, steps })';
    throw new UnsupportedError(this.name, problem);
  }
}

/** A minimizer. Throws an OptionError where `lineSearch` is none. */
export function minimizer(name: string, lineSearch: LineSearch, directions: (size: number) => Directions): Minimizer {
  return new SearchMethod(name, lineSearch, directions);
}

/** Whether a value is a minimizer. */
export function isMinimizer(value: unknown): value is Minimizer {
  if (typeof value !== 'object' || value === null) return false;
  const search: unknown = Reflect.get(value, 'lineSearch');
  const fits = typeof search === 'object' && search !== null && typeof Reflect.get(search, 'search') === 'function';
  return fits && typeof Reflect.get(value, 'directions') === 'function' && typeof Reflect.get(value, 'name') === 'string';
}
