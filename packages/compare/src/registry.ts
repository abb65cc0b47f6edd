/** Finds problems and optimizers by name, and loads a user's file. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkContestant, contestants, type Contestant } from './contestants.ts';
import { checkProblem, ProblemError, type Problem } from './problem.ts';
import { digits } from './problems/digits.ts';
import { landscapes } from './problems/landscapes.ts';
import { words } from './problems/words.ts';

/** The built-in problems. */
export const problems: readonly Problem[] = [words, digits, ...landscapes];

/** A problem as it was asked for, with the optimizers its file brings and what tells this version of it from another. */
export interface Entry {
  /** `digits`, or the path of a file. */
  readonly reference: string;
  readonly problem: Problem;
  readonly contestants: readonly Contestant[];
  /** Changes when a user's file does. */
  readonly version: string;
}

/** Whether a name stands for a file. */
export function isFile(reference: string): boolean {
  return /[./\\]/.test(reference);
}

/**
 * Finds a built-in problem or loads a file's default export.
 *
 * @throws ProblemError where there is none, or it is not a problem
 */
export async function findProblem(reference: string): Promise<Entry> {
  if (!isFile(reference)) {
    const problem = problems.find(({ id }) => id === reference);
    if (problem === undefined) {
      throw new ProblemError(
        reference,
        `there is no such problem; there are ${problems.map(({ id }) => id).join(', ')}, or the path of a file such as ./my-problem.ts`,
      );
    }
    return { reference, problem, contestants: [], version: builtInVersion() };
  }
  const path = resolve(reference);
  if (!existsSync(path)) throw new ProblemError(reference, 'there is no such file');
  const exported: Record<string, unknown> = { ...((await import(pathToFileURL(path).href)) as object) };
  const problem = checkProblem(reference, exported['default']);
  const own = exported['optimizers'];
  if (own !== undefined && !Array.isArray(own)) throw new ProblemError(reference, 'its export optimizers must be an array');
  const brought = (Array.isArray(own) ? own : []).map((one) => checkContestant(reference, one));
  const version = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  return { reference, problem, contestants: brought, version };
}

let builtIn: string | undefined;

/** Changes with the code of the built-in problems and of what runs them, so that no trial of older code is taken for one of this. */
function builtInVersion(): string {
  if (builtIn !== undefined) return builtIn;
  const hash = createHash('sha256');
  for (const folder of ['problems', 'data', 'run']) {
    const path = join(import.meta.dirname, folder);
    for (const file of readdirSync(path).toSorted()) if (/\.(ts|js)$/.test(file)) hash.update(readFileSync(join(path, file)));
  }
  return (builtIn = hash.digest('hex').slice(0, 16));
}

/** The optimizers of these ids, from an entry's file or built in. */
export function findContestants(entry: Entry, ids: readonly string[]): Contestant[] {
  const known = [...entry.contestants, ...contestants];
  return ids.map((id) => {
    const found = known.find((one) => one.id === id);
    if (found === undefined) throw new ProblemError(id, `there is no such optimizer; there are ${known.map((one) => one.id).join(', ')}`);
    return found;
  });
}
