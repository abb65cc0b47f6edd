/** What a script notes of an optimizer: the words of its documentation, and measurements. */

/** A row of the conformance table. */
export interface MeasuredRow {
  readonly row: string;
  readonly oracle: string;
  /** The largest differences, as text. */
  readonly float64: string;
  readonly float32: string;
}

/** A run on a landscape. */
export interface MeasuredPath {
  readonly title: string;
  readonly lr: number;
  /** Whether the rate stays, instead of falling linearly to a hundredth. */
  readonly constant: boolean;
  readonly steps: number;
  /** The last loss over the first, as text. */
  readonly left: string;
  /** Some of the points on the way, as [x, y]. */
  readonly points: readonly (readonly number[])[];
}

/** Of one optimizer or transform. */
export interface Note {
  /** The first paragraph of its documentation. */
  readonly about: string;
  /** The rest, without examples. */
  readonly details: string;
  readonly agreement: readonly MeasuredRow[];
  readonly paths: readonly MeasuredPath[];
}
