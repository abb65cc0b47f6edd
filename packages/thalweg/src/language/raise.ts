/** How the published build throws errors (scripts/short-throws.ts). Depends on nothing. */

/**
 * Throws from a line that stays short. Node prints the line in which an uncaught error was thrown, which in a minified bundle is the whole bundle; minifiers
 * make one line of everything, except that the line breaks of a tagged template are part of what the program means.
 */
export function raise(
  error: unknown,
  broken = itself`
${''}`,
): never {
  throw itself`
${error}${broken}`;
}

/** What stands first in a template. */
function itself(_breaks: TemplateStringsArray, ...values: readonly unknown[]): unknown {
  return values[0];
}
