/**
 * Names that `thalweg show` does not have: other functions of the library, and names that only `thalweg compare` knows. Says what each is and where it is
 * documented.
 */
import * as thalweg from 'thalweg';
import { contestants } from '../contestants.ts';
import { entryNames } from '../reference/entry.ts';
import { problems } from '../registry.ts';

/** A name, what it stands for, and the page of the repository that tells of it. */
export interface Elsewhere {
  readonly name: string;
  readonly what: string;
  readonly page: string;
}

const row = (what: string, page: string, names: readonly string[]): Elsewhere[] => names.map((name) => ({ name, what, page }));

const functions = [
  ...row('a method of minimize', 'README.md', ['gradientDescent', 'conjugateGradient', 'lbfgs']),
  ...row('a line search for the methods of minimize', 'README.md', ['backtracking', 'strongWolfe']),
  ...row('a function around the training loop', 'README.md', ['sam', 'asam', 'minimize', 'learningRateRange', 'reduceOnPlateau']),
  ...row('a schedule', 'docs/language.md', ['constant', 'cosine', 'cosineRestarts', 'exponential', 'inverseSqrt', 'linear', 'oneCycle', 'piecewise',
    'polynomial', 'warmupCosine', 'warmupStableDecay']),
  ...row('a function that makes schedules', 'docs/language.md', ['fromZero', 'join', 'schedule']),
]; // prettier-ignore

const told = new Set([...entryNames, ...functions.map(({ name }) => name)]);
const others = Object.keys(thalweg).filter((name) => /^[a-z]/.test(name) && !told.has(name));

/** Every such name. */
export const elsewhere: readonly Elsewhere[] = [
  ...functions,
  ...row('a function of the library', 'README.md', others),
  ...contestants
    .filter(({ id }) => !told.has(id))
    .map(({ id, code }) => ({ name: id, what: `a name of compare for ${code}`, page: 'docs/compare.md' })),
  ...row('a problem of compare', 'docs/compare.md', problems.map(({ id }) => id)),
]; // prettier-ignore
