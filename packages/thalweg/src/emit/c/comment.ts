/** Texts of others in comments of C, which they must not end, begin again or continue. */

/** A text that is safe inside a comment. */
export function commented(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll('/*', '/ *').replaceAll('??', '? ?').replaceAll('\\', '/');
}
