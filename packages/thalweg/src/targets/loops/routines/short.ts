/** The routines of a few lines each: all but eigenvectors, which are long, and noise. Apart, for who has no room for those. */
import { matmul } from './matmul.ts';
import { newtonSchulz } from './newton-schulz.ts';
import { colMax, colSum, rowMax, rowSum, spread, transpose } from './rows.ts';

/** What runs for each of them. */
export const shortRoutines = { matmul, transpose, rowSum, colSum, rowMax, colMax, newtonSchulz, spread };
