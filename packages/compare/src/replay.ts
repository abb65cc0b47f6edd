/**
 * A comparison in a browser: reads what `thalweg compare` wrote, and draws it as the report does. Imports nothing of Node.
 *
 * @packageDocumentation
 */
export { pathInterval } from './path.ts';
export { longest, mostValues } from './limits.ts';
export { readComparison, ReadError } from './read.ts';
export { curves } from './report/curves.ts';
export { line, of } from './report/plot.ts';
export type { Drawing } from './report/plot.ts';
export { errorNote } from './report/errors.ts';
export { column, number, sentence } from './report/number.ts';
export type { Format } from './report/number.ts';
export type { Look } from './report/palette.ts';
export { pens } from './report/pens.ts';
export type { Pen, Pens } from './report/pens.ts';
export { sensitivity } from './report/sensitivity.ts';
export type { Which } from './report/series.ts';
export { standings } from './report/standings.ts';
export type { Place, Standing } from './report/standings.ts';
export { tables } from './report/style.ts';
export { ranking } from './report/table.ts';
export { advice, cautions, conclusion, quickNote, warning } from './report/text.ts';
export type * from './schema.ts';
