/** Foreign text in C comments, which must not end, nest or continue the comment. */

/** A text that is safe inside a comment. */
export function commented(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll('/*', '/ *').replaceAll('??', '? ?').replaceAll('\\', '/');
}
