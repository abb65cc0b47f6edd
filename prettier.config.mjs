/** The one formatting of this repository. */
export default {
  printWidth: 140,
  singleQuote: true,
  trailingComma: 'all',
};
