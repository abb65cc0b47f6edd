/** What the precomputed steps (`direct-steps.ts`) are given, and the one function that they call. Knows arrays. */
import type { AnyArray } from '../train/arrays.ts';

/** What a step of a parameter is given. */
export interface Given {
  readonly w: AnyArray;
  readonly g: AnyArray;
  /** The numbers of the hyperparameters, in the order of `symbols`. */
  readonly h: readonly number[];
  /** The states, all zero before the first step. */
  readonly s: readonly AnyArray[];
  readonly t: number;
  /** Rounds to the arrays' type. */
  readonly f: (x: number) => number;
  /** A number, or in steps in which denormals become zero, 0 where its size is below the other. */
  readonly z: (x: number, least: number) => number;
}

/** The steps of a method. */
export interface DirectStep {
  readonly states: number;
  readonly symbols: readonly string[];
  readonly run: (given: Given) => void;
}

/** 1 − bᵗ, without cancellation. */
export function compow(b: number, t: number): number {
  return b > 0 ? -Math.expm1(t * Math.log(b)) : 1 - b ** t;
}
