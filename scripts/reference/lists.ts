/** Writes the lists and counts of optimizers, transforms and rows into the READMEs, between their markers. Part of `npm run reference`. */
import { writeBetween } from '../write-between.ts';
import { lists } from './listed.ts';

for (const { file, marker, text } of lists) await writeBetween(file, marker, text);
