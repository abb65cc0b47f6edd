/**
 * A comparison in a browser: reads what `thalweg compare` wrote, and draws it as the report does. Imports nothing of Node.
 *
 * @packageDocumentation
 */
export { longest, mostValues, readComparison, ReadError } from './read.ts';
export { curves } from './report/curves.ts';
export type { Drawing } from './report/plot.ts';
export { number } from './report/number.ts';
export { pens } from './report/pens.ts';
export type { Pen, Pens } from './report/pens.ts';
export { sensitivity } from './report/sensitivity.ts';
export { scoreRange } from './report/series.ts';
export type { Which } from './report/series.ts';
export { standings } from './report/standings.ts';
export type { Place, Standing } from './report/standings.ts';
export { tables } from './report/style.ts';
export { overview, ranking } from './report/table.ts';
export { cautions, conclusion, quickNote } from './report/text.ts';
export type * from './schema.ts';
