/** Finds problems and optimizers by name, and loads users' files. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Method } from 'thalweg';
import {
  checkContestant,
  contestants,
  isMinimizer,
  isPartOfChain,
  libraryContestant,
  libraryNames,
  ownContestant,
  type Contestant,
} from './contestants.ts';
import { checkProblem } from './check-problem.ts';
import { nearest } from './near.ts';
import { loadOwnFile } from './own-file.ts';
import { ProblemError, type Problem } from './problem.ts';
import { birdstrikes } from './problems/birdstrikes.ts';
import { births } from './problems/births.ts';
import { coOccurrences, sparseCoOccurrences } from './problems/co-occurrences.ts';
import { digits } from './problems/digits.ts';
import { fashion } from './problems/fashion.ts';
import { glosses, sparseGlosses } from './problems/glosses.ts';
import { names } from './problems/names.ts';
import { deepLinear, noisyQuadratic } from './problems/known.ts';
import { mobyDick } from './problems/moby-dick.ts';
import { landscapes } from './problems/landscapes.ts';
import { transformer } from './problems/transformer.ts';
import { words } from './problems/words.ts';
import { isRefusedRate } from './run/trial.ts';

/** The built-in problems. */
export const problems: readonly Problem[] = [
  glosses,
  digits,
  words,
  names,
  fashion,
  birdstrikes,
  births,
  mobyDick,
  coOccurrences,
  sparseGlosses,
  sparseCoOccurrences,
  transformer,
  noisyQuadratic,
  deepLinear,
  ...landscapes,
];

/** A problem as requested, with the optimizers of its file. */
export interface Entry {
  /** `digits`, or the path of a file. */
  readonly reference: string;
  readonly problem: Problem;
  readonly contestants: readonly Contestant[];
}

/** Whether a name stands for a file. */
export function isFile(reference: string): boolean {
  return /[./\\]/.test(reference);
}

/**
 * Finds a built-in problem, or loads a file's default export.
 *
 * @throws ProblemError if there is none, or it is not a problem
 */
export async function findProblem(reference: string): Promise<Entry> {
  if (!isFile(reference)) {
    const problem = problems.find(({ id }) => id === reference);
    if (problem === undefined) {
      const ids = problems.map(({ id }) => id);
      const hint = nearest(reference, ids) ?? `there are ${ids.join(', ')}, or the path of a file such as ./my-problem.ts`;
      throw new ProblemError(reference, `there is no such problem; ${hint}`);
    }
    return { reference, problem, contestants: [] };
  }
  const { exported } = await loadOwnFile(reference);
  const problem = checkProblem(reference, exported['default']);
  const own = exported['optimizers'];
  if (own !== undefined && !Array.isArray(own)) throw new ProblemError(reference, 'its export optimizers must be an array');
  const brought = (Array.isArray(own) ? own : []).map((one) => checkContestant(reference, one));
  return { reference, problem, contestants: brought };
}

/**
 * Finds problems, each once. Results are keyed by a problem's id, so two problems may not have the same.
 *
 * @throws ProblemError if there is none, or two have the same id
 */
export async function findProblems(references: readonly string[]): Promise<Entry[]> {
  const entries = await Promise.all([...new Set(references)].map((reference) => findProblem(reference)));
  for (const [i, { reference, problem }] of entries.entries()) {
    const other = entries.slice(0, i).find((one) => one.problem.id === problem.id);
    if (other !== undefined)
      throw new ProblemError(reference, `its id, ${problem.id}, is that of ${other.reference}; give one of them another`);
  }
  return entries;
}

/**
 * The data files that a problem declares, which lie beside its own file.
 *
 * @throws ProblemError if there is no such file
 */
export function dataOf(reference: string, { data = [] }: Problem): string[] {
  return data.map((name) => {
    const path = resolve(isFile(reference) ? dirname(reference) : '.', name);
    if (!existsSync(path)) throw new ProblemError(reference, `its data ${name} is not a file beside it`);
    return path;
  });
}

/**
 * The optimizers with these ids: from an entry's file, built in, any of the library by its name, or the default export of a file.
 *
 * @throws ProblemError if there is none
 */
export async function findContestants(entry: Entry, ids: readonly string[]): Promise<Contestant[]> {
  const known = [...entry.contestants, ...contestants];
  const find = async (id: string): Promise<Contestant> =>
    isFile(id) ? await loadContestant(id) : (known.find((one) => one.id === id) ?? libraryContestant(id) ?? unknown(id, known));
  const found = await Promise.all(ids.map(find));
  const twice = found.find((one, i) => found.findIndex(({ id }) => id === one.id) !== i);
  if (twice !== undefined) throw new ProblemError(twice.id, 'two optimizers have this name; give one of them another');
  found.forEach(checkMade);
  return found;
}

/** Makes a contestant's method once, so that what is wrong with it is said before anything has been trained. */
function checkMade({ id, centre, create, file }: Contestant): void {
  const fail = (problem: string): never => {
    throw new ProblemError(file?.path ?? id, problem);
  };
  let method: unknown;
  try {
    method = create(centre, { steps: 1000 });
  } catch (error) {
    if (isRefusedRate(error)) return; // The tuning finds another.
    throw error;
  }
  if (isMinimizer(method)) return;
  if (!(method instanceof Method)) return fail('its create(lr) must return a method, such as adamw({ lr }) or lbfgs()');
  if (!method.trains) fail('its equations never assign the parameter w, so it trains nothing');
  const inputs = method.inputs.filter((input) => input !== 'loss');
  if (inputs.length > 0) fail(`each of its steps needs ${inputs.join(', ')}, but a comparison passes only the loss`);
}

function unknown(id: string, known: readonly Contestant[]): never {
  const names = known.map((one) => one.id);
  if (isPartOfChain(id))
    throw new ProblemError(id, 'it has no learning rate to tune; chain it with an optimizer in a file such as ./mine.ts');
  const others = `there are ${names.join(', ')}, any that thalweg list prints, or a file such as ./mine.ts`;
  const hint = nearest(id, [...names, ...libraryNames]) ?? others;
  throw new ProblemError(id, `there is no such optimizer; ${hint}`);
}

/** The default export of a file: what `optimizer({ … })` returned, or `{ id, create: (lr) => method }`. */
async function loadContestant(reference: string): Promise<Contestant> {
  const { path, exported } = await loadOwnFile(reference);
  return { ...ownContestant(reference, exported), file: { path } };
}
