/**
 * The networks of the problems, for pages in a browser, which pass in the data. Imports nothing of Node.
 *
 * @packageDocumentation
 */
export { digitsNetwork, firstImages, imageSize } from './models/digits.ts';
export type { Images } from './models/digits.ts';
export { fields, glossesNetwork } from './models/glosses.ts';
export type { Glosses } from './models/glosses.ts';
export { hasDiverged } from './models/network.ts';
export type { Network, Score } from './models/network.ts';
export { wordsNetwork } from './models/words.ts';
export type { Corpus } from './models/words.ts';
