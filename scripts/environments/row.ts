/** What a row of the table is: a place where the packed packages are used, and what was found there. */

/** What training one model gave. */
export interface Fit {
  readonly backend: string;
  readonly threads: number;
  readonly hash: string;
  readonly ms: number;
}

/** What an environment said: both fits, or for a check without them a few words. */
export interface Found {
  readonly small?: Fit;
  readonly large?: Fit;
  readonly words?: string;
}

/** A place where the packages are used. */
export interface Row {
  readonly name: string;
  /** What it consists of, with versions. */
  readonly versions: () => string;
  /** Why this machine cannot run it; undefined where it can. */
  readonly missing?: (() => string | undefined) | undefined;
  /** Runs it. Throws where anything is other than it has to be. */
  readonly run: () => Promise<Found>;
}

/** How a row ended: what was found, what was wrong, or why it was left out. */
export interface Outcome {
  readonly row: Row;
  readonly found?: Found;
  readonly problem?: string;
  readonly missing?: string;
  readonly ms: number;
}

/** The backend and the threads that a row must have with 600,000 parameters: several, wherever the environment has them. */
export interface Expected {
  readonly backend: 'wasm' | 'fround';
  readonly threads: 'one' | 'several';
}
