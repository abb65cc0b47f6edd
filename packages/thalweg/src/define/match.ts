/** What selects parameters: of a group, or in a call such as `freeze`. */

/** A parameter as a match sees it. */
export interface ParameterInfo {
  /** The name it was given to `init` by. */
  readonly name: string;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
}

/** What no other group takes. */
export const otherwise: unique symbol = Symbol.for('thalweg.otherwise');

/**
 * Selects parameters: a name in which `*` stands for anything (`'*.bias'`), a regular expression that some part of the name fits, the
 * number of dimensions (`{ rank: 2 }`), a function, or `otherwise`.
 */
export type Match = string | RegExp | { readonly rank: number } | ((parameter: ParameterInfo) => boolean) | typeof otherwise;
