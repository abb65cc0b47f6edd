/** What came of a row in a framework's own operations. */

/** So many steps are taken beside `reference`. */
export const steps = 40;

/** How far weights were from those of `reference` at most, of max(|w|, Σ|Δw|), and how many tensors were left; or why the framework cannot carry the row. */
export type Followed = { readonly off: number; readonly left: number } | { readonly refused: string };
