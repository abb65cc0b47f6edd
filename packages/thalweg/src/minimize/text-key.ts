/** The key by which generated steps are found. Knows texts. */

/** Equations without the spaces around lines, which say nothing. */
export function textKey(equations: string): string {
  const lines = equations.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join('\n');
}
