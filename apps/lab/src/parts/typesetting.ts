/** How KaTeX typesets, in the page and where pages are written beforehand: with MathML, and with no command but the one that marks symbols. */
import type { KatexOptions } from 'katex';

/** The options for a formula on lines of its own, or within a sentence. */
export function typesetting(block: boolean): KatexOptions {
  return {
    displayMode: block,
    throwOnError: false,
    output: 'htmlAndMathml',
    strict: 'ignore',
    trust: ({ command }) => command === '\\htmlClass',
  };
}
