/** What a script records about an optimizer: its documentation, and measurements. */

/** A row of the conformance table. */
export interface MeasuredRow {
  readonly row: string;
  readonly oracle: string;
  /** What the oracle is: the paper in numpy, what the authors' program computes in numpy, or a library. */
  readonly heldAgainst: string;
  /** Where it departs from the paper and from the authors' program. */
  readonly departs?: string;
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

/** What the equations of an optimizer or transform were read from, and what in them is our choice. */
export interface Source {
  /** The paper, with the algorithm in it; or who had the idea, where there is no paper of its own. */
  readonly paper: string;
  /** Papers among these that belong to an option, by its name. */
  readonly forOption?: Readonly<Record<string, string>>;
  /** The authors' own program, as repository and file; null where none is public. */
  readonly authors: string | null;
  /** Each sentence names a default or a form here that is not the paper's or not the authors'. */
  readonly conventions: readonly string[];
}

/** Of one optimizer or transform. */
export interface Note {
  /** The first paragraph of its documentation. */
  readonly about: string;
  /** The rest, without examples. */
  readonly details: string;
  /** When to choose it; empty where its documentation does not say. */
  readonly choose: string;
  /** What else could be chosen, by name. */
  readonly rivals: readonly string[];
  readonly source: Source;
  /** Whether an optimizer takes parameters declared with `sparse`; transforms have none of it. */
  readonly tables?: boolean;
  readonly agreement: readonly MeasuredRow[];
  readonly paths: readonly MeasuredPath[];
}
