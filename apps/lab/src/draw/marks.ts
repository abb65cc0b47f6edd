/** What figures are drawn with: the parts of Observable Plot that they use, so that only those are fetched. */
export { cell, dot, gridY, line, link, plot, rect, ruleX, ruleY, text } from '@observablehq/plot';
