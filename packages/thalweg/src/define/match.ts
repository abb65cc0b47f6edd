/** What selects parameters, for a group or in a call such as `freeze`. */

/** What a match function is given about a parameter. */
export interface ParameterInfo {
  /** Its name, as given to `init`. */
  readonly name: string;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
}

/** Matches every parameter that no other group matches. */
export const otherwise: unique symbol = Symbol.for('thalweg.otherwise');

/**
 * Selects parameters: by a name in which `*` matches anything (`'*.bias'`), a regular expression that matches some part of the name, the number of
 * dimensions (`{ rank: 2 }`), a function, or `otherwise`.
 */
export type Match = string | RegExp | { readonly rank: number } | ((parameter: ParameterInfo) => boolean) | typeof otherwise;
