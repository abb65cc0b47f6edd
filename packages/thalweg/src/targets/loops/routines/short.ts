/** The routines of a few lines each: all but eigenvectors and noise, which are long. Separate, for targets that omit those. */
import { matmul } from './matmul.ts';
import { newtonSchulz } from './newton-schulz.ts';
import { colMax, colSum, rowMax, rowSum, spread, transpose } from './rows.ts';

/** What runs for each of them. */
export const shortRoutines = { matmul, transpose, rowSum, colSum, rowMax, colMax, newtonSchulz, spread };
