/**
 * How things are drawn, for pages in a browser: palettes, pens, contours, numbers. Imports nothing of Node.
 *
 * @packageDocumentation
 */
export { indexLevels, labels, relief } from './report/contours.ts';
export type { Label, Relief } from './report/contours.ts';
export { number } from './report/number.ts';
export { knownIds, looks } from './report/palette.ts';
export type { Look } from './report/palette.ts';
export { pens } from './report/pens.ts';
export type { Pen, Pens } from './report/pens.ts';
export { rounded } from './report/rounded.ts';
export { ground, marks } from './report/style.ts';
export type * from './schema.ts';
