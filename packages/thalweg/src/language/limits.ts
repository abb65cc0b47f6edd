/**
 * Limits on the size of texts and programs. Texts may be hostile: within these limits, one compiles in a fraction of a second on any backend; a text beyond
 * them is rejected at once, at the place that exceeds them. Every optimizer of the library stays below a tenth of each; `docs/language.md` lists them too.
 */
export const limits = {
  /** Characters of a text. */
  characters: 20_000,
  /** Numbers, names and signs of a text, and of one equation. */
  symbols: 3000,
  equation: 1000,
  /** Operations inside one another, as by parentheses; a sum of many terms is not nested. */
  nesting: 200,
  /** Characters of a name. */
  name: 64,
  /** What holds for a program, which may join several texts: assignments with ←, operations, … */
  assignments: 200,
  operations: 4000,
  /** … sums and routines of which each waits for the one before, and operations times those, since each pass may compute anything again; … */
  levels: 64,
  recomputed: 40_000,
  /** … numbers of the step that decide what is computed, divide an array or bound one; and conditions on the shape of a tensor. */
  conditions: 29,
  shapes: 8,
} as const;
