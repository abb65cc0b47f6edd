/** Sentences with numbers in them, which are made as they are measured: no line ends within an equation or between a number and its unit. */

const space = '\u00a0';

/** The same sentence with spaces that do not break beside =, ≈, ×, % and η. */
export function unbroken(text: string): string {
  return text.replaceAll(/ ([=≈×]) /g, `${space}$1${space}`).replaceAll(/ (?=%|η(?!λ))/g, space);
}
